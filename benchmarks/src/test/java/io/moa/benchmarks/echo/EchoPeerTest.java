package io.moa.benchmarks.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class EchoPeerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "netty-floor",
                "netty-floor-worker",
                "netty-floor-joined",
                "netty-floor-worker-joined",
                "moa-direct",
                "moa-worker"
            })
    void answersEveryCallWithItsOwnBytes(String contender) throws Exception {
        EchoOptions options = new EchoOptions(1, 2, 1, 4, 1024, 0, Transport.best());
        EchoPeer peer = Contenders.named(contender);
        EchoCall echo = peer.connect("127.0.0.1", peer.start(options), options);

        Random random = new Random(1);
        List<byte[]> bodies = new ArrayList<>();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            byte[] body = new byte[random.nextInt(20_000)]; // larger than one read from the socket, and empty ones
            random.nextBytes(body);
            bodies.add(body);
            answers.add(echo.callAsync(body));
        }

        for (int i = 0; i < bodies.size(); i++) {
            assertThat(answers.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(bodies.get(i));
        }
        assertThat(echo.call(new byte[0])).isEmpty();
    }
}
