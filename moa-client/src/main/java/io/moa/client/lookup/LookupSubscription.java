package io.moa.client.lookup;

import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener of one service: told in order, one thing at a time, under no lock. Whoever finds nobody telling tells all that
 * is queued; everybody else leaves it to him. Safe for many threads.
 */
final class LookupSubscription implements Registry.Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(LookupSubscription.class);

    private final LookupRegistry registry;
    private final FollowedService service;
    private final Consumer<Snapshot> listener;
    private final Set<Thread> insideListeners;

    // Guarded by this.
    private final Queue<Snapshot> queue = new ArrayDeque<>();
    private @Nullable Thread telling;
    private boolean closed;

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
        this.listener = listener;
        this.insideListeners = insideListeners;
        this.telling = Thread.currentThread();
    }

    FollowedService service() {
        return service;
    }

    synchronized void offer(Snapshot snapshot) {
        if (!closed) {
            queue.add(snapshot);
        }
    }

    void tellFirst() {
        tellQueued();
    }

    void tell() {
        synchronized (this) {
            if (telling != null) {
                return; // that thread, or this one further up its stack, tells what is queued
            }
            telling = Thread.currentThread();
        }
        tellQueued();
    }

    private void tellQueued() {
        while (true) {
            Snapshot next;
            synchronized (this) {
                next = closed ? null : queue.poll();
                if (next == null) {
                    telling = null;
                    notifyAll();
                    return;
                }
            }
            call(next);
        }
    }

    private void call(Snapshot next) {
        boolean outermost = insideListeners.add(Thread.currentThread());
        try {
            listener.accept(next);
        } catch (Throwable e) { // whatever a listener does, the next one is told
            LOG.error(
                    "A listener of {} threw; it stays subscribed and will be told of the next change",
                    service.service(),
                    e);
        } finally {
            if (outermost) {
                insideListeners.remove(Thread.currentThread());
            }
        }
    }

    @Override
    public Snapshot current() {
        return service.snapshot();
    }

    /** Waits for a listener that is being told, unless this thread is inside one: two that end each other must not wait. */
    @Override
    public void close() {
        registry.forget(this);
        boolean interrupted = false;
        synchronized (this) {
            closed = true;
            queue.clear();
            while (telling != null && !insideListeners.contains(Thread.currentThread())) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
