package io.moa.client.cluster;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Ticker;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Discovery without a registry: every service is at the same addresses, always. Nothing is known of the processes there,
 * so whichever application answers is accepted if it serves what is called; and nobody takes an unreachable one off the
 * list, so a call that meets it is sent to another.
 */
public final class FixedAddresses implements Discovery {

    /**
     * The host of what was given to this process: whoever names a Unix socket here knows that it is here. Drawn at random, so that no
     * registry can say it.
     */
    static final String GIVEN_HERE = "given to process " + UUID.randomUUID();

    private final List<Address> addresses;
    private final Ticker ticker;

    /**
     * Knows these addresses.
     *
     * @param addresses at least one, each a process of its own
     * @param ticker stamps the snapshots
     */
    public FixedAddresses(List<Address> addresses, Ticker ticker) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("A client without a registry needs at least one address");
        }
        this.addresses = addresses.stream().distinct().toList();
        this.ticker = ticker;
    }

    @Override
    public Registry.Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        Snapshot snapshot = snapshot(service);
        listener.accept(snapshot);
        return new Registry.Subscription() {
            @Override
            public Snapshot current() {
                return snapshot;
            }

            @Override
            public void close() {}
        };
    }

    private Snapshot snapshot(ServiceId service) {
        ServiceExport export = new ServiceExport(service, Set.of(), "");
        List<Snapshot.Entry> entries = addresses.stream()
                .map(address -> Instance.builder(
                                address.toString(), // two clients call the same place by the same name
                                Instance.ANY_APPLICATION)
                        .host(GIVEN_HERE)
                        .addresses(List.of(address))
                        .exports(List.of(export))
                        .build())
                .map(instance -> new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE))
                .toList();
        return new Snapshot(service, 1, entries, ticker.nanos(), "fixed addresses");
    }

    @Override
    public String toString() {
        return "FixedAddresses" + addresses;
    }
}
