package io.moa.governance.route;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;

/** What a walk asks about the services to which rules lead calls. Must not block; called from many threads. */
@FunctionalInterface
public interface Elsewhere {

    /** Where nobody offers anything. */
    Elsewhere NOBODY = service -> false;

    /**
     * Whether a call may be led to a service: not if it is known that none of its instances can be called. Of a service of which
     * nothing is known yet it may be.
     */
    boolean mayLeadTo(ServiceId service);

    /**
     * Whether somebody is there whom a call may use and who can be reached, as far as is known; asked only of services to which it may be
     * led. Of a service of which nothing is known yet there may be.
     */
    default boolean isServing(ServiceId service, Invocation call) {
        return true;
    }
}
