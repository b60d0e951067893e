package io.moa.server.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.discovery.Address;
import io.moa.server.network.NetworkCard.CardAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListenConfigTest {

    private static final List<NetworkCard> CARDS = List.of(
            new NetworkCard("lo", 1, true, true, false, false, List.of(at("127.0.0.1", 8))),
            new NetworkCard("docker0", 2, true, false, false, false, List.of(at("172.17.0.1", 16))),
            new NetworkCard("eth0", 3, true, false, false, false, List.of(at("10.1.0.5", 16))));

    private static CardAddress at(String ip, int bits) {
        try {
            return new CardAddress(InetAddress.getByName(ip), bits);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static ListenPlan plan(ListenConfig config) {
        return config.plan(CARDS, null, name -> List.of(), true);
    }

    @Test
    void byDefaultOnlyThisHostIsServed() {
        ListenPlan plan = plan(ListenConfig.DEFAULT);
        assertThat(plan.bind()).isEqualTo(new Address.Tcp("127.0.0.1", 0));
        assertThat(plan.announced(4711)).isEqualTo(new Address.Tcp("127.0.0.1", 4711));
        assertThat(plan.reason()).isEqualTo("lo 127.0.0.1: configured as 127.0.0.1");
    }

    @Test
    void autoListensWhereItAnnounces() {
        ListenPlan plan = plan(ListenConfig.DEFAULT.withHost("auto").withPort(9000));
        assertThat(plan.bind()).isEqualTo(new Address.Tcp("10.1.0.5", 9000));
        assertThat(plan.announced(9000)).isEqualTo(new Address.Tcp("10.1.0.5", 9000));
        assertThat(plan.reason()).contains("docker0 172.17.0.1 (made for containers");
    }

    /** A container whose port its host publishes as another one. */
    @Test
    void hostAndPortThatOthersAreToldAreSetApart() {
        ListenPlan plan = plan(new ListenConfig("0.0.0.0", 9000, "node7.example", 31_900));
        assertThat(plan.bind()).isEqualTo(new Address.Tcp("0.0.0.0", 9000));
        assertThat(plan.announced(9000)).isEqualTo(new Address.Tcp("node7.example", 31_900));
        assertThat(plan.reason()).isEqualTo("advertised as node7.example, as configured");
    }

    @Test
    void allAddressesAreListenedOnAndOneIsAnnounced() {
        assertThat(plan(new ListenConfig("::", 0, "auto", 0)).announced(7).host())
                .isEqualTo("10.1.0.5");
        assertThat(plan(new ListenConfig("0.0.0.0", 0, "docker0", 0))
                        .announced(7)
                        .host())
                .isEqualTo("172.17.0.1");
        assertThat(plan(new ListenConfig("0.0.0.0", 0, "10.0.0.0/8", 0))
                        .announced(7)
                        .host())
                .isEqualTo("10.1.0.5");
        assertThat(plan(new ListenConfig("0.0.0.0", 0, "203.0.113.9", 0))
                        .announced(7)
                        .host())
                .as("a virtual or translated address is told as it is")
                .isEqualTo("203.0.113.9");
    }

    @Test
    void allAddressesAreNeverAnnounced() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(ListenConfig.DEFAULT.withHost("0.0.0.0")))
                .withMessageContaining("call advertise(");
        for (String nowhere : List.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0")) {
            assertThatIllegalArgumentException()
                    .as(nowhere)
                    .isThrownBy(() -> ListenConfig.DEFAULT.withAdvertise(nowhere))
                    .withMessageContaining("Nobody can call " + nowhere);
        }
        assertThat(ListenConfig.DEFAULT
                        .withHost("0.0.0.0")
                        .plan(CARDS, null, name -> List.of(), false)
                        .bind()
                        .host())
                .as("without a registry nobody is told")
                .isEqualTo("0.0.0.0");
    }

    @Test
    void aPropertyStandsAboveAVariableAndThatAboveTheCode() {
        ListenConfig code = new ListenConfig("127.0.0.1", 1, "code.example", 2);
        Map<String, String> variables =
                Map.of("MOA_SERVER_HOST", "auto", "MOA_SERVER_PORT", "3", "MOA_SERVER_ADVERTISE_PORT", "4");
        Map<String, String> properties = Map.of("moa.server.port", "5", "moa.server.advertise", " a.example ");
        assertThat(code.over(name -> null, name -> null)).isEqualTo(code);
        assertThat(code.over(properties::get, variables::get)).isEqualTo(new ListenConfig("auto", 5, "a.example", 4));
        assertThat(code.over(Map.of("moa.server.advertise", "")::get, name -> null)
                        .advertise())
                .isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> code.over(Map.of("moa.server.port", "many")::get, name -> null))
                .withMessage("moa.server.port (MOA_SERVER_PORT) is a number from 0 to 65535, not \"many\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> code.over(name -> null, Map.of("MOA_SERVER_PORT", "70000")::get))
                .withMessage("The port is 0 to 65535, not 70000");
    }
}
