package io.moa.transport;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.Target;
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

    /**
     * As {@link #attributesOf(ServiceId, MethodId, int)}, for who knows methods by what was announced of them. What it answers is remembered for
     * the bytes of the target, as long as the listener is open, unless it is null.
     */
    default @Nullable Attributes attributesOf(Target target) {
        return attributesOf(target.service(), target.method(), target.serializer());
    }

    /**
     * Whether a process of this user of the operating system may connect over a Unix socket. Default true: who reaches the socket's file may.
     *
     * @param uid the user's number, as the operating system says it of the process that connected
     */
    default boolean admitsUser(int uid) {
        return true;
    }

    /**
     * Why a process may not call here, told in the handshake; null, the default, if it may.
     *
     * @param peer who it says that it is
     * @param credential what it says to be let in; not to be kept or shown
     */
    default @Nullable String refusal(Peer peer, byte[] credential) {
        return null;
    }

    /** How much of the capacity is in use, in percent, 0 to 200, or {@link io.moa.invoke.Hints#UNKNOWN_LOAD}. */
    int load();

    /**
     * How often this process has stood still: stopped, suspended, or collecting garbage for long. Calls that are read after it has grown have lain
     * in their socket for nobody knows how long, and their caller may have withdrawn them behind and made them elsewhere; so they take the route
     * only when the caller has answered a question that was asked since, and with it all that it had sent before was read. Default 0 forever: what
     * was read is run. Asked for each call.
     */
    default long standstills() {
        return 0;
    }

    /**
     * Whether a call has to take the route before the next one of its connection is read, as one that says what the next one means: it is not held back
     * after a {@linkplain #standstills standstill}. Default false.
     */
    default boolean isInOrder(Invocation call) {
        return false;
    }

    /** How clients that speak RESP are answered; null, the default, if they are not. */
    default @Nullable RespHost resp() {
        return null;
    }
}
