package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Words of the tests. */
final class Instances {

    private Instances() {}

    /** A process at an address that follows from its name. */
    static Instance of(String uuid, ServiceId... services) {
        return Instance.builder(uuid, "shop")
                .addresses(List.of(new Address.Tcp("10.0.0.1", 1024 + Math.floorMod(uuid.hashCode(), 60_000))))
                .exports(Arrays.stream(services)
                        .map(service -> new ServiceExport(service, Set.of("hessian"), ""))
                        .toList())
                .startedAtEpochMillis(1_000)
                .build();
    }

    static Predicate<Snapshot> lists(String... uuids) {
        return snapshot -> uuids(snapshot).equals(Set.of(uuids));
    }

    static Set<String> uuids(Snapshot snapshot) {
        return snapshot.entries().stream().map(entry -> entry.instance().uuid()).collect(Collectors.toSet());
    }
}
