package io.moa.governance.outlier;

import io.moa.discovery.Instance;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Who is ejected among the instances of one service, and how many may be: when most do badly, it is not the instances, and those that
 * are left would drown. Safe for many threads.
 */
public final class Ejections {

    /** Told of each ejection and each end of one, by the thread that finds out; must not block. */
    public interface Listener {
        /**
         * An instance is ejected that was in service.
         *
         * @param why with the figures, for people
         */
        void ejected(Instance instance, String why);

        /** It answers again, or fails no more than all others, after so many ejections. */
        void released(Instance instance, int ejections);
    }

    /** Nobody is told. */
    public static final Listener SILENT = new Listener() {
        @Override
        public void ejected(Instance instance, String why) {}

        @Override
        public void released(Instance instance, int ejections) {}
    };

    private final OutlierConfig config;
    private final RandomGenerator chance;
    private final Listener listener;
    private final AtomicInteger ejected = new AtomicInteger();
    private volatile List<Standing> usable = List.of();

    /**
     * Nobody is ejected yet.
     *
     * @param chance spreads the trials of many clients; must be safe for many threads
     */
    public Ejections(OutlierConfig config, RandomGenerator chance, Listener listener) {
        this.config = config;
        this.chance = chance;
        this.listener = listener;
    }

    OutlierConfig config() {
        return config;
    }

    /** How one that was not known before stands. */
    public Standing newcomer(Instance instance) {
        return new Standing(this, instance);
    }

    /** Who may be called now, of which so many may be ejected. */
    public void usable(List<Standing> now) {
        usable = List.copyOf(now);
    }

    /** How many are ejected. */
    public int count() {
        return ejected.get();
    }

    boolean takePlace() {
        int most = config.most(usable.size());
        int now;
        do {
            now = ejected.get();
            if (now >= most) {
                return false;
            }
        } while (!ejected.compareAndSet(now, now + 1));
        return true;
    }

    void givePlace() {
        ejected.decrementAndGet();
    }

    /**
     * Whether the others fail less than half as often, and the latest calls of most of them did not fail: else it is the method, the
     * caller, or what all of them depend on. The latest calls tell it sooner than the average does, when all begin to fail together.
     */
    boolean othersDoBetter(Standing one) {
        double sum = 0;
        int others = 0;
        int failedLast = 0;
        for (Standing each : usable) {
            if (each != one) {
                sum += each.failing();
                failedLast += each.failedLast() ? 1 : 0;
                others++;
            }
        }
        return others > 0 && failedLast * 2 < others && sum / others < one.failing() / 2;
    }

    /** Whether the latest call of each other one failed too. Takes no lock. */
    boolean nobodyDoesBetter(Standing one) {
        for (Standing each : usable) {
            if (each != one && !each.failedLast()) {
                return false;
            }
        }
        return true;
    }

    void ejected(Standing one, Outcome why, int times, int inARow, float failing) {
        String said =
                switch (why) {
                    case UNREACHABLE -> "it cannot be reached, or the connection broke";
                    case SILENT -> "calls wait for it, and it says nothing although it was asked";
                    default ->
                        inARow + " calls in a row failed, and " + Math.round(failing * 100) + " % of the latest ones";
                };
        listener.ejected(
                one.instance(),
                said + "; this is ejection " + times + ", and " + ejected.get() + " of " + usable.size()
                        + " instances are ejected");
    }

    void released(Standing one, int times) {
        givePlace();
        listener.released(one.instance(), times);
    }

    /** A tenth more or less, so that many clients do not try at once. */
    long spread(long nanos) {
        return nanos - nanos / 10 + chance.nextLong(1 + nanos / 5);
    }
}
