package io.moa.server.network;

import io.moa.discovery.Address;
import io.moa.server.network.NetworkCard.CardAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this host says of its network. Asks the operating system, and for a host name the resolver, which may wait. */
public final class LocalNetwork {

    private LocalNetwork() {}

    /**
     * The interfaces, in order of their index.
     *
     * @throws UncheckedIOException if the operating system does not tell
     */
    public static List<NetworkCard> cards() {
        List<NetworkCard> cards = new ArrayList<>();
        try {
            for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                cards.add(read(card));
                for (NetworkInterface alias : Collections.list(card.getSubInterfaces())) {
                    cards.add(read(alias));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The operating system does not tell the interfaces of this host", e);
        }
        cards.sort(Comparator.comparingInt(NetworkCard::index));
        return cards;
    }

    private static NetworkCard read(NetworkInterface card) throws IOException {
        List<CardAddress> addresses = new ArrayList<>();
        for (InterfaceAddress address : card.getInterfaceAddresses()) {
            if (address.getAddress() != null) {
                addresses.add(new CardAddress(plain(address.getAddress()), address.getNetworkPrefixLength()));
            }
        }
        return new NetworkCard(
                card.getName(),
                card.getIndex(),
                card.isUp(),
                card.isLoopback(),
                card.isPointToPoint(),
                card.isVirtual(),
                addresses);
    }

    /** Without the scope that IPv6 addresses of an interface carry, so that they equal what others say of them. */
    private static InetAddress plain(InetAddress ip) throws UnknownHostException {
        return ip.isLinkLocalAddress() ? ip : InetAddress.getByAddress(ip.getAddress());
    }

    /**
     * The address from which this host would reach another one. Nothing is sent: a datagram socket only asks for the route.
     *
     * @return null if there is no route, the name is unknown, or the way does not leave this host and so says nothing
     */
    public static @Nullable InetAddress towards(Address.Tcp where) {
        InetSocketAddress target = new InetSocketAddress(where.host(), where.port());
        if (target.isUnresolved()) {
            return null;
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(target);
            InetAddress from = socket.getLocalAddress();
            return from == null || from.isLoopbackAddress() || from.isAnyLocalAddress() ? null : plain(from);
        } catch (IOException | RuntimeException e) { // no route is a fact like any other here
            return null;
        }
    }

    /** The first of these that a route leads to, as {@link #towards(Address.Tcp)}; null if none. */
    public static @Nullable InetAddress towards(List<Address.Tcp> nodes) {
        for (Address.Tcp node : nodes) {
            InetAddress from = towards(node);
            if (from != null) {
                return from;
            }
        }
        return null;
    }

    /** The addresses of a host name; none if it is unknown. */
    public static List<InetAddress> resolve(String name) {
        try {
            return List.of(InetAddress.getAllByName(name));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }
}
