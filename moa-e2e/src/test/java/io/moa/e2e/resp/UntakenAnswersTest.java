package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.resp.RespConfig;
import io.moa.transport.TransportConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * RELIABILITY S12, over sockets: clients that may call, ask and ask, and take nothing. What they hold is measured in {@code RespFloodTest} beside the
 * transport; here the sockets are real.
 */
@Timeout(300)
class UntakenAnswersTest {

    private static final TransportConfig SHORT_STALL = TransportConfig.DEFAULT.toBuilder()
            .stallTimeout(Duration.ofSeconds(2))
            .build();
    private static final int SMALL_RECEIVE_BUFFER = 8 * 1024;

    private final RespStage stage = new RespStage(RespConfig.DEFAULT, SHORT_STALL, builder -> builder);

    @AfterEach
    void aDecentClientIsServed() throws IOException {
        assertThat(stage.serves()).isTrue();
        stage.close();
    }

    private void isGivenUp(String command) throws IOException {
        byte[] many = command.repeat(100).getBytes(StandardCharsets.US_ASCII);
        try (RespClient miser =
                new RespClient(InetAddress.getLoopbackAddress(), stage.server.port(), SMALL_RECEIVE_BUFFER)) {
            int sent = 0;
            while (miser.tryRaw(many)) { // stands still while the server does not read, and fails when it has closed
                sent++;
                assertThat(sent).as("hundreds of commands that were taken").isLessThan(1_000_000);
            }
            assertThat(sent).isPositive();
        }
    }

    @Test
    void whoTakesNoResultsIsHeardNoMoreAndThenGivenUp() throws IOException {
        isGivenUp(command("GET", call("large", "[100000]")));
        // Each result is a hundred kilobytes: what the system keeps of both sockets, and what the server does, is no
        // gigabyte.
        assertThat(stage.executed.get()).isBetween(1, 10_000);
    }

    @Test
    void whoTakesNoSmallAnswersIsToo() throws IOException {
        isGivenUp(command("PING"));
        isGivenUp(command("INFO"));
        isGivenUp(command("SET"));
        assertThat(stage.executed).hasValue(0);
    }

    @Test
    void whoTakesItsAnswersLateMissesNone() throws Exception {
        try (RespClient late =
                new RespClient(InetAddress.getLoopbackAddress(), stage.server.port(), SMALL_RECEIVE_BUFFER)) {
            int calls = 2_000;
            String result = "{\"result\":\"" + "x".repeat(20_000) + "\"}";
            Thread asks = new Thread(() -> late.tryRaw((command("GET", call("large", "[20000]")) + command("PING"))
                    .repeat(calls)
                    .getBytes(StandardCharsets.US_ASCII)));
            asks.start();
            for (int i = 0; i < calls; i++) {
                assertThat(late.answer()).as("answer %s", i).isEqualTo(result);
                assertThat(late.answer()).isEqualTo("+PONG");
            }
            asks.join();
        }
        assertThat(stage.executed).hasValue(2_000);
    }
}
