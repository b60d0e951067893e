package io.moa.governance.gate;

import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * At most so many calls in a second, and so many at once after a pause. It refuses at once and says when to come again; it never queues. A
 * call that a later gate refuses has used its token all the same.
 *
 * <p>The bucket of tokens is kept as one number, the moment at which it will be full again, so there is no timer and no lock. Source: the
 * generic cell rate algorithm, ITU-T I.371.
 *
 * <p>Safe for many threads. The limit holds exactly: no interleaving admits one more. Rate and burst may be changed; what was used stays
 * used, and can be handed to another one ({@link #memory}).
 */
public final class RateGate implements Gate {

    /** Parts of a nanosecond in which moments are counted, so that ten million calls in a second are still told apart. */
    private static final int PARTS = 64;

    /** What follows from a rate and a burst. */
    private record Limit(int perSecond, int burst, long interval, long ahead) {
        static Limit of(int perSecond, int burst) {
            int atOnce = burst > 0 ? burst : Math.max(1, perSecond / 10);
            long interval = Math.round(1e9 * PARTS / perSecond);
            return new Limit(perSecond, atOnce, interval, interval * atOnce);
        }
    }

    private final String subject;
    private final Ticker ticker;
    private final long begunNanos;
    private final AtomicLong fullAt = new AtomicLong(); // in parts, since the beginning
    private volatile Limit limit;

    /**
     * Makes a gate.
     *
     * @param subject whose calls are counted, for the reason given to those refused
     * @param perSecond calls in a second; 1 to 10,000,000
     * @param burst calls at once after a pause; 0 for as many as in a tenth of a second, at least one
     */
    public RateGate(String subject, int perSecond, int burst, Ticker ticker) {
        this.subject = subject;
        this.ticker = ticker;
        this.begunNanos = ticker.nanos();
        this.limit = limitOf(perSecond, burst);
    }

    private static Limit limitOf(int perSecond, int burst) {
        if (perSecond < 1 || perSecond > 10_000_000 || burst < 0 || burst > 10_000_000) {
            throw new IllegalArgumentException("A rate limit is 1 to 10,000,000 calls in a second, with a burst of 0 to"
                    + " 10,000,000, not " + perSecond + " with " + burst);
        }
        return Limit.of(perSecond, burst);
    }

    /** Changes the limit for calls that come from now on. */
    public void limit(int perSecond, int burst) {
        Limit next = limitOf(perSecond, burst);
        limit = next;
        // An empty bucket of the new size, and not what is missing in a much larger one of before.
        long latest = (ticker.nanos() - begunNanos) * PARTS + next.ahead();
        fullAt.updateAndGet(at -> Math.min(at, latest));
    }

    /** What was used and is not yet free again, for another one to go on from there. Nothing changes. */
    public RateMemory memory() {
        long left = fullAt.get() - (ticker.nanos() - begunNanos) * PARTS;
        return new RateMemory(Duration.ofNanos(Math.max(0, left + PARTS - 1) / PARTS));
    }

    /**
     * Goes on from what another one knew, under the limit that holds here; what was used of this one is forgotten. The time between the two
     * moments does not count.
     */
    public void remember(RateMemory memory) {
        long ahead = limit.ahead();
        long left = memory.untilFull().compareTo(Duration.ofNanos(ahead / PARTS)) < 0
                ? memory.untilFull().toNanos() * PARTS
                : ahead; // an empty bucket of this size, and not what is missing in a much larger one
        fullAt.set((ticker.nanos() - begunNanos) * PARTS + left);
    }

    @Override
    public Admission admit(Invocation call) {
        long now = (ticker.nanos() - begunNanos) * PARTS;
        Limit held = limit;
        while (true) {
            long before = fullAt.get();
            long next = Math.max(before, now) + held.interval();
            long early = next - now - held.ahead();
            if (early > 0) {
                return refused(held, early);
            }
            if (fullAt.compareAndSet(before, next)) {
                return Permit.FREE;
            }
        }
    }

    /** What it would answer to a call now that it refuses; null if it would let it pass. Nothing is counted. */
    public Admission.@Nullable Rejected refusal() {
        long now = (ticker.nanos() - begunNanos) * PARTS;
        Limit held = limit;
        long early = Math.max(fullAt.get(), now) + held.interval() - now - held.ahead();
        return early > 0 ? refused(held, early) : null;
    }

    private Admission.Rejected refused(Limit held, long early) {
        return new Admission.Rejected(
                Status.REJECTED,
                subject + " is limited to " + held.perSecond() + " calls in a second, " + held.burst()
                        + " at once, in each process",
                TimeUnit.NANOSECONDS.toMillis(early / PARTS) + 1);
    }

    @Override
    public String toString() {
        return "RateGate[" + subject + ", " + limit.perSecond() + " in a second, " + limit.burst() + " at once]";
    }
}
