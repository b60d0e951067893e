package io.moa.governance.quota;

import io.moa.discovery.QuotaSource;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateTerms;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * This process's part of a quota. It holds calls that the {@link QuotaSource} gave to nobody else, and lets through as many; it refuses at once
 * and never queues. A call costs one counter and one comparison, and asks nobody.
 *
 * <p>While an answer is late, calls go on by the local share, on credit: what they use is taken off what is given later, so that a slow
 * registry adds nothing to the quota. Once the registry counts as away, the local share alone holds.
 *
 * <p>Safe for many threads. {@link QuotaRounds} asks for it.
 */
public final class QuotaGate implements Gate {

    /** An answer later than this is no usual one; until then the calls that are held should do. */
    private static final long LATE_NANOS = Duration.ofMillis(300).toNanos();

    /** Of who was never told how many share it. */
    private static final int UNTOLD_MEMBERS = 10;

    /** With each question the wish of before counts so much less: the end of a burst is believed slowly. */
    private static final double FADING = 0.8;

    private static final long NOT_WAITING = Long.MIN_VALUE;

    /** What the policy says. */
    private record Terms(int perSecond, int away) {}

    private final String subject;
    private final String quota;
    private final String member;
    private final Ticker ticker;
    private final long awayNanos;
    private final long begunNanos;
    private final boolean shared;
    private final RateGate local;
    private final AtomicLong held = new AtomicLong(); // negative: used on credit
    private final LongAdder wishes = new LongAdder();
    private volatile Terms terms = new Terms(1, 0);
    private volatile int members; // as told last; 0 for never
    private volatile long waitingSince; // since when a question is unanswered

    // Of the rounds, one at a time.
    private long wishesTold;
    private double wanted;
    private long askedAt;
    private long wishedAt;
    private long owed; // to be returned with the next question

    /**
     * A gate that holds nothing yet.
     *
     * @param subject whose calls are counted, for the reason given to those refused
     * @param quota the same text in all processes that share it
     * @param member who takes part, and nobody else
     * @param shared whether there is a place to share it at all
     */
    QuotaGate(String subject, String quota, String member, boolean shared, Duration awayAfter, Ticker ticker) {
        this.subject = subject;
        this.quota = quota;
        this.member = member;
        this.shared = shared;
        this.ticker = ticker;
        this.awayNanos = awayAfter.toNanos();
        this.begunNanos = ticker.nanos();
        this.askedAt = begunNanos;
        this.wishedAt = begunNanos;
        this.waitingSince = begunNanos;
        this.local = new RateGate(subject, RateTerms.bucket(1, 0), ticker);
    }

    /**
     * Changes the quota, for calls that come from now on; what is held stays.
     *
     * @param perSecond of all processes together; 1 to 10,000,000
     * @param away calls in a second of this process while the registry is away; 0 for a part of the quota by the number of processes
     */
    public void limit(int perSecond, int away) {
        Terms next = new Terms(perSecond, away);
        if (!next.equals(terms)) {
            terms = next;
            limitLocal();
        }
    }

    /** One at a time, and by what is known then: terms and members change on different threads. */
    private synchronized void limitLocal() {
        local.limit(RateTerms.bucket(localShare(), 0));
    }

    /** Calls in a second of this process while the registry is away. */
    public int localShare() {
        Terms now = terms;
        int divided = now.perSecond() / (members == 0 ? UNTOLD_MEMBERS : members);
        return Math.max(1, now.away() == 0 ? divided : Math.min(now.away(), now.perSecond()));
    }

    /** Whether the registry cannot be asked, so that the local share holds. */
    public boolean isAway() {
        return isAway(ticker.nanos());
    }

    private boolean isAway(long now) {
        long since = waitingSince;
        return !shared || (since != NOT_WAITING && now - since > awayNanos);
    }

    /** Whether an answer is late, or there never was one. */
    private boolean isLate(long now) {
        long since = waitingSince;
        return since != NOT_WAITING && (members == 0 || now - since > LATE_NANOS);
    }

    @Override
    public Admission admit(Invocation call) {
        wishes.increment();
        for (long before = held.get(); before > 0; before = held.get()) {
            if (held.compareAndSet(before, before - 1)) {
                return Permit.FREE;
            }
        }
        long now = ticker.nanos();
        if (isAway(now)) {
            return local.admit(call) instanceof Permit ? Permit.FREE : refused(now);
        }
        if (isLate(now) && local.admit(call) instanceof Permit) {
            held.decrementAndGet();
            return Permit.FREE;
        }
        return refused(now);
    }

    /** What it would answer to a call now that it refuses; null if it would let it pass. Nothing is counted. */
    public Admission.@Nullable Rejected refusal() {
        if (held.get() > 0) {
            return null;
        }
        long now = ticker.nanos();
        boolean byItself = isAway(now) || isLate(now);
        return byItself && local.refusal() == null ? null : refused(now);
    }

    private Admission.Rejected refused(long now) {
        Admission.Rejected alone = isAway(now) ? local.refusal() : null;
        return new Admission.Rejected(
                Status.REJECTED,
                isAway(now)
                        ? subject + " is limited" + byLocalShare(now)
                        : subject + " has used up what this process has of the quota of " + terms.perSecond()
                                + " calls in a second" + sharers(),
                alone == null ? QuotaConfig.DEFAULT.period().toMillis() : alone.retryAfterMillis());
    }

    private String sharers() {
        int count = members;
        return count == 0 ? "" : ", which " + count + (count == 1 ? " process has" : " processes share");
    }

    private String byLocalShare(long now) {
        String why = shared
                ? "the registry has been away for " + TimeUnit.NANOSECONDS.toSeconds(now - waitingSince) + " s"
                : "there is no registry here that keeps quotas";
        return " to its local share of " + localShare() + " calls in a second, of the quota of " + terms.perSecond()
                + ": " + why;
    }

    /** By what it goes now, for people. */
    public String look() {
        long now = ticker.nanos();
        return isAway(now)
                ? subject + " is limited" + byLocalShare(now)
                : subject + " has a quota of " + terms.perSecond() + " calls in a second"
                        + (members == 0 ? ", and waits for its first share" : sharers());
    }

    // ---- for the rounds

    /** Asked for from now on: what it waited for before does not count. */
    void begin(long now) {
        waitingSince = now;
    }

    /** What it asks for now; what is left over is taken off what it holds. */
    QuotaSource.Ask ask(long now) {
        long sum = wishes.sum();
        double seconds = Math.max(1e-3, (now - askedAt) / 1e9);
        double latest = (sum - wishesTold) / seconds;
        if (sum != wishesTold) {
            wishedAt = now;
        }
        wishesTold = sum;
        askedAt = now;
        wanted = Math.max(latest, wanted * FADING + latest * (1 - FADING));
        long returned = take(owed);
        owed = 0;
        if (waitingSince == NOT_WAITING) {
            waitingSince = now;
        }
        return new QuotaSource.Ask(quota, member, terms.perSecond(), wanted, held.get(), returned);
    }

    /** Whether somebody wanted a call since it was asked for last, or a short time before. */
    boolean isBusy(long now, long withinNanos) {
        return wishes.sum() != wishesTold || now - wishedAt <= withinNanos;
    }

    private long take(long most) {
        while (most > 0) {
            long before = held.get();
            long taken = Math.min(most, before);
            if (taken <= 0) {
                return 0;
            }
            if (held.compareAndSet(before, before - taken)) {
                return taken;
            }
        }
        return 0;
    }

    /** The registry has answered. */
    void heard(QuotaSource.Share share) {
        if (share.calls() >= 0) {
            held.addAndGet(share.calls());
        } else {
            owed = -share.calls();
        }
        if (members != share.members()) {
            members = share.members();
            limitLocal();
        }
        waitingSince = NOT_WAITING;
    }

    /** Whatever is held is lost, as once the registry is away: then the local share is all. */
    void forget() {
        take(Long.MAX_VALUE);
    }

    /** Since when it waits for an answer. */
    long waitedNanos(long now) {
        long since = waitingSince;
        return since == NOT_WAITING ? 0 : now - since;
    }

    @Override
    public String toString() {
        return "QuotaGate[" + look() + "]";
    }
}
