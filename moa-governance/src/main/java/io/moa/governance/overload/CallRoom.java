package io.moa.governance.overload;

import io.moa.invoke.Criticality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who of those that call runs, waits, or is refused, where so many threads serve: an {@link AdaptiveLimit} says how many run at once, a
 * {@link QueueLength} how many wait, {@link Bursts} when it may be more, and a {@link FairQueue} who.
 *
 * <p>Safe for many threads, by one lock that is held for as long as it takes to count.
 *
 * @param <T> what calls
 */
public final class CallRoom<T extends Waiting> {

    /** What is done with calls. Told without a lock, by the thread that entered or left. */
    public interface Desk<T> {

        /** It runs now, on a thread other than this one. Must not throw. */
        void run(T call);

        /** It is not run. */
        void refuse(T call, Refusal why);
    }

    /**
     * Why a call is not run.
     *
     * @param isOver whether nobody waited for it any more; else there was no room
     * @param waiting how many waited
     * @param limit how many run at once
     * @param retryAfterMillis after what time those that wait now will have been served; 0 if nobody knows
     */
    public record Refusal(boolean isOver, int waiting, int limit, long retryAfterMillis) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Desk<T> desk;

    // Guarded by the lock.
    private final FairQueue<T> queue = new FairQueue<>();
    private final AdaptiveLimit limit;
    private final QueueLength length;
    private final Bursts bursts;
    private final ToIntFunction<Criticality> most = this::mayWait;
    private long lookNanos; // the moment at which it is asked how many may wait
    private final List<FairQueue.Share> shares = new ArrayList<>();
    private final int threads;
    private int running;
    private int counted; // of them, for the limit: not those of a share that began when it was larger
    private int peak; // since the latest step
    private int served; // since then
    private boolean waited; // somebody, since then, be it for the limit or for a share
    private long waitingSinceNanos; // some wait; if any do
    private long waitedNanos; // since the latest step, until those came who wait now
    private int servedMeanwhile; // while some waited, since then
    private long steppedNanos;
    private boolean shortOfMemory;

    /**
     * An empty one.
     *
     * @param least how many run at once at least; 1 to {@code threads}
     * @param threads how many run at once at most
     * @param mostWaiting how many wait at most; 0 for nobody
     * @param longestWait how long one should wait at most; fewer wait if less than {@code mostWaiting} are served in that time, but in
     *     {@linkplain Bursts bursts} {@value Bursts#LONGER} times as many
     */
    public CallRoom(int least, int threads, int mostWaiting, Duration longestWait, Desk<T> desk, long nowNanos) {
        this.threads = threads;
        this.limit = new AdaptiveLimit(least, threads);
        this.length = new QueueLength(mostWaiting, longestWait);
        this.bursts = new Bursts(nowNanos);
        this.desk = desk;
        this.steppedNanos = nowNanos;
    }

    /**
     * A share that becomes smaller while fewer calls run in all. Of its calls that began before, those beyond it keep nobody else from
     * running: a method that waits for seconds does not take what is left.
     *
     * @param most how many of its calls run at once when as many run as there are threads; at least 1
     */
    public FairQueue.Share newShare(int most) {
        FairQueue.Share share = new FairQueue.Share(most);
        lock.lock();
        try {
            shares.add(share);
        } finally {
            lock.unlock();
        }
        return share;
    }

    /** Whether nothing of its share runs: else few calls that take seconds could be all that runs. */
    private boolean isAlone(T call) {
        return call.share().running() == 0 && running < threads && shares.size() > 1;
    }

    private boolean hasThread() {
        return counted < limit.limit() && running < threads;
    }

    /** A call has come. */
    public void enter(T call, long nowNanos) {
        T runs = null;
        T yields = null;
        Refusal why = null;
        List<T> late = List.of();
        lock.lock();
        try {
            int before = queue.size();
            if (isAlone(call)
                    || (hasThread() && queue.size() == 0 && call.share().hasRoom())) {
                call.share().begin();
                begins();
                runs = call;
            } else {
                // Where there is a thread, those that wait are held by their shares alone: nobody makes room before it
                // is known who runs.
                boolean free = hasThread();
                bursts.look(queue, nowNanos);
                lookNanos = nowNanos;
                yields = queue.offer(call, free ? least -> Integer.MAX_VALUE : most, nowNanos);
                if (free) {
                    late = new ArrayList<>();
                    runs = next(nowNanos, late);
                    yields = isOverfull() ? queue.give(nowNanos) : null;
                }
                if (yields != null) {
                    why = refusal(yields.isOver(nowNanos));
                }
                waited |= runs != call;
                waitingBegins(before, nowNanos);
            }
        } finally {
            lock.unlock();
        }
        if (yields != null && why != null) {
            desk.refuse(yields, why);
        }
        refuse(late);
        if (runs != null) {
            desk.run(runs);
        }
    }

    /**
     * One that ran has ended, or has let its thread go.
     *
     * @return who runs in its place, best on this very thread; null if nobody waits who may
     */
    public @Nullable T leave(T ended, long nowNanos) {
        T runs;
        List<T> late = List.of();
        lock.lock();
        try {
            running--;
            served++;
            counted -= ended.share().counted();
            ended.share().end();
            counted += ended.share().counted();
            if (queue.size() == 0) {
                return null;
            }
            servedMeanwhile++;
            if (!hasThread()) {
                return null;
            }
            late = new ArrayList<>();
            runs = next(nowNanos, late);
            waitingEnds(nowNanos);
        } finally {
            lock.unlock();
        }
        refuse(late);
        return runs;
    }

    private @Nullable T next(long nowNanos, List<T> late) {
        T next = queue.poll(nowNanos, late::add);
        if (next != null) {
            begins();
        }
        return next;
    }

    private void waitingBegins(int before, long nowNanos) {
        if (before > 0) {
            waitingEnds(nowNanos);
        } else if (queue.size() > 0) {
            waitingSinceNanos = nowNanos;
        }
    }

    /** Some waited: now perhaps nobody does any more. */
    private void waitingEnds(long nowNanos) {
        if (queue.size() == 0) {
            waitedNanos += nowNanos - waitingSinceNanos;
        }
    }

    private int mayWait() {
        return shortOfMemory ? 0 : length.length(limit.limit());
    }

    /** How many may wait, if those of this importance matter least of those that do. */
    private int mayWait(Criticality least) {
        int usual = mayWait();
        return bursts.isBurst(least, lookNanos) ? length.burst(usual) : usual;
    }

    private boolean isOverfull() {
        return queue.size() > 0 && queue.size() > mayWait(queue.least());
    }

    /** Of a share with room, which has counted it. */
    private void begins() {
        running++;
        counted++;
        peak = Math.max(peak, running);
    }

    private void refuse(List<T> late) {
        if (!late.isEmpty()) {
            Refusal why = refusalNow();
            late.forEach(each -> desk.refuse(each, why));
        }
    }

    private Refusal refusalNow() {
        lock.lock();
        try {
            return refusal(true);
        } finally {
            lock.unlock();
        }
    }

    private Refusal refusal(boolean isOver) {
        int waiting = queue.size();
        double perSecond = length.perSecond();
        long after = perSecond < 1 ? 0 : Math.round(1_000 * waiting / perSecond) + 1;
        return new Refusal(isOver, waiting, limit.limit(), after);
    }

    /**
     * Judges what has happened since the last time. Called some times a second, by one thread.
     *
     * @param busy which part of the processors that this process may use is in use, by whomever; 0 to 1, or NaN if nobody knows
     * @param memoryShort whether there is too little memory left; then nobody waits until it is said otherwise
     */
    public void step(double busy, boolean memoryShort, long nowNanos) {
        List<T> run = new ArrayList<>();
        List<T> late = new ArrayList<>();
        List<T> tooMany = new ArrayList<>();
        Refusal why;
        lock.lock();
        try {
            if (nowNanos - steppedNanos <= 0) {
                return;
            }
            boolean waits = queue.size() > 0;
            if (waits) {
                waitedNanos += nowNanos - waitingSinceNanos;
                waitingSinceNanos = nowNanos;
            }
            length.step(servedMeanwhile, waitedNanos / (double) TimeUnit.SECONDS.toNanos(1));
            limit.step(busy, waited || waits, peak, served);
            shortOfMemory = memoryShort;
            steppedNanos = nowNanos;
            waitedNanos = 0;
            servedMeanwhile = 0;
            served = 0;
            peak = running;
            waited = false;
            lookNanos = nowNanos;
            while (isOverfull()) {
                tooMany.add(queue.give(nowNanos));
            }
            why = refusal(false);
            scale();
            while (hasThread() && queue.size() > 0) {
                T next = next(nowNanos, late);
                if (next == null) {
                    break;
                }
                run.add(next);
            }
            if (waits) {
                waitingEnds(nowNanos);
            }
        } finally {
            lock.unlock();
        }
        refuse(late);
        tooMany.forEach(each -> desk.refuse(each, why));
        run.forEach(desk::run);
    }

    private void scale() {
        for (FairQueue.Share each : shares) {
            counted -= each.counted();
            each.scale(limit.limit(), threads);
            counted += each.counted();
        }
    }

    /** How many run. */
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** How many wait. */
    public int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many may wait now, but for bursts. */
    public int mostWaiting() {
        lock.lock();
        try {
            return mayWait();
        } finally {
            lock.unlock();
        }
    }

    /** How many run at once, now. */
    public int limit() {
        lock.lock();
        try {
            return limit.limit();
        } finally {
            lock.unlock();
        }
    }
}
