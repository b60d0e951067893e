package io.moa.governance.gate;

import io.moa.annotation.RateShape;
import io.moa.governance.rule.Matcher;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * At most so many calls in a second, in the {@linkplain io.moa.annotation.RateShape shape} that its terms say. A call beyond them is refused
 * and told when to come again, or waits for its turn, if its terms and its deadline let it: then its turn is a moment that is kept for it, and there is
 * no queue to go through. At most {@value #MOST_WAITING} calls wait at one gate. A call that a later gate refuses has used its turn all the same.
 *
 * <p>Calls are counted all together, or by their calling application or the value of a call key; of those at most 10,000 are told apart, and
 * what is beyond shares one count. Calls whose application is not said are counted together; calls without the key are not limited.
 *
 * <p>Safe for many threads. The limit holds exactly: no interleaving admits one more. Its terms may be changed; what was used stays used, unless
 * it is counted in another shape, by something else, or with a warm-up where there was none; and it can be handed to another one ({@link #memory}).
 */
public final class RateGate implements Gate {

    /** How many calls wait at one gate at most. */
    public static final int MOST_WAITING = 1_024;

    private static final int SHOWN = 80;

    /**
     * How it counts.
     *
     * @param exempt who is not counted; null if all are
     * @param one the turns of all calls; null if they are told apart
     * @param each the turns of each value; null if calls are not told apart
     */
    private record Counting(
            RateTerms terms,
            Rate rate,
            @Nullable Matcher exempt,
            @Nullable Turns one,
            @Nullable ValueTurns each) {}

    private final String subject;
    private final Ticker ticker;
    private final long begunNanos;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Counting counting;

    /**
     * Makes a gate.
     *
     * @param subject whose calls are counted, for the reason given to those refused
     */
    public RateGate(String subject, RateTerms terms, Ticker ticker) {
        this.subject = subject;
        this.ticker = ticker;
        this.begunNanos = ticker.nanos();
        this.counting = fresh(terms);
    }

    private RateGate(RateGate like, Counting counting) {
        this.subject = like.subject;
        this.ticker = like.ticker;
        this.begunNanos = like.begunNanos;
        this.counting = counting;
    }

    private Counting fresh(RateTerms terms) {
        Rate rate = Rate.of(terms);
        boolean apart = terms.isOfCaller() || !terms.key().isEmpty();
        return new Counting(
                terms,
                rate,
                exempt(terms),
                apart ? null : new Turns(meter(terms)),
                apart ? new ValueTurns(() -> meter(terms), rate, ticker) : null);
    }

    private static Meter meter(RateTerms terms) {
        boolean warms = !terms.warmUp().isZero();
        return terms.shape() == RateShape.SLIDING_WINDOW
                ? new WindowMeter(warms ? new Warmth() : null)
                : warms ? new WarmingMeter() : new BucketMeter();
    }

    private static @Nullable Matcher exempt(RateTerms terms) {
        return terms.exempt().isEmpty() ? null : Matcher.ofPatterns(terms.exempt());
    }

    /** By what it goes. */
    public RateTerms terms() {
        return counting.terms();
    }

    /** Changes its terms for calls that come from now on. One thread at a time. */
    public void limit(RateTerms next) {
        Counting before = counting;
        if (before.terms().equals(next)) {
            return;
        }
        if (!before.terms().countsLike(next)) {
            counting = fresh(next);
            return;
        }
        Rate rate = Rate.of(next);
        counting = new Counting(next, rate, exempt(next), before.one(), before.each());
        if (before.one() != null) {
            before.one().changed(rate, now());
        }
        if (before.each() != null) {
            before.each().changed(rate, now());
        }
    }

    /** One that goes on by itself under other terms from where this one stands, if calls are not told apart; those that wait stay here. */
    RateGate forked(RateTerms next) {
        Counting now = counting;
        Turns one = now.one() == null ? null : now.one().copy();
        RateGate forked = new RateGate(
                this,
                one == null ? fresh(now.terms()) : new Counting(now.terms(), now.rate(), now.exempt(), one, null));
        forked.limit(next);
        return forked;
    }

    private long now() {
        return (ticker.nanos() - begunNanos) * Rate.PARTS;
    }

    /**
     * What was used and is not yet free again, for another one to go on from there. Nothing changes. Of calls that are told apart nothing is
     * handed on.
     */
    public RateMemory memory() {
        Counting held = counting;
        long left = held.one() == null ? 0 : held.one().untilFree(now());
        return new RateMemory(Duration.ofNanos((left + Rate.PARTS - 1) / Rate.PARTS));
    }

    /**
     * Goes on from what another one knew, under the terms that hold here; what was used of this one is forgotten. The time between the two
     * moments does not count.
     */
    public void remember(RateMemory memory) {
        Counting held = counting;
        if (held.one() != null) {
            Duration known = memory.untilFull();
            long most = held.rate().emptyFor(); // and not what is missing in something much larger
            held.one()
                    .owe(
                            held.rate(),
                            now(),
                            known.compareTo(Duration.ofNanos(most / Rate.PARTS)) < 0
                                    ? known.toNanos() * Rate.PARTS
                                    : most);
        }
    }

    @Override
    public Admission admit(Invocation call) {
        Counting held = counting;
        if (isExempt(held, call)) {
            return Permit.FREE;
        }
        Turns turns = held.one();
        ValueTurns each = held.each();
        if (each != null) {
            String value = valueOf(held.terms(), call);
            if (value == null) {
                return Permit.FREE;
            }
            turns = each.of(value);
        }
        return turns == null ? Permit.FREE : admit(call, held, turns);
    }

    private Admission admit(Invocation call, Counting held, Turns turns) {
        Rate rate = held.rate();
        long now = now();
        if (rate.mostWait() == 0) {
            long turn = turns.take(rate, now, 0);
            return turn >= 0 ? Permit.FREE : refused(call, held, turns, ~turn - now, "");
        }
        boolean mayWait = waiting.incrementAndGet() <= MOST_WAITING;
        long left = left(call);
        long most = mayWait ? Math.min(rate.mostWait(), left) : 0;
        long turn = turns.take(rate, now, most);
        if (turn > now) {
            return new Admission.Later((turn - now + Rate.PARTS - 1) / Rate.PARTS, new Kept(turns, turn));
        }
        waiting.decrementAndGet();
        return turn >= 0 ? Permit.FREE : refused(call, held, turns, ~turn - now, noWait(mayWait, left, held.terms()));
    }

    private static String noWait(boolean mayWait, long left, RateTerms terms) {
        return !mayWait
                ? "; " + MOST_WAITING + " calls wait already"
                : left < terms.mostWait().toNanos() * Rate.PARTS
                        ? "; its turn would come after its deadline"
                        : "; it would wait for its turn for more than "
                                + terms.mostWait().toMillis() + " ms";
    }

    /** How long a call may wait by its deadline, in parts. */
    private long left(Invocation call) {
        long nanos = call.deadline().remainingNanos(ticker.nanos());
        return nanos >= Long.MAX_VALUE / Rate.PARTS ? Long.MAX_VALUE : Math.max(0, nanos * Rate.PARTS - 1);
    }

    private static boolean isExempt(Counting held, Invocation call) {
        return held.exempt() != null && held.exempt().matches(call.caller().application());
    }

    /** The value by which a call is counted; null if it has none. */
    private static @Nullable String valueOf(RateTerms terms, Invocation call) {
        return terms.isOfCaller()
                ? call.caller().application()
                : call.callKeys().get(terms.key());
    }

    /**
     * What it would answer to a call now that it refuses, where calls are counted all together and none waits; null if it would let it pass.
     * Nothing is counted.
     */
    public Admission.@Nullable Rejected refusal() {
        Counting held = counting;
        Turns one = held.one();
        long now = now();
        long early = one == null ? 0 : one.next(held.rate(), now) - now;
        return early > 0 ? refused(held, "", early, "") : null;
    }

    private Admission.Rejected refused(Invocation call, Counting held, Turns turns, long early, String whyNotLater) {
        return refused(held, who(held, call, turns), early, whyNotLater);
    }

    private Admission.Rejected refused(Counting held, String who, long early, String whyNotLater) {
        // Who may wait need not come when its turn is, but when that is near enough.
        long again = Math.max(0, early - held.rate().mostWait());
        return new Admission.Rejected(
                Status.REJECTED,
                words(held.terms()) + (who.isEmpty() ? "" : "; this call counts for " + who) + whyNotLater,
                TimeUnit.NANOSECONDS.toMillis(again / Rate.PARTS) + 1);
    }

    private String words(RateTerms terms) {
        return subject + " is limited to " + terms.inWords() + ", in each process";
    }

    private static String who(Counting held, Invocation call, @Nullable Turns turns) {
        ValueTurns each = held.each();
        String value = each == null ? null : valueOf(held.terms(), call);
        if (each == null || value == null) {
            return "";
        }
        String named = value.isEmpty() ? "callers that do not say who they are" : UntrustedText.shown(value, SHOWN);
        return each.isShared(turns) ? named + " and all others beyond the first " + ValueTurns.MOST : named;
    }

    /** How it would meet a call now. Nothing is counted. */
    public GateLook look(Invocation call) {
        Counting held = counting;
        String words = words(held.terms());
        if (isExempt(held, call)) {
            return new GateLook(
                    words + "; " + UntrustedText.shown(call.caller().application(), SHOWN) + " is exempt", false);
        }
        Turns turns = held.one();
        ValueTurns each = held.each();
        if (each != null) {
            String value = valueOf(held.terms(), call);
            if (value == null) {
                return new GateLook(
                        words + "; this call has no key " + held.terms().key() + " and is not limited", false);
            }
            turns = each.known(value);
        }
        String who = who(held, call, turns);
        String counts = words + (who.isEmpty() ? "" : "; this call counts for " + who);
        if (turns == null) {
            return new GateLook(counts, false);
        }
        Rate rate = held.rate();
        long now = now();
        long early = turns.next(rate, now) - now;
        if (early <= 0) {
            return new GateLook(counts, false);
        }
        boolean mayWait = waiting.get() < MOST_WAITING;
        long left = left(call);
        if (mayWait && early <= Math.min(rate.mostWait(), left)) {
            long millis = TimeUnit.NANOSECONDS.toMillis(early / Rate.PARTS) + 1;
            return new GateLook(counts + "; it would wait for its turn, " + millis + " ms", false);
        }
        return GateLook.refused(
                refused(call, held, turns, early, rate.mostWait() == 0 ? "" : noWait(mayWait, left, held.terms())));
    }

    /** How many calls wait for their turn. */
    public int waiting() {
        return waiting.get();
    }

    /** How many values are told apart now; 0 where calls are not. */
    public long values() {
        ValueTurns each = counting.each();
        return each == null ? 0 : each.size();
    }

    @Override
    public String toString() {
        return "RateGate[" + subject + ", " + counting.terms().inWords() + "]";
    }

    // The turn is the flag that lets only one thing become of it.
    @SuppressWarnings("serial")
    private final class Kept extends AtomicBoolean implements Admission.Turn {
        private final Turns turns;
        private final long moment;

        Kept(Turns turns, long moment) {
            this.turns = turns;
            this.moment = moment;
        }

        @Override
        public Admission begin() {
            if (compareAndSet(false, true)) {
                waiting.decrementAndGet();
            }
            return Permit.FREE;
        }

        @Override
        public void giveBack() {
            if (compareAndSet(false, true)) {
                waiting.decrementAndGet();
                if (moment > now()) {
                    turns.giveBack(moment);
                }
            }
        }
    }
}
