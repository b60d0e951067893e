package io.moa.node.lookup;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Processes as an organisation has them: ten of each application, which offers one service of its own, each saying what a real
 * one says. No text is shared between two of them, as if each had been read from a store by itself.
 */
record LookupPopulation(int services, int instances) {

    static String service(int number) {
        return "company.team" + number % 97 + ".Service" + number;
    }

    Instance instance(int number) {
        String address = "127." + (1 + number / 65_536) + "." + number / 256 % 256 + "." + number % 256;
        return Instance.builder(new UUID(0x6d6f61, number).toString(), "application-" + number % services)
                .host("host-" + number / 20)
                .addresses(List.of(new Address.Tcp(address, 20_000)))
                .protocol(new String("moa/1"))
                .exports(List.of(new ServiceExport(
                        ServiceId.of(service(number % services)),
                        Set.of(new String("hessian"), new String("json")),
                        new String("4f1c6f0d9a7e4b6f"))))
                .startedAtEpochMillis(1_700_000_000_000L + number)
                .label(new String(Instance.ZONE), "zone-" + number % 3)
                .label(new String(Instance.ENVIRONMENT), new String("production"))
                .metadata(new String("version"), "1.2." + number % 10)
                .build();
    }

    Snapshot.Entry entry(int number) {
        return new Snapshot.Entry(instance(number), Liveness.ONLINE, OperatorState.NONE);
    }

    CatalogueChange whole(long revision) {
        List<Snapshot.Entry> all = new ArrayList<>(instances);
        for (int i = 0; i < instances; i++) {
            all.add(entry(i));
        }
        return new CatalogueChange(revision, true, all, Set.of(), Set.of(), 0, "test");
    }
}
