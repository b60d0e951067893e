package io.moa.client.stub;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.CallScope;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Criticality;
import io.moa.invoke.Deadline;
import io.moa.invoke.MethodId;
import org.jspecify.annotations.Nullable;

/**
 * Marks the calls that a fallback makes: one of the method for which it answers gets no fallback, or a fallback that calls its own stub would
 * call itself for ever. It travels as scopes do, also through the callbacks of futures. Immutable.
 */
final class InFallback implements CallScope.Serving {

    private final ServiceId service;
    private final MethodId method;
    private final CallScope.Serving outer;

    private InFallback(ServiceId service, MethodId method, CallScope.Serving outer) {
        this.service = service;
        this.method = method;
        this.outer = outer;
    }

    /** The scope in which a fallback of a method runs. */
    static CallScope scope(@Nullable CallScope around, ServiceId service, MethodId method, Caller self) {
        return around == null
                ? new CallScope(
                        self,
                        Baggage.EMPTY.withCriticality(
                                Criticality.CRITICAL_PLUS), // the least of this and what a method says holds
                        Deadline.NONE,
                        new Cancellation(),
                        new InFallback(service, method, CallScope.Serving.FIRST))
                : new CallScope(
                        around.caller(),
                        around.baggage(),
                        around.deadline(),
                        around.cancellation(),
                        new InFallback(service, method, around.serving()));
    }

    /** Whether a call of a method that is made in a scope is made by a fallback for that method. */
    static boolean isOf(ServiceId service, MethodId method, @Nullable CallScope scope) {
        CallScope.Serving serving = scope == null ? null : scope.serving();
        while (serving instanceof InFallback within) {
            if (within.method.equals(method) && within.service.equals(service)) {
                return true;
            }
            serving = within.outer;
        }
        return false;
    }

    @Override
    public boolean isRepeated() {
        return outer.isRepeated();
    }

    @Override
    public void failedBelow() {
        outer.failedBelow();
    }
}
