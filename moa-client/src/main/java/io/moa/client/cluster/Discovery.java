package io.moa.client.cluster;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.function.Consumer;

/** Where a client learns who offers a service: the half of a {@link Registry} that clients need, and its contract. */
@FunctionalInterface
public interface Discovery {

    /** Follows one service, as {@link Registry#subscribe} does. */
    Registry.Subscription subscribe(ServiceId service, Consumer<Snapshot> listener);
}
