package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * RELIABILITY S13: over the network nobody runs anything who has not said a password, unless the server was opened by name. The clients come from an
 * address of this host that is not loopback; without one there is nothing to show here, and the decision alone is tested beside the server.
 */
@Timeout(120)
class NetworkAccessTest {

    private static final String TAKE = call("take", "[\"top\"]");

    private InetAddress network = InetAddress.getLoopbackAddress();

    @BeforeEach
    void findAnAddress() throws SocketException {
        Optional<InetAddress> found = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress())
                .findFirst();
        assumeTrue(found.isPresent(), "this host has no address but loopback");
        network = found.get();
    }

    private static RespStage stage(RespConfig config) {
        return new RespStage(config, RespStage.PATIENT, RespStage::everywhere);
    }

    private RespClient fromNetwork(RespStage stage) throws IOException {
        return new RespClient(network, stage.server.port());
    }

    @Test
    void withoutAPasswordOnlyTheSameHostIsAnswered() throws IOException {
        try (RespStage stage = stage(RespConfig.DEFAULT)) {
            for (String[] first : new String[][] {
                {"GET", TAKE},
                {"MGET", TAKE, TAKE},
                {"PING"},
                {"INFO"},
                {"MOA.LIST"},
                {"AUTH", "secret"},
                {"AUTH", ""},
                {"HELLO"},
                {"HELLO", "3"},
                {"HELLO", "3", "AUTH", "default", "secret"},
                {"CLIENT", "SETNAME", "x"},
                {"SET", "a", "b"}
            }) {
                try (RespClient client = fromNetwork(stage)) {
                    client.tryRaw((command(first) + command("GET", TAKE)).getBytes(StandardCharsets.UTF_8));
                    assertThat(client.rest())
                            .as("the answer to %s", first[0])
                            .startsWith("-NOAUTH ")
                            .contains("MOA_SERVER_RESP_PASSWORD")
                            .contains("MOA_SERVER_RESP=open")
                            .matches("[^\r\n]*\r\n");
                }
            }
            assertThat(stage.executed).hasValue(0);
            assertThat(stage.serves()).as("on loopback").isTrue();
        }
    }

    @Test
    void aPasswordOpensToWhoSaysIt() throws IOException {
        try (RespStage stage = stage(RespConfig.DEFAULT.withPassword("default", "secret"))) {
            try (RespClient client = fromNetwork(stage)) {
                assertThat(client.ask("GET", TAKE)).startsWith("-NOAUTH Authentication required");
                assertThat(client.ask("AUTH", "wrong")).startsWith("-WRONGPASS");
                assertThat(client.ask("GET", TAKE)).startsWith("-NOAUTH");
                assertThat(stage.executed).hasValue(0);
                assertThat(client.ask("AUTH", "secret")).isEqualTo("+OK");
                assertThat(client.ask("GET", TAKE)).isEqualTo("{\"result\":3}");
            }
            try (RespClient local = stage.client()) {
                assertThat(local.ask("GET", TAKE))
                        .as("the same host says it, too")
                        .startsWith("-NOAUTH");
            }
            assertThat(stage.executed).hasValue(1);
        }
    }

    @Test
    void openIsForEverybody() throws IOException {
        try (RespStage stage = stage(RespConfig.DEFAULT.withAccess(RespConfig.Access.OPEN));
                RespClient client = fromNetwork(stage)) {
            assertThat(client.ask("GET", TAKE)).isEqualTo("{\"result\":3}");
        }
    }

    @Test
    void openWithAPasswordAsksForIt() throws IOException {
        try (RespStage stage = stage(
                        RespConfig.DEFAULT.withAccess(RespConfig.Access.OPEN).withPassword("web", "secret"));
                RespClient client = fromNetwork(stage)) {
            assertThat(client.ask("GET", TAKE)).startsWith("-NOAUTH");
            assertThat(client.ask("AUTH", "web", "secret")).isEqualTo("+OK");
            assertThat(client.ask("GET", TAKE)).isEqualTo("{\"result\":3}");
        }
    }

    @Test
    void offIsForNobody() throws IOException {
        try (RespStage stage = stage(RespConfig.OFF);
                RespClient client = fromNetwork(stage)) {
            client.tryRaw(command("GET", TAKE).getBytes(StandardCharsets.UTF_8));
            assertThat(client.rest()).isEmpty();
            assertThat(stage.executed).hasValue(0);
        }
    }
}
