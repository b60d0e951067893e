package io.moa.discovery;

import java.util.List;
import java.util.Map;

/**
 * One process of an application. It has one identity, one lease and one heartbeat, however many services it offers.
 * Immutable: an update is a new value with the same uuid.
 *
 * @param uuid names the process for its whole life; a restart is another instance
 * @param application whose process it is
 * @param addresses where it listens, preferred first; may change during its life
 * @param exports what it offers
 * @param weight its share of the traffic relative to the others; 0 to 10,000, default 100; 0 takes no new calls
 * @param startedAtEpochMillis when it started, on its own wall clock
 * @param labels facts that rules may match: tag, zone, unit, environment and the users' own
 */
public record Instance(
        String uuid,
        String application,
        List<Address> addresses,
        List<ServiceExport> exports,
        int weight,
        long startedAtEpochMillis,
        Map<String, String> labels) {

    /** The weight of an instance that says none. */
    public static final int DEFAULT_WEIGHT = 100;

    /** The application of an instance of which only an address is known: whatever answers there is accepted. */
    public static final String ANY_APPLICATION = "*";

    public Instance {
        if (uuid.isBlank() || application.isBlank()) {
            throw new IllegalArgumentException("An instance needs a uuid and the name of its application");
        }
        if (weight < 0 || weight > 10_000) {
            throw new IllegalArgumentException("A weight is 0 to 10000, not " + weight);
        }
        addresses = List.copyOf(addresses);
        exports = List.copyOf(exports);
        labels = Map.copyOf(labels);
    }

    /** Whether the instance offers this service. */
    public boolean offers(ServiceId service) {
        for (ServiceExport export : exports) {
            if (export.service().equals(service)) {
                return true;
            }
        }
        return false;
    }

    public Instance withAddresses(List<Address> newAddresses) {
        return new Instance(uuid, application, newAddresses, exports, weight, startedAtEpochMillis, labels);
    }

    public Instance withExports(List<ServiceExport> newExports) {
        return new Instance(uuid, application, addresses, newExports, weight, startedAtEpochMillis, labels);
    }

    public Instance withWeight(int newWeight) {
        return new Instance(uuid, application, addresses, exports, newWeight, startedAtEpochMillis, labels);
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
}
