package io.moa.transport;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import org.jspecify.annotations.Nullable;

/** What a listener has to know of the server behind it. Safe for many threads; nothing blocks. */
public interface Host {

    /** Who answers here. */
    Peer self();

    /** The route that every arriving call takes. */
    Invoker route();

    /** Whether a service is exported here, for the handshake. */
    boolean serves(ServiceId service);

    /**
     * Facts about a method that calls to it carry along, looked up once per form of the header's bytes and not once per
     * call; or null for a method that is not exported, whose calls take the route without facts and are refused there.
     */
    @Nullable
    Attributes attributesOf(ServiceId service, MethodId method, int serializer);

    /** How much of the capacity is in use, in percent, 0 to 200, or {@link io.moa.invoke.Hints#UNKNOWN_LOAD}. */
    int load();

    /** How clients that speak RESP are answered; null, the default, if they are not. */
    default @Nullable RespHost resp() {
        return null;
    }
}
