package io.moa.server.network;

import io.moa.discovery.Address;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen and what to tell others, settled. Immutable.
 *
 * @param bind where to listen
 * @param host the host that others are told
 * @param port the port that others are told; 0 for the one listened on
 * @param choice how an interface was chosen; null if none was
 * @param reason why all this, for people, in one line
 */
public record ListenPlan(
        Address.Tcp bind, String host, int port, @Nullable AddressChoice choice, String reason) {

    /** What others are told, once the port listened on is known. */
    public Address.Tcp announced(int listening) {
        return new Address.Tcp(host, port == 0 ? listening : port);
    }
}
