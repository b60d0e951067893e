package io.moa.client.explain;

import io.moa.discovery.Instance;
import io.moa.governance.balance.Candidate;

/**
 * One of those to whom a call may go, at the moment of the question. Immutable.
 *
 * @param instance which
 * @param weight its share
 * @param warming whether it has less than its full weight because it warms up
 * @param inFlight how many calls of this process it works on
 */
public record Choice(Instance instance, int weight, boolean warming, int inFlight) {

    static Choice of(Candidate candidate) {
        return new Choice(
                candidate.instance(),
                candidate.weight(),
                candidate.warming(),
                candidate.load().inFlight());
    }

    /** One line, for people. */
    @Override
    public String toString() {
        return instance + ", weight " + weight + (warming ? " as it warms up, " : ", ") + inFlight + " in flight";
    }
}
