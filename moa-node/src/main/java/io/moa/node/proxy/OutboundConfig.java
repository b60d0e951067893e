package io.moa.node.proxy;

import io.moa.discovery.Address;
import io.moa.server.resp.RespConfig;

/**
 * Where processes of this host call services of others, over RESP. Immutable.
 *
 * @param address where is listened: TCP, port 0 for a free one, or a Unix socket
 * @param resp who may call; with passwords everybody says one first
 */
public record OutboundConfig(Address address, RespConfig resp) {

    /** Loopback, for this host alone, without a password. */
    public static OutboundConfig at(int port) {
        return new OutboundConfig(new Address.Tcp("127.0.0.1", port), RespConfig.DEFAULT);
    }
}
