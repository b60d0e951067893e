package io.moa.governance.rule;

import io.moa.governance.rule.FaultRule.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rules do to one attempt of a call, on purpose. Immutable.
 *
 * @param delayNanos for how long it is held back first, by all of them together; 0 for not at all
 * @param by the rules that strike it, in their order; at least one
 * @param fail how it fails then; null if it goes on. It is the last rule that says it
 */
public record Fault(
        long delayNanos, List<ArmedFault> by, @Nullable Failure fail) {

    public Fault {
        by = List.copyOf(by);
    }

    /** The rules, for people: {@code rule slow, version 17 and rule chaos, version 18}. */
    public String names() {
        return String.join(" and ", by.stream().map(ArmedFault::name).toList());
    }

    /** For people: "injected by rule chaos, version 17: the stock is away". */
    public String sentence() {
        ArmedFault last = by.get(by.size() - 1);
        return "injected by " + last.name() + (fail == null || fail.message().isEmpty() ? "" : ": " + fail.message());
    }
}
