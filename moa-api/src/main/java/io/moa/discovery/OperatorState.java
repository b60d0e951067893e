package io.moa.discovery;

import org.jspecify.annotations.Nullable;

/**
 * What an operator has decided about an instance. It is kept apart from what the instance says of itself, so that neither
 * a heartbeat nor a restart undoes it. Immutable.
 *
 * @param offline whether the operator has taken the instance out of service
 * @param weight the weight that replaces the instance's own, or null
 * @param tag the tag that replaces the instance's own, or null
 */
public record OperatorState(
        boolean offline, @Nullable Integer weight, @Nullable String tag) {

    /** No decision: the instance's own values hold. */
    public static final OperatorState NONE = new OperatorState(false, null, null);
}
