package io.moa.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One process of an application. It has one identity, one lease and one heartbeat, however many services it offers.
 * Immutable: an update is a new value with the same uuid.
 *
 * @param uuid names the process for its whole life; a restart is another instance
 * @param application whose process it is
 * @param host names the operating system on which it runs, and the part of it that it sees, so that a process that sees the
 *     same may use its Unix socket, and of two processes at one address of it the later is known to be the one that is there; empty if
 *     not said
 * @param addresses where it listens; may change during its life. The first one is what it is known by: a decision of an
 *     operator holds for whatever its application runs there later. A Unix socket is used by processes of the same host
 * @param protocols what it speaks there, with versions, such as {@code moa/1}; empty if not said, which means {@code moa/1}
 * @param exports what it offers
 * @param weight its share of the traffic relative to the others; 0 to 10,000, default 100; 0 takes no new calls
 * @param startedAtEpochMillis when it started, on its own wall clock
 * @param warmUpMillis how long from its start its share grows to the full one; 0 to 3,600,000, default 0
 * @param labels facts that rules may match: {@link #TAG}, {@link #ZONE}, {@link #UNIT}, {@link #ENVIRONMENT} and the users' own
 * @param metadata facts for people and tools, which no rule matches
 */
public record Instance(
        String uuid,
        String application,
        String host,
        List<Address> addresses,
        Set<String> protocols,
        List<ServiceExport> exports,
        int weight,
        long startedAtEpochMillis,
        long warmUpMillis,
        Map<String, String> labels,
        Map<String, String> metadata) {

    /** The label of the lane that an instance belongs to. */
    public static final String TAG = "tag";

    /** The label of the place where it runs: a data centre, a rack. */
    public static final String ZONE = "zone";

    /** The label of the slice of users that it serves. */
    public static final String UNIT = "unit";

    /** The label of the environment: production, staging. */
    public static final String ENVIRONMENT = "environment";

    /** MOA's protocol, version 1. */
    public static final String MOA_1 = "moa/1";

    /** The weight of an instance that says none. */
    public static final int DEFAULT_WEIGHT = 100;

    /** The application of an instance of which only an address is known: whatever answers there is accepted. */
    public static final String ANY_APPLICATION = "*";

    private static final int MAX_WEIGHT = 10_000;
    private static final long MAX_WARM_UP_MILLIS = 3_600_000;

    public Instance {
        if (uuid.isBlank() || application.isBlank()) {
            throw new IllegalArgumentException("An instance needs a uuid and the name of its application");
        }
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("A weight is 0 to 10000, not " + weight);
        }
        if (warmUpMillis < 0 || warmUpMillis > MAX_WARM_UP_MILLIS) {
            throw new IllegalArgumentException("A warm-up takes 0 to 3600000 ms, not " + warmUpMillis);
        }
        addresses = List.copyOf(addresses);
        protocols = Set.copyOf(protocols);
        exports = List.copyOf(exports);
        labels = Map.copyOf(labels);
        metadata = Map.copyOf(metadata);
    }

    /** One that says no more than this; the rest is at its default. */
    public Instance(
            String uuid,
            String application,
            List<Address> addresses,
            List<ServiceExport> exports,
            int weight,
            long startedAtEpochMillis,
            Map<String, String> labels) {
        this(uuid, application, "", addresses, Set.of(), exports, weight, startedAtEpochMillis, 0, labels, Map.of());
    }

    /** Begins to describe a process. */
    public static Builder builder(String uuid, String application) {
        return new Builder(uuid, application);
    }

    /** This description, to be changed. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Whether it says an address at which another process could call it; whether that is right, only a call can tell. */
    public boolean reachable() {
        for (Address address : addresses) {
            if (!(address instanceof Address.InProcess)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it speaks a protocol, such as {@link #MOA_1}. */
    public boolean speaks(String protocol) {
        return protocols.isEmpty() ? protocol.equals(MOA_1) : protocols.contains(protocol);
    }

    /** Whether the instance offers this service. */
    public boolean offers(ServiceId service) {
        return export(service) != null;
    }

    /** What it says of this service; null if it does not offer it. */
    public @Nullable ServiceExport export(ServiceId service) {
        for (ServiceExport export : exports) {
            if (export.service().equals(service)) {
                return export;
            }
        }
        return null;
    }

    /** The same with another {@link #TAG}; with none if it is empty. */
    public Instance withTag(String tag) {
        Builder copy = toBuilder();
        copy.labels.remove(TAG);
        return tag.isEmpty() ? copy.build() : copy.label(TAG, tag).build();
    }

    public Instance withAddresses(List<Address> newAddresses) {
        return toBuilder().addresses(newAddresses).build();
    }

    public Instance withExports(List<ServiceExport> newExports) {
        return toBuilder().exports(newExports).build();
    }

    public Instance withWeight(int newWeight) {
        return toBuilder().weight(newWeight).build();
    }

    /** Two instances are the same process if they have the same uuid; compare with {@code equals} for "unchanged". */
    public boolean sameProcess(Instance other) {
        return uuid.equals(other.uuid);
    }

    @Override
    public String toString() {
        if (application.equals(ANY_APPLICATION) && !addresses.isEmpty()) {
            return "the process at " + addresses.get(0);
        }
        return application + "@" + (addresses.isEmpty() ? "nowhere" : addresses.get(0)) + "#"
                + uuid.substring(0, Math.min(8, uuid.length()));
    }

    /** Describes a process, fact by fact. Not safe for threads. */
    public static final class Builder {

        private final String uuid;
        private final String application;
        private String host = "";
        private List<Address> addresses = List.of();
        private final Set<String> protocols = new LinkedHashSet<>();
        private List<ServiceExport> exports = List.of();
        private int weight = DEFAULT_WEIGHT;
        private long startedAtEpochMillis;
        private long warmUpMillis;
        private final Map<String, String> labels = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();

        private Builder(String uuid, String application) {
            this.uuid = uuid;
            this.application = application;
        }

        private Builder(Instance from) {
            this(from.uuid, from.application);
            host = from.host;
            addresses = from.addresses;
            protocols.addAll(from.protocols);
            exports = from.exports;
            weight = from.weight;
            startedAtEpochMillis = from.startedAtEpochMillis;
            warmUpMillis = from.warmUpMillis;
            labels.putAll(from.labels);
            metadata.putAll(from.metadata);
        }

        /** Names the operating system on which it runs. */
        public Builder host(String value) {
            host = value;
            return this;
        }

        /** Replaces the addresses. */
        public Builder addresses(List<? extends Address> value) {
            addresses = new ArrayList<>(value);
            return this;
        }

        /** Adds a protocol that it speaks, such as {@code moa/1}. */
        public Builder protocol(String value) {
            protocols.add(value);
            return this;
        }

        /** Replaces what it offers. */
        public Builder exports(List<ServiceExport> value) {
            exports = value;
            return this;
        }

        /** Its share of the traffic; 0 to 10,000, default 100. */
        public Builder weight(int value) {
            weight = value;
            return this;
        }

        /** When it started, on its own wall clock. */
        public Builder startedAtEpochMillis(long value) {
            startedAtEpochMillis = value;
            return this;
        }

        /** How long its share grows after its start; at most an hour, default 0. */
        public Builder warmUp(Duration value) {
            warmUpMillis = value.toMillis();
            return this;
        }

        /** Adds a fact that rules may match. */
        public Builder label(String name, String value) {
            labels.put(name, value);
            return this;
        }

        /** Adds facts that rules may match. */
        public Builder labels(Map<String, String> value) {
            labels.putAll(value);
            return this;
        }

        /** Adds a fact for people and tools. */
        public Builder metadata(String name, String value) {
            metadata.put(name, value);
            return this;
        }

        /** Adds facts for people and tools. */
        public Builder metadata(Map<String, String> value) {
            metadata.putAll(value);
            return this;
        }

        /**
         * The description.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Instance build() {
            return new Instance(
                    uuid,
                    application,
                    host,
                    addresses,
                    protocols,
                    exports,
                    weight,
                    startedAtEpochMillis,
                    warmUpMillis,
                    labels,
                    metadata);
        }
    }
}
