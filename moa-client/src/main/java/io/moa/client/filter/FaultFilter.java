package io.moa.client.filter;

import io.moa.governance.rule.ArmedFault;
import io.moa.governance.rule.Fault;
import io.moa.governance.rule.FaultRule;
import io.moa.governance.rule.FaultTable;
import io.moa.invoke.Attributes;
import io.moa.invoke.Filter;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.ThrownError;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.ErrorReader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds back and fails attempts on purpose, as rules say: see {@link FaultTable}. What stands above, retries, hedges and breakers among it,
 * takes such a failure for a real one; it says of itself by which rule it was made. Nobody is called, so no instance is ejected for it.
 *
 * <p>The log is told of the first attempt that a version of a rule strikes. Safe for many threads.
 */
public final class FaultFilter implements Filter {

    /** Under this key stands what the exceptions of the method are called, in calls to which something may be done. */
    public static final Attributes.Key<ErrorReader> ERRORS = new Attributes.Key<>("errors of the method");

    private static final Logger LOG = LoggerFactory.getLogger(FaultFilter.class);

    private final Ticker ticker;
    private final Scheduler scheduler;
    private final RandomGenerator chance;
    private final Consumer<String> warning;

    /**
     * A filter.
     *
     * @param scheduler wakes the attempts that are held back
     * @param chance draws who is struck
     */
    public FaultFilter(Ticker ticker, Scheduler scheduler, RandomGenerator chance) {
        this(ticker, scheduler, chance, LOG::warn);
    }

    /**
     * A filter.
     *
     * @param warning is told of rules that strike for the first time; by any thread, which it must not block
     */
    FaultFilter(Ticker ticker, Scheduler scheduler, RandomGenerator chance, Consumer<String> warning) {
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.chance = chance;
        this.warning = warning;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        FaultTable table = call.attributes().get(FaultTable.KEY);
        Fault fault = table == null ? null : table.strike(call, chance);
        if (fault == null) {
            return next.invoke(call);
        }
        note(call, fault.by());
        Reply failure = failure(call, fault);
        if (fault.delayNanos() == 0) {
            return failure == null ? next.invoke(call) : CompletableFuture.completedFuture(failure);
        }
        HeldAttempt held = new HeldAttempt(call, fault, failure, next, ticker);
        held.begin(scheduler);
        return held;
    }

    private void note(Invocation call, List<ArmedFault> by) {
        for (ArmedFault each : by) {
            if (each.count()) {
                FaultRule rule = each.rule();
                warning.accept(each.name() + " injects faults into calls of " + call.service() + ", " + call.method()
                        + " first: " + rule.percent() + " of those that it matches, " + rule.effect()
                        + ". Take the rule back to end that");
            }
        }
    }

    private static Reply.@Nullable Failure failure(Invocation call, Fault fault) {
        FaultRule.Failure fail = fault.fail();
        if (fail == null) {
            return null;
        }
        String sentence = call.service() + " " + call.method() + " failed on purpose, " + fault.sentence();
        return new Reply.Failure(
                fail.status(),
                fail.executed(),
                sentence,
                fail.error() == null ? null : thrown(call, fail.error(), sentence),
                Hints.NONE,
                null);
    }

    private static ThrownError thrown(Invocation call, String code, String sentence) {
        ErrorReader errors = call.attributes().get(ERRORS);
        String type = errors == null ? null : errors.typeOf(code);
        return new ThrownError(type == null ? code : type, code, null, sentence, List.of(), List.of(), null);
    }
}
