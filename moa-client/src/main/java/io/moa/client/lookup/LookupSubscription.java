package io.moa.client.lookup;

import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener of one service. Safe for many threads. */
final class LookupSubscription implements Registry.Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(LookupSubscription.class);

    private final LookupRegistry registry;
    private final FollowedService service;
    private final SerialDelivery<Snapshot> delivery;

    /**
     * A subscription that the making thread holds: nothing is told before that thread calls {@link #tellFirst}.
     *
     * @param insideListeners the threads inside any listener of the registry; shared, concurrent, written here
     */
    LookupSubscription(
            LookupRegistry registry,
            FollowedService service,
            Consumer<Snapshot> listener,
            Set<Thread> insideListeners) {
        this.registry = registry;
        this.service = service;
        this.delivery = new SerialDelivery<>(
                listener,
                thrown -> LOG.error(
                        "A listener of {} threw; it stays subscribed and will be told of the next change",
                        service.service(),
                        thrown),
                insideListeners);
    }

    FollowedService service() {
        return service;
    }

    /** With the registry's lock held, so that the order is that of the changes. */
    void offer(Snapshot snapshot) {
        delivery.offer(snapshot);
    }

    void tellFirst() {
        delivery.drainHeld();
    }

    void tell() {
        delivery.drain();
    }

    @Override
    public Snapshot current() {
        return service.snapshot();
    }

    /** Waits for a listener that is being told, unless this thread is inside one: two that end each other must not wait. */
    @Override
    public void close() {
        registry.forget(this);
        delivery.close();
    }
}
