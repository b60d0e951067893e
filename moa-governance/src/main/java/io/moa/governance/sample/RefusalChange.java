package io.moa.governance.sample;

import io.moa.governance.policy.PolicyKey;

/**
 * Calls of a method of which a limit or a breaker at the caller would refuse others than it does now. Immutable.
 *
 * @param of whose calls
 * @param calls how many those are in all
 * @param policy which limit: {@link PolicyKey#RATE_LIMIT}, {@link PolicyKey#CONCURRENCY_LIMIT} or {@link PolicyKey#BREAKER_FAILURES}
 * @param limit its value, before and after
 * @param before how many it refuses now
 * @param after how many it would refuse
 */
public record RefusalChange(
        Sampled of, int calls, PolicyKey<Integer> policy, ValueChange limit, int before, int after) {

    /** For people: what changes. */
    String change() {
        return before + " -> " + after + " refused, "
                + (policy == PolicyKey.BREAKER_FAILURES ? "breaker open, " : "over ")
                + policy.name() + " " + limit.after()
                + (limit.after().equals(limit.before()) ? "" : " (was " + limit.before() + ")")
                + (before == after ? ", of other calls" : "");
    }

    /** For people. */
    @Override
    public String toString() {
        return of + ": " + change();
    }
}
