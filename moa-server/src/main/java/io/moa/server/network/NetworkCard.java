package io.moa.server.network;

import java.net.InetAddress;
import java.util.List;

/**
 * A network interface, as plain data, so that a choice among some of them can be tested without having them. Immutable.
 *
 * @param name what the operating system calls it, such as {@code eth0}
 * @param index its number there; lower ones are older
 * @param up whether it works
 * @param loopback whether it leads only to this host
 * @param pointToPoint whether it has one peer, as tunnels have
 * @param alias whether it is a further name of another interface, such as {@code eth0:1}
 * @param addresses what it is reached by, in the operating system's order
 */
public record NetworkCard(
        String name,
        int index,
        boolean up,
        boolean loopback,
        boolean pointToPoint,
        boolean alias,
        List<CardAddress> addresses) {

    public NetworkCard {
        addresses = List.copyOf(addresses);
    }

    /**
     * One address of an interface.
     *
     * @param ip the address
     * @param prefixBits how many of its bits name the network: 0 to 32, in IPv6 to 128
     */
    public record CardAddress(InetAddress ip, int prefixBits) {

        /** As it is written in a setting: IPv6 without the scope. */
        public String text() {
            return AddressText.of(ip);
        }
    }
}
