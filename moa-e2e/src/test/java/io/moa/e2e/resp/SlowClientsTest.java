package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.resp.RespConfig;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RELIABILITY F4 and the end of a server, over sockets. What takes hours is shown beside the transport, in {@code RespTimesTest}. */
@Timeout(300)
class SlowClientsTest {

    private static final TransportConfig SHORT_FRAME = TransportConfig.DEFAULT.toBuilder()
            .frameTimeout(Duration.ofSeconds(1))
            .build();
    private static final String TAKE = call("take", "[\"top\"]");

    @Test
    void halfACommandEndsTheConnectionAndSilenceDoesNot() throws Exception {
        try (RespStage stage = new RespStage(RespConfig.DEFAULT, SHORT_FRAME, builder -> builder);
                RespClient idle = stage.client();
                RespClient silent = stage.client();
                RespClient half = stage.client()) {
            assertThat(idle.ask("PING")).isEqualTo("+PONG");
            half.raw(command("GET", TAKE) + command("GET", TAKE).substring(0, 30));
            assertThat(half.answer()).isEqualTo("{\"result\":3}");
            assertThat(half.rest()).isEmpty(); // so long did it take that the others said nothing
            assertThat(stage.executed).hasValue(1);
            assertThat(idle.ask("GET", TAKE)).isEqualTo("{\"result\":3}");
            assertThat(silent.ask("PING")).as("has said nothing before").isEqualTo("+PONG");
        }
    }

    @Test
    void aServerThatDrainsAnswersAllThatItRunsAndCloses() throws Exception {
        int clients = 20;
        int calls = 50;
        try (RespStage stage = new RespStage(RespConfig.DEFAULT)) {
            List<RespClient> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                RespClient client = stage.client();
                all.add(client);
                for (int j = 0; j < calls; j++) {
                    client.raw(command("GET", call("held", "[\"" + i + "-" + j + "\"]")));
                }
            }
            Eventually.within(Duration.ofSeconds(60))
                    .until(() -> stage.executed.get() == clients * calls, () -> stage.executed + " calls began");
            RespClient idle = stage.client();
            assertThat(idle.ask("PING")).isEqualTo("+PONG");
            CompletableFuture<Void> closing = CompletableFuture.runAsync(stage.server::close);
            assertThat(idle.rest()).as("an idle connection").isEmpty(); // the server has begun to close
            for (int i = 0; i < clients; i++) {
                all.get(i).tryRaw(command("GET", TAKE).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                for (int j = calls - 1; j >= 0; j--) {
                    stage.free(i + "-" + j);
                }
            }
            int more = 0;
            for (int i = 0; i < clients; i++) {
                for (int j = 0; j < calls; j++) {
                    assertThat(all.get(i).answer()).isEqualTo("{\"result\":\"" + i + "-" + j + "\"}");
                }
                String rest = all.get(i).rest();
                boolean ran = rest.equals("$12\r\n{\"result\":3}\r\n");
                if (!ran && !rest.isEmpty()) { // the request came when the server knew that it closes, and its
                    // connection did not
                    assertThat(rest).as("what comes after that").contains("\"DRAINING\"", "\"executed\":\"no\"");
                }
                more += ran ? 1 : 0; // its connection was not told yet when the last request came
                all.get(i).close();
            }
            idle.close();
            closing.get(60, TimeUnit.SECONDS);
            assertThat(stage.executed).as("what was run is answered").hasValue(clients * calls + more);
        }
    }
}
