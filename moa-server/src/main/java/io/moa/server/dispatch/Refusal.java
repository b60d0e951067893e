package io.moa.server.dispatch;

import io.moa.invoke.Attributes;
import io.moa.invoke.Status;

/**
 * Carried by a call of which it was seen when it was read that it cannot be run, such as one to a method that is not there. It comes to the end of the
 * route as others do, and is answered there. Immutable.
 *
 * @param status answers the call
 * @param why for people
 */
public record Refusal(Status status, String why) {

    /** Where a call carries it; calls with an {@link ExportedMethod} do not. */
    public static final Attributes.Key<Refusal> KEY = new Attributes.Key<>("refusal");
}
