package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.transport.Connection;
import io.moa.transport.Wanted;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Asks instances themselves whether they are there: connects, introduces itself, compares the uuid, closes. At most {@value
 * #MAX_RUNNING} probes of a client run at once and one begins every {@value #PAUSE_MILLIS} ms, so that a registry that
 * forgets everybody does not make every client ring at every door at once. Safe for many threads.
 */
final class Prober {

    static final int MAX_RUNNING = 8;
    static final int PAUSE_MILLIS = 10;
    static final int MAX_WAITING = 10_000;

    /** Told once how a probe ended. */
    interface Answer {

        /** The probe was made. */
        void probed(boolean reached, String how);

        /** The probe was not made, because too many wait. */
        void postponed();
    }

    private record Job(Instance instance, ServiceId service, Answer answer) {}

    private final Moa moa;
    private final Predicate<String> connected;

    // Guarded by this.
    private final Queue<Job> waiting = new ArrayDeque<>();
    private int running;
    private boolean pausing;
    private boolean closed;

    /**
     * Probes nobody yet.
     *
     * @param connected whether a connection to the instance of this uuid is open; a probe that fails while one is proves nothing,
     *     for the instance may only have no room for another
     */
    Prober(Moa moa, Predicate<String> connected) {
        this.moa = moa;
        this.connected = connected;
    }

    void probe(Instance instance, ServiceId service, Answer answer) {
        boolean full;
        synchronized (this) {
            full = closed || waiting.size() >= MAX_WAITING;
            if (!full) {
                waiting.add(new Job(instance, service, answer));
            }
        }
        if (full) {
            answer.postponed();
        } else {
            next();
        }
    }

    private void next() {
        Job job;
        synchronized (this) {
            if (closed || pausing || running >= MAX_RUNNING || waiting.isEmpty()) {
                return;
            }
            job = waiting.remove();
            running++;
            pausing = true;
        }
        try {
            moa.scheduler().schedule(this::pauseOver, PAUSE_MILLIS * 1_000_000L);
        } catch (RejectedExecutionException runtimeClosed) {
            close();
            return;
        }
        start(job);
    }

    private void pauseOver() {
        synchronized (this) {
            pausing = false;
        }
        next();
    }

    private void start(Job job) {
        Instance instance = job.instance();
        Ways ways = Ways.to(moa, instance);
        if (ways.addresses().isEmpty()) {
            ended(job, false, "no address that this process can reach");
            return;
        }
        Wanted wanted = new Wanted(instance.application(), instance.uuid(), List.of(job.service()));
        Dialer.dial(moa, ways, wanted).whenComplete((dialled, thrown) -> {
            if (thrown == null) {
                answered(job, dialled.connection());
            } else {
                Throwable cause =
                        thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
                ended(job, false, "probe failed: " + cause.getMessage());
            }
        });
    }

    private void answered(Job job, Connection connection) {
        boolean itself = connection.peer().instance().equals(job.instance().uuid());
        boolean open = connection.usable();
        connection.close();
        if (!itself) {
            ended(job, false, "probe found " + connection.peer() + " at its address");
        } else {
            ended(job, open, open ? "reached by a probe" : "the probe was told that it closes");
        }
    }

    private void ended(Job job, boolean reached, String how) {
        synchronized (this) {
            running--;
        }
        boolean open = !reached && connected.test(job.instance().uuid());
        job.answer().probed(reached || open, open ? "connected, though not for a probe: " + how : how);
        next();
    }

    synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
