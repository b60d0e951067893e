package io.moa.registry.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.redis.RedisRegistry;
import io.moa.testkit.Eventually;
import io.moa.testkit.Recorder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(20));

    @Test
    void aProcessRegisteredHereIsSeenThroughTheUrl() {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            EmbeddedRedis redis = embedded.redis().orElseThrow();
            assertThat(embedded).hasToString("The embedded registry is in " + redis);
            assertThat(redis.toString()).startsWith("Redis ").doesNotContain("unknown");
            embedded.registry().register(instance());
            Recorder<Snapshot> listener = new Recorder<>();
            try (Registry other = RedisRegistry.open(redis.config())) {
                other.subscribe(ORDERS, listener);
                listener.await(SOON, snapshot -> snapshot.entries().size() == 1, "the instance");
            }
            assertThat(embedded.rules().current().rules()).isEmpty();
        }
    }

    @Test
    void whatIsBroughtAlongIsUsedWhereThePathHasNone() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start("")) {
            assertThat(redis.toString()).contains("brings along");
            assertThat(redis.config().toString()).doesNotContain(redis.config().password());
        }
    }

    @Test
    void theProcessAndItsFilesAreGoneAfterClose() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.start();
        ProcessHandle process = ProcessHandle.of(redis.pid()).orElseThrow();
        assertThat(redis.folder()).isDirectory();
        redis.close();
        redis.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(redis.folder()).doesNotExist();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aRedisThatIsTooOldIsLeftAlone(@TempDir Path folder) throws IOException {
        Path old = Files.writeString(
                folder.resolve("redis-server"),
                "#!/bin/sh\necho 'Redis version=4.0.9, bits=64'\necho 'Ready to accept connections'\nexec sleep 600\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder.toString())) {
            assertThat(redis.toString()).contains("brings along, for " + old + " is 4.0.9 and 5.0 is needed");
            assertThat(redis.toString()).startsWith("Redis 6.");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aJvmThatIsKilledLeavesNothingBehind() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledOwner.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            ProcessHandle redis =
                    ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            Path folder = Path.of(said.readLine());
            assertThat(redis.isAlive()).isTrue();
            assertThat(folder).isDirectory();
            child.destroyForcibly();
            redis.onExit().get(20, TimeUnit.SECONDS);
            SOON.until(() -> !Files.exists(folder), folder::toString);
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void withoutAPasswordNobodyGetsIn() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RedisRegistry stranger = RedisRegistry.open(
                        redis.config().toBuilder().password("").build())) {
            Recorder<Snapshot> listener = new Recorder<>();
            stranger.subscribe(ORDERS, listener);
            SOON.until(() -> stranger.toString().contains("NOAUTH"), stranger::toString);
            assertThat(listener.last().isUnknown()).isTrue();
        }
    }

    @Test
    void aRedisThatDoesNotStartIsToldWithItsLastWords(@TempDir Path folder) throws IOException {
        Path broken = Files.writeString(folder.resolve("redis-server"), "#!/bin/sh\necho out of order\nexit 3\n");
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        assertThatThrownBy(() -> EmbeddedRedis.start(folder.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("out of order");
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start(folder.toString())) {
            assertThat(embedded.redis()).isEmpty();
            assertThat(embedded.toString()).contains("memory").contains("out of order");
            embedded.registry().register(instance());
            Recorder<Snapshot> listener = new Recorder<>();
            embedded.registry().subscribe(ORDERS, listener);
            listener.await(SOON, snapshot -> snapshot.entries().size() == 1, "the instance");
        }
    }

    private static Instance instance() {
        return Instance.builder("a", "shop")
                .addresses(List.of(new Address.Tcp("127.0.0.1", 9000)))
                .exports(List.of(new ServiceExport(ORDERS, Set.of("json"), "")))
                .build();
    }
}
