package io.moa.governance.outlier;

import io.moa.discovery.Instance;

/**
 * How an instance stands with one service's callers in this process: in service, ejected until a moment, or tried again by one
 * call. A call to an instance of which nothing bad is known costs one volatile read.
 *
 * <p>An ejection lasts twice as long as the one before; when it is over, one call tries whether the instance is back, and the others
 * go on avoiding it until that call has ended, or has taken as long as the first ejection. A trial that fails while nobody else does
 * better ends the ejection, for then it is not the instance; one that cannot be reached is tried again after the time of a first
 * ejection. An answer to any call that was begun after
 * the ejection ends it; one to an earlier call may have been sent by a process that is dead by now.
 *
 * <p>One that says nothing although it is asked is ejected as one whose connection broke, but for the longest time: whoever asks goes on
 * asking, and as soon as something is {@linkplain #heard heard}, one call tries. Until then a trial would only wait.
 *
 * <p>Who is not called any more takes no place of those that may be ejected, however its last calls end.
 *
 * <p>Safe for many threads.
 */
public final class Standing {

    private static final float STEP = 1f / 16;

    private enum State {
        IN_SERVICE,
        EJECTED,
        TRIED
    }

    private final Ejections all;
    private volatile Instance instance;
    private volatile boolean clean = true;
    private volatile State state = State.IN_SERVICE; // written under this
    private volatile long untilNanos; // it is avoided; written under this
    private volatile float failing; // the share of calls that fail, lately; written under this
    private volatile int inARow; // that failed; written under this
    private volatile boolean called = true; // it may be picked; written under this
    private volatile boolean unreached; // could not be, and is not ejected as too many are; written under this
    private volatile long unreachedUntilNanos; // as good as ejected; written under this

    // Guarded by this.
    private int ejections; // so many count for the next one
    private long inServiceSinceNanos;
    private long ejectedNanos; // the latest time
    private boolean silent; // and ejected for that
    private boolean leaving; // it has said so, and not been heard since
    private int unreachedInARow;
    private long unreachedNanos; // the latest time

    Standing(Ejections all, Instance instance) {
        this.all = all;
        this.instance = instance;
    }

    /** It may be picked, and says this of itself; told with each plan. */
    public void enter(Instance now) {
        instance = now;
        if (!called) {
            synchronized (this) {
                called = true;
            }
        }
    }

    Instance instance() {
        return instance;
    }

    /** Whether no call should go there now. */
    public boolean isAvoided(long nowNanos) {
        return state != State.IN_SERVICE && nowNanos - untilNanos < 0;
    }

    /** Whether the next call should go there, to try whether it is back. */
    public boolean wantsTrial(long nowNanos) {
        return state != State.IN_SERVICE && nowNanos - untilNanos >= 0;
    }

    /** Whether a call has gone there to try whether it is back. */
    public boolean isOnTrial() {
        return state == State.TRIED;
    }

    /** Whether it is neither ejected nor tried again: the state that ejections interrupt. */
    public boolean isInService() {
        return state == State.IN_SERVICE;
    }

    /**
     * Whether no call should go there if it can go to others by another way: one that is avoided, or could not be reached lately and is in
     * service only because too many are ejected, or it is the only one.
     */
    public boolean isOut(long nowNanos) {
        return isAvoided(nowNanos) || (unreached && nowNanos - unreachedUntilNanos < 0);
    }

    /** Whether it is in service, and nothing says that it cannot be reached. */
    public boolean isReachable() {
        return state == State.IN_SERVICE && !unreached;
    }

    /** A call goes there; if a trial is wanted, it is this one. */
    public void begin(long nowNanos) {
        if (wantsTrial(nowNanos)) {
            synchronized (this) {
                if (wantsTrial(nowNanos)) {
                    state = State.TRIED;
                    untilNanos = nowNanos
                            + all.config().base().toNanos(); // a call may take its time; another one tries then
                }
            }
        }
    }

    /** A call that went there then has ended. */
    public void end(Outcome outcome, long begunNanos, long nowNanos) {
        switch (outcome) {
            case ANSWERED -> {
                if (!clean) {
                    answered(begunNanos, nowNanos);
                }
            }
            case FAILED, UNREACHABLE -> failed(outcome, nowNanos);
            case SILENT -> silent(nowNanos);
            case UNKNOWN -> {
                if (state == State.TRIED) {
                    undecided(nowNanos);
                }
            }
        }
    }

    private synchronized void answered(long begunNanos, long nowNanos) {
        if (state != State.IN_SERVICE && begunNanos - ejectedNanos < 0) {
            return;
        }
        inARow = 0;
        if (unreached && begunNanos - unreachedNanos >= 0) {
            leaving = false;
            unreached = false;
            unreachedInARow = 0;
        }
        failing = failing < STEP / 16 ? 0 : failing - failing * STEP;
        if (state != State.IN_SERVICE) {
            state = State.IN_SERVICE;
            silent = false;
            failing = 0; // what led to the ejection is over
            inServiceSinceNanos = nowNanos;
            all.released(this, ejections);
        }
        clean = failing == 0 && !unreached;
    }

    /**
     * It says nothing although it is asked, which is as certain as a broken connection. May be told again.
     *
     * @return until when at most that speaks against it
     */
    public long silent(long nowNanos) {
        long until = nowNanos + all.config().longest().toNanos();
        boolean inService;
        synchronized (this) {
            if (!called) {
                return until;
            }
            clean = false;
            inService = state == State.IN_SERVICE;
            if (!inService) {
                state = State.EJECTED;
                silent = true;
                ejectedNanos = nowNanos;
                untilNanos = until;
            }
        }
        if (inService) {
            eject(Outcome.SILENT, nowNanos);
        }
        return until;
    }

    /**
     * It has said that it closes: for rules it is as good as ejected, and that it cannot be reached from now on is no news of which to
     * warn somebody.
     *
     * @return until when at most that speaks against it
     */
    public synchronized long leaves(long nowNanos) {
        long until = nowNanos + all.config().longest().toNanos();
        if (!called) {
            return until;
        }
        clean = false; // an answer has to be looked at
        leaving = true;
        unreached = true;
        unreachedNanos = nowNanos;
        unreachedUntilNanos = until;
        return until;
    }

    /** Something was heard of it after it had said nothing: if it is ejected for that, one call tries now. */
    public synchronized void heard(long nowNanos) {
        if (silent && state == State.EJECTED) {
            untilNanos = nowNanos;
        }
        silent = false;
        leaving = false;
        unreached = false;
    }

    private void failed(Outcome outcome, long nowNanos) {
        boolean unreachable = outcome == Outcome.UNREACHABLE;
        boolean candidate;
        synchronized (this) {
            if (!called) {
                return;
            }
            clean = false;
            inARow = inARow + 1;
            failing += (1 - failing) * STEP;
            if (state == State.TRIED) {
                triedInVain(unreachable, nowNanos);
                return;
            }
            candidate = state == State.IN_SERVICE
                    // a call that was on its way when it left says nothing new
                    && !(unreachable && leaving && nowNanos - unreachedUntilNanos < 0)
                    && (unreachable
                            || inARow >= all.config().consecutive()
                            || failing * 100 >= all.config().failurePercent());
        }
        // Compared with others only without the lock, because they are asked.
        if (candidate && (unreachable || all.othersDoBetter(this))) {
            eject(outcome, nowNanos);
        }
    }

    private void eject(Outcome why, long nowNanos) {
        if (!all.takePlace()) {
            if (why != Outcome.FAILED) {
                unreached(nowNanos);
            }
            return; // too many are ejected already: rather one that fails than nobody
        }
        int count;
        int row;
        float share;
        synchronized (this) {
            if (!called || state != State.IN_SERVICE) {
                all.givePlace();
                return;
            }
            long calm = all.config().calm().toNanos();
            long served = ejections == 0 ? 0 : (nowNanos - inServiceSinceNanos) / calm;
            ejections = (int) Math.max(0, ejections - Math.max(0, served));
            ejectUntil(nowNanos);
            if (why == Outcome.SILENT) {
                silent = true;
                untilNanos = nowNanos + all.config().longest().toNanos();
            }
            count = ejections;
            row = inARow;
            share = failing;
        }
        all.ejected(this, why, count, row, share);
    }

    /** Twice as long as the time before, as an ejection; but any call may try it meanwhile. */
    private synchronized void unreached(long nowNanos) {
        if (unreached && nowNanos - unreachedUntilNanos < 0) {
            return; // by calls that were on their way
        }
        long base = all.config().base().toNanos();
        long lasts = Math.min(all.config().longest().toNanos(), base << Math.min(unreachedInARow, 20));
        unreachedInARow++;
        unreached = true;
        unreachedNanos = nowNanos;
        unreachedUntilNanos = nowNanos + lasts;
    }

    /**
     * The trial has failed. If nobody else does better, that says nothing of this one: it is called like the others, or, if it cannot be
     * reached, stays away for the shortest time again, so that it is back with them when what all of them lack is back.
     */
    private void triedInVain(boolean unreachable, long nowNanos) {
        if (all.nobodyDoesBetter(this)) {
            if (unreachable) {
                stayAway(nowNanos, all.config().base().toNanos());
            } else {
                state = State.IN_SERVICE;
                silent = false;
                inServiceSinceNanos = nowNanos;
                all.released(this, ejections);
            }
        } else {
            ejectUntil(nowNanos);
        }
    }

    private void ejectUntil(long nowNanos) {
        long base = all.config().base().toNanos();
        long longest = all.config().longest().toNanos();
        long lasts = ejections >= 30 || base << ejections < 0 ? longest : Math.min(longest, base << ejections);
        ejections = Math.min(ejections + 1, 1_000);
        stayAway(nowNanos, lasts);
    }

    private void stayAway(long nowNanos, long nanos) {
        state = State.EJECTED;
        ejectedNanos = nowNanos;
        untilNanos = nowNanos + all.spread(nanos);
    }

    /** The trial has told nothing; the next call is one. */
    private synchronized void undecided(long nowNanos) {
        if (state == State.TRIED) {
            state = State.EJECTED;
            untilNanos = nowNanos;
        }
    }

    /** The share of calls that fail, lately; 0 to 1. */
    float failing() {
        return failing;
    }

    /** Whether the latest call that says something failed. */
    boolean failedLast() {
        return inARow > 0;
    }

    /** It cannot be picked any more, and what its last calls tell is not waited for; told with each plan. */
    public void leave() {
        if (called) {
            forget();
        }
    }

    private synchronized void forget() {
        called = false;
        silent = false;
        leaving = false;
        unreached = false;
        unreachedInARow = 0;
        inARow = 0;
        failing = 0;
        if (state != State.IN_SERVICE) {
            state = State.IN_SERVICE;
            all.givePlace();
        }
        clean = true;
    }

    /** How it stands, for people; empty if nothing bad is known. */
    public synchronized String describe(long nowNanos) {
        return switch (state) {
            case IN_SERVICE -> failing == 0 ? "" : Math.round(failing * 100) + " % of the latest calls failed";
            case EJECTED ->
                (silent ? "says nothing; until it does, ejected for another " : "ejected for another ")
                        + Math.max(0, (untilNanos - nowNanos) / 1_000_000) + " ms, for the " + ejections + ". time";
            case TRIED -> "ejected, and tried again by a call that is in flight";
        };
    }
}
