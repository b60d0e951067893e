package io.moa.server.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.server.network.NetworkCard.CardAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Hosts as people have them, and what is chosen there. */
class AddressChooserTest {

    private static int index;

    private static NetworkCard lo() {
        return new NetworkCard("lo", 1, true, true, false, false, addresses("127.0.0.1/8", "::1/128"));
    }

    private static NetworkCard card(String name, String... addresses) {
        return new NetworkCard(name, ++index + 1, true, false, false, false, addresses(addresses));
    }

    private static NetworkCard down(String name, String... addresses) {
        return new NetworkCard(name, ++index + 1, false, false, false, false, addresses(addresses));
    }

    private static NetworkCard tunnel(String name, String... addresses) {
        return new NetworkCard(name, ++index + 1, true, false, true, false, addresses(addresses));
    }

    private static NetworkCard alias(String name, String... addresses) {
        return new NetworkCard(name, ++index + 1, true, false, false, true, addresses(addresses));
    }

    private static List<CardAddress> addresses(String... texts) {
        List<CardAddress> all = new ArrayList<>();
        for (String text : texts) {
            int slash = text.indexOf('/');
            all.add(new CardAddress(ip(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1))));
        }
        return all;
    }

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static AddressChoice choose(String wish, @Nullable String route, NetworkCard... cards) {
        return AddressChooser.choose(
                Arrays.asList(cards),
                wish,
                route == null ? null : ip(route),
                name -> name.equals("here.example") ? List.of(ip("10.1.0.5")) : List.of());
    }

    private static Arguments host(
            String what, String wish, @Nullable String route, String chosen, NetworkCard... cards) {
        return Arguments.of(what, wish, route, chosen, cards);
    }

    static Stream<Arguments> hosts() {
        return Stream.of(
                host("one card", "auto", null, "10.1.0.5", lo(), card("eth0", "10.1.0.5/16")),
                host(
                        "docker0 comes first (dubbo 9737)",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        card("docker0", "172.17.0.1/16"),
                        card("br-5f2c", "172.18.0.1/16"),
                        card("veth12ab", "172.19.0.1/16"),
                        card("eth0", "10.1.0.5/16")),
                host(
                        "two cards, the registry is behind the second (dubbo 9617)",
                        "auto",
                        "10.9.0.5",
                        "10.9.0.5",
                        lo(),
                        card("eth0", "10.1.0.5/16"),
                        card("eth1", "10.9.0.5/16")),
                host(
                        "two cards, nothing known: the older one",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        card("eth0", "10.1.0.5/16"),
                        card("eth1", "10.9.0.5/16")),
                host(
                        "private before public",
                        "auto",
                        null,
                        "10.9.0.5",
                        lo(),
                        card("eth0", "203.0.113.7/24"),
                        card("eth1", "10.9.0.5/16")),
                host(
                        "a virtual address beside the own one (dubbo 11141)",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        card("eth0", "10.1.0.100/32", "10.1.0.5/16")),
                host(
                        "a virtual address as a further name",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        alias("eth0:1", "10.1.0.100/16"),
                        card("eth0", "10.1.0.5/16")),
                host(
                        "a virtual address is the way to the registry and is not taken all the same",
                        "auto",
                        "10.1.0.100",
                        "10.1.0.5",
                        lo(),
                        card("eth0", "10.1.0.100/32", "10.1.0.5/16")),
                host(
                        "the only address is a single one, as clouds give them",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        card("ens4", "10.1.0.5/32")),
                host("inside a container", "auto", null, "172.17.0.2", lo(), card("eth0", "172.17.0.2/16")),
                host(
                        "the registry runs in a container of this host",
                        "auto",
                        "172.17.0.1",
                        "10.1.0.5",
                        lo(),
                        card("docker0", "172.17.0.1/16"),
                        card("eth0", "10.1.0.5/16")),
                host(
                        "a tunnel and a card that is down (dubbo 13579)",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        tunnel("tun0", "10.8.0.2/24"),
                        down("eth9", "10.2.0.5/16"),
                        card("eth0", "10.1.0.5/16")),
                host(
                        "IPv4 before IPv6",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        card("eth0", "fd00::2/64", "fe80::1/64", "10.1.0.5/16")),
                host(
                        "IPv6 only, a private one before a public one",
                        "auto",
                        null,
                        "fd00:0:0:0:0:0:0:2",
                        lo(),
                        card("eth0", "fe80::1/64", "2001:db8::7/64", "fd00::2/64")),
                host(
                        "link-local IPv4 is refused",
                        "auto",
                        null,
                        "10.1.0.5",
                        lo(),
                        card("eth0", "169.254.7.7/16"),
                        card("eth1", "10.1.0.5/16")),
                host(
                        "an address by name of its interface",
                        "docker0",
                        null,
                        "172.17.0.1",
                        lo(),
                        card("eth0", "10.1.0.5/16"),
                        card("docker0", "172.17.0.1/16")),
                host(
                        "a tunnel on demand",
                        "tun0",
                        null,
                        "10.8.0.2",
                        lo(),
                        card("eth0", "10.1.0.5/16"),
                        tunnel("tun0", "10.8.0.2/24")),
                host(
                        "an address of a network",
                        "10.9.0.0/16",
                        null,
                        "10.9.0.5",
                        lo(),
                        card("eth0", "10.1.0.5/16"),
                        card("eth1", "10.9.0.5/16")),
                host(
                        "an address itself, virtual or not",
                        "10.1.0.100",
                        null,
                        "10.1.0.100",
                        lo(),
                        card("eth0", "10.1.0.100/32", "10.1.0.5/16")),
                host("a host name", "here.example", null, "10.1.0.5", lo(), card("eth0", "10.1.0.5/16")),
                host("loopback on demand", "127.0.0.1", null, "127.0.0.1", lo(), card("eth0", "10.1.0.5/16")),
                host("another loopback address", "127.0.7.7", null, "127.0.7.7", lo(), card("eth0", "10.1.0.5/16")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hosts")
    void chooses(String what, String wish, @Nullable String route, String chosen, NetworkCard[] cards) {
        AddressChoice choice = choose(wish, route, cards);
        assertThat(choice.host()).isEqualTo(chosen);
        long addresses =
                Arrays.stream(cards).mapToLong(card -> card.addresses().size()).sum();
        boolean shown = Arrays.stream(cards).anyMatch(card -> card.addresses().stream()
                .anyMatch(one -> one.text().equals(chosen)));
        assertThat(choice.refused())
                .as("a reason for every other address")
                .hasSize((int) addresses - (shown ? 1 : 0))
                .allSatisfy(one -> assertThat(one.reason()).isNotBlank());
        assertThat(choice.reason()).isNotBlank();
    }

    @Test
    void everyRefusalHasItsReason() {
        AddressChoice choice = choose(
                "auto",
                "10.1.0.5",
                lo(),
                card("docker0", "172.17.0.1/16"),
                down("eth9", "10.2.0.5/16"),
                card("eth0", "10.1.0.5/16", "10.1.0.100/32", "fd00::2/64", "fe80::1/64"),
                tunnel("tun0", "10.8.0.2/24"));
        assertThat(choice.reason()).isEqualTo("the way to the registry");
        assertThat(choice.refused().stream().map(AddressChoice.Refused::toString))
                .containsExactly(
                        "lo 127.0.0.1 (loopback: only this host reaches it)",
                        "lo 0:0:0:0:0:0:0:1 (loopback: only this host reaches it)",
                        "docker0 172.17.0.1 (made for containers or virtual machines, by its name)",
                        "eth9 10.2.0.5 (the interface is down)",
                        "eth0 10.1.0.100 (a single address beside the interface's own, which may be a virtual one that"
                                + " moves to another host)",
                        "eth0 fe80:0:0:0:0:0:0:1 (link-local: only the same cable reaches it)",
                        "tun0 10.8.0.2 (point-to-point: a tunnel with one peer)",
                        "eth0 fd00:0:0:0:0:0:0:2 (not the way to the registry)");
        assertThat(choice.toString()).startsWith("eth0 10.1.0.5: the way to the registry; not lo 127.0.0.1 (");
    }

    @Test
    void whatTheHostDoesNotHaveIsRefusedWithWhatItHas() {
        NetworkCard eth0 = card("eth0", "10.1.0.5/16");
        for (String wish : List.of("10.1.0.6", "10.2.0.0/16", "fd00::/8")) {
            assertThatIllegalArgumentException()
                    .as(wish)
                    .isThrownBy(() -> choose(wish, null, lo(), eth0))
                    .withMessageContaining("\"" + wish + "\"")
                    .withMessageContaining("eth0 10.1.0.5 (not ")
                    .withMessageContaining("advertise it");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> choose("eth1", null, lo(), eth0))
                .withMessage(
                        "\"eth1\" is neither an interface of this host, which has lo, eth0, nor a host name that is"
                                + " known here");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> choose("auto", null, lo(), card("docker0", "172.17.0.1/16")))
                .withMessageContaining("docker0 172.17.0.1 (made for containers");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> choose("eth5", null, lo(), down("eth5", "10.3.0.1/16")))
                .withMessageContaining("eth5 10.3.0.1 (the interface is down)");
        for (String wish : List.of("10.0.0.0/33", "ten/8", "10.0.0.0/", "")) {
            assertThatIllegalArgumentException().as(wish).isThrownBy(() -> choose(wish, null, lo(), eth0));
        }
    }

    @Test
    void thisHostTellsItsOwnInterfaces() {
        List<NetworkCard> cards = LocalNetwork.cards();
        assertThat(cards).anyMatch(NetworkCard::loopback);
        assertThat(LocalNetwork.towards(new io.moa.discovery.Address.Tcp("127.0.0.1", 9)))
                .as("the way to oneself says nothing")
                .isNull();
        assertThat(AddressChooser.choose(cards, "127.0.0.1", null, LocalNetwork::resolve)
                        .host())
                .isEqualTo("127.0.0.1");
    }
}
