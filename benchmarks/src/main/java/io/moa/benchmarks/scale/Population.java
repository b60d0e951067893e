package io.moa.benchmarks.scale;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Services and instances as an organisation has them: every application of ten instances offers one service of its own, and
 * each instance says what a real one says. Instance {@code i} has an address of 127.0.0.0/8 of its own.
 */
final class Population {

    private final int services;
    private final int port;

    /**
     * A population.
     *
     * @param services how many services there are
     * @param port where all instances listen, each at an address of its own
     */
    Population(int services, int port) {
        this.services = services;
        this.port = port;
    }

    ServiceId service(int number) {
        return ServiceId.of("company.team" + number % 97 + ".Service" + number);
    }

    /** Instance {@code number}, which offers the service of that number, modulo the number of services. */
    Instance instance(int number) {
        String address = "127." + (1 + number / 65_536) + "." + number / 256 % 256 + "." + number % 256;
        return Instance.builder(new UUID(0x6d6f61, number).toString(), "application-" + number % services)
                .host("host-" + number / 20)
                .addresses(List.of(new Address.Tcp(address, port)))
                .protocol("moa/1")
                .exports(List.of(
                        new ServiceExport(service(number % services), Set.of("hessian", "json"), "4f1c6f0d9a7e4b6f")))
                .startedAtEpochMillis(1_700_000_000_000L + number)
                .label(Instance.ZONE, "zone-" + number % 3)
                .label(Instance.ENVIRONMENT, "production")
                .metadata("version", "1.2." + number % 10)
                .build();
    }

    /** Registers so many instances and waits until the store has all; the handles keep their leases alive. */
    List<Registry.Registration> register(Registry registry, int from, int to) throws Exception {
        List<Registry.Registration> registrations = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            registrations.add(registry.register(instance(i)));
        }
        for (Registry.Registration registration : registrations) {
            registration.registered().get(5, TimeUnit.MINUTES);
        }
        return registrations;
    }
}
