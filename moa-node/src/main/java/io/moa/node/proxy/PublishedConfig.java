package io.moa.node.proxy;

import io.moa.discovery.ServiceId;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.server.ProcessSettings;
import io.moa.server.network.ListenConfig;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A local process whose services are published. Immutable; begin with {@link #of}.
 *
 * @param to where it is, as {@link io.moa.node.local.LocalProcesses#open} takes it
 * @param services what it serves, at least one
 * @param host where the proxy listens for it; null for what the server's settings say, else 127.0.0.1
 * @param port 0 for a free one
 * @param advertise what others are told to connect to; null for where the proxy listens
 * @param atOnce how many calls it is given at once; 1 to 10,000, default 32
 * @param waiting how many calls may wait for a place beside those; 0 to 100,000, default 256. What is beyond is refused
 * @param health when it is taken off
 * @param labels facts that rules may match
 */
public record PublishedConfig(
        String to,
        List<Service> services,
        @Nullable String host,
        int port,
        @Nullable String advertise,
        int atOnce,
        int waiting,
        Health health,
        Map<String, String> labels) {

    /**
     * A service of it.
     *
     * @param id the service
     * @param methods at least one, each for any parameters, no name twice
     */
    public record Service(ServiceId id, List<NamedMethod> methods) {
        public Service {
            methods = List.copyOf(methods);
            if (methods.isEmpty()) {
                throw new IllegalArgumentException(id + " needs at least one method");
            }
            Set<String> names = new HashSet<>();
            for (NamedMethod each : methods) {
                if (!names.add(each.id().name())) {
                    throw new IllegalArgumentException(
                            id + " has the method " + each.id().name() + " twice");
                }
            }
        }
    }

    /**
     * When a process is taken off and put back.
     *
     * @param path for HTTP what is asked, and answers 2xx; null to ask where calls are sent, and take any answer but 5xx
     * @param every how often it is asked; 50 ms to 5 min, default 1 s
     * @param patience how long an answer is waited for; 10 ms to 5 min, default 1 s
     * @param failures after how many without an answer, one after the other, it is taken off; 1 to 100, default 3
     * @param successes after how many with one it is put back; 1 to 100, default 2
     */
    public record Health(@Nullable String path, Duration every, Duration patience, int failures, int successes) {

        /** Every value its default. */
        public static final Health DEFAULT = new Health(null, Duration.ofSeconds(1), Duration.ofSeconds(1), 3, 2);

        public Health {
            within("every", every, Duration.ofMillis(50));
            within("patience", patience, Duration.ofMillis(10));
            PublishedConfig.between("failures", failures, 1, 100);
            PublishedConfig.between("successes", successes, 1, 100);
        }

        private static void within(String name, Duration value, Duration least) {
            if (value.compareTo(least) < 0 || value.compareTo(Duration.ofMinutes(5)) > 0) {
                throw new IllegalArgumentException(
                        "health." + name + "Ms is " + least.toMillis() + " to 300000, not " + value.toMillis());
            }
        }
    }

    public PublishedConfig {
        services = List.copyOf(services);
        labels = Map.copyOf(labels);
        between("port", port, 0, 65_535);
        between("atOnce", atOnce, 1, 10_000);
        between("waiting", waiting, 0, 100_000);
        Set<ServiceId> all = new HashSet<>();
        for (Service each : services) {
            if (!all.add(each.id())) {
                throw new IllegalArgumentException(to + " serves " + each.id() + " twice");
            }
        }
        if (services.isEmpty()) {
            throw new IllegalArgumentException(to + " needs at least one service");
        }
    }

    static void between(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }

    /** Everything else at its default. */
    public static PublishedConfig of(String to, List<Service> services) {
        return new PublishedConfig(to, services, null, 0, null, 32, 256, Health.DEFAULT, Map.of());
    }

    /** The process's settings of a server, as far as this does not say it. */
    ProcessSettings settings() {
        Set<String> said = new HashSet<>(Set.of("port"));
        if (host != null) {
            said.add("host");
        }
        if (advertise != null) {
            said.add("advertise");
        }
        return ProcessSettings.GIVEN.without(said);
    }

    /**
     * Checks what the process's settings of a server, such as {@code MOA_SERVER_ADVERTISE}, have a part in.
     *
     * @throws IllegalArgumentException if nobody could be told where the proxy listens for it
     */
    public void requireAdvertised() {
        ListenConfig said = host == null ? ListenConfig.DEFAULT : ListenConfig.DEFAULT.withHost(host);
        ProcessSettings settings = settings();
        ListenConfig listens = said.withAdvertise(advertise).over(settings.property(), settings.variable());
        try {
            listens.requireAdvertised();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "What listens on all addresses says which one others are to use: add \"advertise\": \"auto\", or an address, a"
                            + " network, an interface or a name",
                    e);
        }
    }

    public PublishedConfig withPort(int value) {
        return new PublishedConfig(to, services, host, value, advertise, atOnce, waiting, health, labels);
    }

    public PublishedConfig withHealth(Health value) {
        return new PublishedConfig(to, services, host, port, advertise, atOnce, waiting, value, labels);
    }

    public PublishedConfig withCapacity(int newAtOnce, int newWaiting) {
        return new PublishedConfig(to, services, host, port, advertise, newAtOnce, newWaiting, health, labels);
    }
}
