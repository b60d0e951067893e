package io.moa.server.network;

import io.moa.server.network.AddressChoice.Refused;
import io.moa.server.network.NetworkCard.CardAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the address of this host by which others reach it: a function of what is given to it and of nothing else.
 *
 * <p><b>The wish.</b> {@code auto}; an address; a network such as {@code 10.0.0.0/8}; the name of an interface; a host name.
 * A wish that no address fits is refused, with every candidate and its reason; nothing else is taken in its place.
 *
 * <p><b>Refused</b>, in this order: an interface that is down · an address that nobody can use as a destination (any,
 * multicast) · link-local addresses · and, unless the wish names the address or the interface itself: what the wish does not
 * cover · loopback · point-to-point (tunnels) · further names of an interface such as {@code eth0:1}, and single addresses
 * (/32, /128) beside a network's one, which both are what virtual addresses that move between hosts look like · interfaces
 * with the name of a bridge or cable of containers and virtual machines.
 *
 * <p><b>Chosen</b> among the others: the one by which this host reaches the registry; else IPv4 before IPv6, private before
 * public, the lower index of the interface, the order on the interface.
 */
public final class AddressChooser {

    /** The wish for whatever is best. */
    public static final String AUTO = "auto";

    private static final List<String> MADE_FOR_CONTAINERS = List.of(
            "docker",
            "br-",
            "veth",
            "virbr",
            "vnet",
            "vmnet",
            "vboxnet",
            "lxc",
            "lxdbr",
            "podman",
            "cni",
            "flannel",
            "cali",
            "cilium",
            "kube-",
            "nodelocaldns",
            "dummy",
            "ifb",
            "nerdctl");

    private record Candidate(NetworkCard card, CardAddress address, int order) {
        @Override
        public String toString() {
            return card.name() + " " + address.text();
        }
    }

    /** What was wished for; exactly one of the parts says it. */
    private record Wish(
            String text,
            @Nullable String card,
            List<InetAddress> ips,
            @Nullable InetAddress net,
            int bits) {

        boolean namesIt(Candidate one) {
            return one.card().name().equals(card) || ips.contains(one.address().ip());
        }

        boolean covers(Candidate one) {
            InetAddress network = net;
            return network == null || AddressText.within(one.address().ip(), network, bits);
        }

        boolean isOpen() {
            return card == null && ips.isEmpty();
        }
    }

    private AddressChooser() {}

    /**
     * Chooses.
     *
     * @param cards what this host has
     * @param wish what was configured, as above
     * @param towardsRegistry the address from which this host reaches its registry; null if that is not known
     * @param names finds the addresses of a host name, none if it is unknown; asked only if the wish is one
     * @throws IllegalArgumentException if there is no such address; the message names every candidate
     */
    public static AddressChoice choose(
            List<NetworkCard> cards,
            String wish,
            @Nullable InetAddress towardsRegistry,
            Function<String, List<InetAddress>> names) {
        Wish wanted = read(wish.strip(), cards, names);
        List<Refused> refused = new ArrayList<>();
        List<Candidate> good = new ArrayList<>();
        int order = 0;
        for (NetworkCard card : cards) {
            if (card.addresses().isEmpty()) {
                refused.add(new Refused(card.name(), card.up() ? "it has no address" : "it is down"));
            }
            for (CardAddress address : card.addresses()) {
                Candidate one = new Candidate(card, address, order++);
                String reason = refusal(one, wanted);
                if (reason == null) {
                    good.add(one);
                } else {
                    refused.add(new Refused(one.toString(), reason));
                }
            }
        }
        AddressChoice onLoopback = loopbackItself(cards, wanted, refused);
        if (good.isEmpty() && onLoopback != null) {
            return onLoopback;
        }
        if (good.isEmpty()) {
            throw new IllegalArgumentException("No address of this host can be announced for \"" + wanted.text()
                    + "\": "
                    + (refused.isEmpty()
                            ? "it has no network interface"
                            : String.join(
                                    ", ",
                                    refused.stream().map(Refused::toString).toList()))
                    + ". Say an address, a network or an interface of this host;"
                    + " for an address of another one, such as a virtual or a translated one, listen on 0.0.0.0 and"
                    + " advertise it");
        }
        return best(good, wanted, towardsRegistry, refused);
    }

    private static Wish read(String wish, List<NetworkCard> cards, Function<String, List<InetAddress>> names) {
        if (wish.isEmpty()) {
            throw new IllegalArgumentException("A host is an address, a network such as 10.0.0.0/8, the name of an"
                    + " interface, a host name, or " + AUTO + "; it is not empty");
        }
        if (wish.equals(AUTO)) {
            return new Wish(wish, null, List.of(), null, 0);
        }
        int slash = wish.indexOf('/');
        if (slash >= 0) {
            InetAddress network = AddressText.literal(wish.substring(0, slash));
            int most = network instanceof Inet4Address ? 32 : 128;
            if (network == null || !wish.substring(slash + 1).matches("[0-9]{1,3}")) {
                throw notANetwork(wish);
            }
            int bits = Integer.parseInt(wish.substring(slash + 1));
            if (bits > most) {
                throw notANetwork(wish);
            }
            return new Wish(wish, null, List.of(), network, bits);
        }
        InetAddress literal = AddressText.literal(wish);
        if (literal != null) {
            return new Wish(wish, null, List.of(literal), null, 0);
        }
        if (cards.stream().anyMatch(card -> card.name().equals(wish))) {
            return new Wish(wish, wish, List.of(), null, 0);
        }
        List<InetAddress> found = names.apply(wish);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("\"" + wish + "\" is neither an interface of this host, which has "
                    + String.join(", ", cards.stream().map(NetworkCard::name).toList())
                    + ", nor a host name that is known here");
        }
        return new Wish(wish, null, found, null, 0);
    }

    private static IllegalArgumentException notANetwork(String wish) {
        return new IllegalArgumentException(
                "A network is written 10.0.0.0/8 or fd00::/8, with 0 to 32 or 0 to 128 bits, unlike \"" + wish + "\"");
    }

    private static @Nullable String refusal(Candidate one, Wish wish) {
        NetworkCard card = one.card();
        InetAddress ip = one.address().ip();
        boolean named = wish.namesIt(one);
        if (!wish.isOpen() && !named) {
            return "not " + wish.text();
        }
        if (!card.up()) {
            return "the interface is down";
        }
        if (ip.isAnyLocalAddress() || ip.isMulticastAddress()) {
            return "no destination for a connection";
        }
        if (ip.isLinkLocalAddress()) {
            return "link-local: only the same cable reaches it";
        }
        if (named) {
            return null;
        }
        if (!wish.covers(one)) {
            return "not in " + wish.text();
        }
        if (card.loopback() || ip.isLoopbackAddress()) {
            return "loopback: only this host reaches it";
        }
        if (card.pointToPoint()) {
            return "point-to-point: a tunnel with one peer";
        }
        if (card.alias()) {
            return "a further name of an interface, which may be a virtual address that moves to another host";
        }
        if (isSingle(one.address()) && card.addresses().stream().anyMatch(other -> isNetworkBeside(other, ip))) {
            return "a single address beside the interface's own, which may be a virtual one that moves to another host";
        }
        String name = card.name();
        if (MADE_FOR_CONTAINERS.stream().anyMatch(name::startsWith)) {
            return "made for containers or virtual machines, by its name";
        }
        return null;
    }

    private static boolean isSingle(CardAddress address) {
        return address.prefixBits() == address.ip().getAddress().length * 8;
    }

    private static boolean isNetworkBeside(CardAddress other, InetAddress ip) {
        return !isSingle(other)
                && other.ip().getAddress().length == ip.getAddress().length
                && !other.ip().isLinkLocalAddress();
    }

    /** All of 127.0.0.0/8 is this host's, though its interface shows one address of it. */
    private static @Nullable AddressChoice loopbackItself(List<NetworkCard> cards, Wish wish, List<Refused> refused) {
        for (NetworkCard card : cards) {
            for (InetAddress ip : wish.ips()) {
                if (card.loopback() && card.up() && ip.isLoopbackAddress()) {
                    return new AddressChoice(ip, card.name(), "configured as " + wish.text(), refused);
                }
            }
        }
        return null;
    }

    private static AddressChoice best(
            List<Candidate> good, Wish wish, @Nullable InetAddress towardsRegistry, List<Refused> refused) {
        Comparator<Candidate> rank = Comparator.<Candidate>comparingInt(
                        one -> one.address().ip().equals(towardsRegistry) ? 0 : 1)
                .thenComparingInt(one -> one.address().ip() instanceof Inet4Address ? 0 : 1)
                .thenComparingInt(one -> AddressText.isPrivate(one.address().ip()) ? 0 : 1)
                .thenComparingInt(one -> one.card().index())
                .thenComparingInt(Candidate::order);
        List<Candidate> ranked = good.stream().sorted(rank).toList();
        Candidate chosen = ranked.get(0);
        for (Candidate other : ranked.subList(1, ranked.size())) {
            refused.add(new Refused(other.toString(), whyAfter(chosen, other, towardsRegistry)));
        }
        String reason = wish.text().equals(AUTO) ? "" : "configured as " + wish.text();
        if (chosen.address().ip().equals(towardsRegistry)) {
            reason += (reason.isEmpty() ? "" : ", and ") + "the way to the registry";
        } else if (reason.isEmpty()) {
            reason = ranked.size() == 1 ? "the only one that others may reach" : "the best of " + ranked.size();
        }
        return new AddressChoice(chosen.address().ip(), chosen.card().name(), reason, refused);
    }

    private static String whyAfter(Candidate chosen, Candidate other, @Nullable InetAddress towardsRegistry) {
        InetAddress best = chosen.address().ip();
        InetAddress ip = other.address().ip();
        if (best.equals(towardsRegistry)) {
            return "not the way to the registry";
        }
        if (best instanceof Inet4Address && !(ip instanceof Inet4Address)) {
            return "IPv6, and there is IPv4";
        }
        if (AddressText.isPrivate(best) && !AddressText.isPrivate(ip)) {
            return "public, and there is a private one";
        }
        return "comes after " + chosen + " in the order of interfaces";
    }
}
