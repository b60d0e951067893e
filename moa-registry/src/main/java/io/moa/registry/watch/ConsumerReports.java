package io.moa.registry.watch;

import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a consumer tells the watchers of instances that it cannot reach. Bounded: at most {@value #MAX_INSTANCES} instances are
 * remembered, one complaint about an instance leaves within {@link #AGAIN_AFTER}, and at most {@value #BATCH} leave at once.
 * Beyond the bound complaints are dropped: they are hints, and the next failure makes another. What could not be sent is
 * dropped too. Safe for many threads; nothing blocks. It does not own the store.
 */
public final class ConsumerReports {

    /** How many instances are remembered. */
    public static final int MAX_INSTANCES = 1_000;

    /** How many complaints leave at once, at most once a second. */
    public static final int BATCH = 100;

    /** How long after a complaint the same instance is not complained of again. */
    public static final Duration AGAIN_AFTER = Duration.ofSeconds(10);

    private static final long FLUSH_NANOS = Duration.ofSeconds(1).toNanos();

    private final String consumer;
    private final WatchStore store;
    private final Scheduler scheduler;
    private final Ticker ticker;
    private final Map<String, Long> sent = new LinkedHashMap<>(); // guarded by this; uuid → when, oldest first
    private final Map<String, Complaint> waiting = new LinkedHashMap<>(); // guarded by this
    private boolean planned; // guarded by this

    /**
     * Reports of one consumer.
     *
     * @param consumer the uuid of this process
     */
    public ConsumerReports(String consumer, WatchStore store, Scheduler scheduler, Ticker ticker) {
        this.consumer = consumer;
        this.store = store;
        this.scheduler = scheduler;
        this.ticker = ticker;
    }

    /**
     * Notes that an instance could not be reached.
     *
     * @param reason for people
     */
    public void unreachable(String uuid, String reason) {
        synchronized (this) {
            long now = ticker.nanos();
            sent.values().removeIf(at -> now - at >= AGAIN_AFTER.toNanos());
            if (sent.containsKey(uuid) || waiting.containsKey(uuid) || sent.size() + waiting.size() >= MAX_INSTANCES) {
                return;
            }
            waiting.put(uuid, new Complaint(consumer, uuid, reason));
            if (planned) {
                return;
            }
            planned = true;
        }
        scheduler.schedule(this::flush, FLUSH_NANOS);
    }

    /** Takes back what has not left yet, because the instance answered. */
    public synchronized void reached(String uuid) {
        waiting.remove(uuid);
    }

    private void flush() {
        List<Complaint> batch = new ArrayList<>();
        boolean more;
        synchronized (this) {
            for (Complaint complaint : waiting.values()) {
                if (batch.size() < BATCH) {
                    batch.add(complaint);
                }
            }
            long now = ticker.nanos();
            for (Complaint complaint : batch) {
                waiting.remove(complaint.uuid());
                sent.put(complaint.uuid(), now);
            }
            more = !waiting.isEmpty();
            planned = more;
        }
        if (more) {
            scheduler.schedule(this::flush, FLUSH_NANOS);
        }
        if (!batch.isEmpty()) {
            store.complain(batch);
        }
    }
}
