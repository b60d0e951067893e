package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.moa.testkit.Eventually;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RedisCommandTest {

    private static Set<Long> servers() {
        return ProcessHandle.current()
                .children()
                .filter(child ->
                        child.info().command().orElse("").contains("redis-")) // a link to another name, in Debian
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    @Test
    void aPortInUseIsToldWithoutTheLogOfRedis() throws Exception {
        assumeThat(RealRedis.isPromised()).isTrue();
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun redis = CommandRun.of("redis", "--port", Integer.toString(other.getLocalPort()));
            assertThat(redis.exitCode()).isEqualTo(1);
            assertThat(redis.err().strip())
                    .isEqualTo("moa: No Redis can be started at port " + other.getLocalPort()
                            + ": another process listens there. Choose another port with --port, 0 for a free one.");
        }
    }

    @Test
    void aRedisThatDiesEndsTheCommandWithASentence() throws Exception {
        assumeThat(RealRedis.isPromised()).isTrue();
        Set<Long> before = servers();
        try (RunningCommand running = RunningCommand.start("redis", "--port", "0")) {
            Eventually.within(Duration.ofSeconds(60))
                    .until(() -> running.out().contains("export MOA_REGISTRY"), () -> running.out() + running.err());
            Set<Long> started = servers();
            started.removeAll(before);
            assertThat(started).hasSize(1);
            ProcessHandle.of(started.iterator().next()).orElseThrow().destroyForcibly();
            assertThat(running.awaitEnd()).isNotZero();
            assertThat(running.err())
                    .contains("has ended, though nobody asked for it")
                    .doesNotContain("\tat ");
        }
    }
}
