package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisLink;
import io.moa.testkit.ChaosProxy;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A provider in Redis whose application has no hook of its own: the server's end leaves nothing behind there. */
@Timeout(120)
class WithdrawalAtSigtermTest {

    private static final int RUNS = 3;

    @Test
    void aProcessThatIsAskedToEndTakesItsRecordWithIt() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RedisLink link = RedisLink.open(redis.config())) {
            for (int run = 0; run < RUNS; run++) {
                assertNothingLeft(link, "run-" + run, redis.url(), null);
            }
        }
    }

    @Test
    void aSlowRedisIsWaitedFor() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RedisLink link = RedisLink.open(redis.config());
                ChaosProxy proxy = ChaosProxy.to("127.0.0.1", port(redis))) {
            String url = redis.url().replace(":" + port(redis), ":" + proxy.port());
            assertNothingLeft(link, "slow", url, proxy);
        }
    }

    private static void assertNothingLeft(RedisLink link, String uuid, String url, @Nullable ChaosProxy slow)
            throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RegisteredProcess.class.getName(),
                        uuid,
                        url)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader told =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(told.readLine()).isEqualTo("registered");
            assertThat(uuids(link)).contains(uuid);
            if (slow != null) {
                slow.serverToClient().delay(Duration.ofMillis(100)); // three answers, and none is too late
            }
            process.toHandle().destroy();
            assertThat(process.waitFor(Town.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(uuids(link)).doesNotContain(uuid);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static int port(EmbeddedRedis redis) {
        return redis.config().nodes().get(0).port();
    }

    private static List<String> uuids(RedisLink link) {
        OperatorDesk desk = new OperatorDesk(link);
        return desk.services().join().stream()
                .flatMap(service -> desk.instances(service).join().stream())
                .map(InstanceReport::uuid)
                .toList();
    }
}
