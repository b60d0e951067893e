package io.moa.governance.rule;

import io.moa.invoke.Invocation;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A fault rule of one version, ready for the calls of one service in one process, with the number of those that it has struck there.
 * Asking it allocates nothing. Safe for many threads.
 */
public final class ArmedFault {

    private final FaultRule rule;
    private final String version;
    private final Condition[] conditions; // those for callers first
    private final long seed;
    private final AtomicLong struck = new AtomicLong();

    ArmedFault(FaultRule rule, String version) {
        this.rule = rule;
        this.version = version;
        this.conditions = Condition.all(rule.callers(), rule.when());
        this.seed = StableHash.seed(rule.id(), "fault");
    }

    /** What was read. */
    public FaultRule rule() {
        return rule;
    }

    /** Of which version it is, for people. */
    public String version() {
        return version;
    }

    /** The first condition that a call does not fulfil; null if it fulfils all. */
    @Nullable
    Condition unmet(Invocation call) {
        return Condition.firstUnmet(conditions, call);
    }

    /** Whether it strikes a call that it matches. */
    boolean strikes(Invocation call, RandomGenerator chance) {
        String value = valueOf(call);
        return value == null ? rule.percent().drawn(chance) : rule.percent().has(seed, value);
    }

    private @Nullable String valueOf(Invocation call) {
        Fact sticky = rule.sticky();
        return sticky == null ? null : sticky.of(call);
    }

    /**
     * Counts an attempt that it strikes.
     *
     * @return whether it is the first one
     */
    public boolean count() {
        return struck.getAndIncrement() == 0;
    }

    /** How many attempts of calls of this service it has struck in this process. */
    public long struck() {
        return struck.get();
    }

    /** What it would do with a call, for people; a lot is not drawn for it. */
    String explain(Invocation call) {
        String head = rule.id() + " (" + version + "): ";
        Condition unmet = unmet(call);
        if (unmet != null) {
            String value = unmet.fact().of(call);
            return head + (unmet.test(call) == Verdict.UNKNOWN ? "not known" : "not matched") + ", it asks for " + unmet
                    + ", and the call " + (value == null ? "does not say" : "says " + unmet.shown(value));
        }
        String value = valueOf(call);
        String which = rule.percent().equals(Percent.ALL)
                ? "strikes this call"
                : value == null
                        ? "strikes " + rule.percent() + " of such calls, by lot"
                        : (rule.percent().has(seed, value)
                                        ? "strikes this call, one of "
                                        : "spares this call; it strikes ")
                                + rule.percent() + " by the value of " + rule.sticky();
        return head + which + ": " + rule.effect() + "; it has struck " + struck.get() + " attempts so far";
    }

    /** Its name in sentences. */
    public String name() {
        return "rule " + rule.id() + ", " + version;
    }

    @Override
    public String toString() {
        return name();
    }
}
