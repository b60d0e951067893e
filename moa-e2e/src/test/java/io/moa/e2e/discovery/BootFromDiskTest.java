package io.moa.e2e.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.disk.DiskSnapshots;
import io.moa.invoke.CallException;
import io.moa.invoke.Ticker;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.testkit.ChaosProxy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** RELIABILITY B2: processes begin while their registry is away. */
@Timeout(300)
class BootFromDiskTest {

    @TempDir
    private Path folder;

    private DiskConfig disk() {
        return DiskConfig.in(folder).withInterval(Duration.ofMillis(100));
    }

    private Path file() {
        return reading(folder).file(Market.TILL);
    }

    private static DiskSnapshots reading(Path where) {
        return new DiskSnapshots(
                "caller",
                where,
                DiskConfig.in(where),
                Ticker.system(),
                System::currentTimeMillis,
                (task, nanos) -> () -> {},
                Runnable::run);
    }

    /** Lets a client learn who is there, and write it down. */
    private void learn(Market market, EmbeddedRedis redis, int providers) {
        try (MoaClient client = market.client(market.registry(redis), Market.PATIENT, disk())) {
            Market.eventually()
                    .value(() -> FewestCallable.callable(client), count -> count == providers, "all providers");
            Market.eventually().until(() -> Files.exists(file()), () -> file() + " is not written");
        }
        // What waits is written when the client closes, on a thread of its own.
        DiskSnapshots reading = reading(folder);
        Market.eventually()
                .until(
                        () -> {
                            var snapshot = reading.read(Market.TILL);
                            return snapshot != null && snapshot.entries().size() == providers;
                        },
                        () -> "the file does not list all");
    }

    @Test
    void newProcessesThatShareAFolderCallWithTheirRegistryKilled() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            List<Market.Provider> providers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                providers.add(market.provider(market.registry(redis)));
            }
            learn(market, redis, 3);
            String url = redis.url();
            redis.close();

            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                long id = market.account.sent(true);
                processes.add(new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx128m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                BootProcess.class.getName(),
                                url,
                                folder.toString(),
                                Long.toString(id))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
            }
            for (int i = 0; i < 2; i++) {
                Process process = processes.get(i);
                try {
                    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(process.waitFor(Market.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                    System.out.println("boot from disk, process " + i + ": "
                            + told.lines().findFirst().orElse(""));
                    assertThat(told)
                            .contains("answer " + i + " after")
                            .contains("3 of 3 instances may be called")
                            .contains("says disk, written ", " s before this process read it", "confirmed ");
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
            assertThat(providers.stream()
                            .mapToLong(provider -> provider.till().served.get())
                            .sum())
                    .isEqualTo(2);
        }
    }

    @Test
    void aDamagedFileIsOneLineAndTheProcessWaitsForItsRegistry() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            Market.Provider provider = market.provider(market.registry(redis));
            learn(market, redis, 1);
            byte[] good = Files.readAllBytes(file());
            ChaosProxy wire = market.keep(
                    ChaosProxy.to("127.0.0.1", redis.config().nodes().get(0).port()));
            RedisConfig behind = RedisConfig.standalone("127.0.0.1", wire.port())
                    .password(redis.config().password())
                    .build();
            for (Map.Entry<String, byte[]> bad : damaged(good).entrySet()) {
                wire.refuse();
                // A folder for each: the client before may still be writing.
                Path own = folder.resolve(bad.getKey());
                Path file = reading(own).file(Market.TILL);
                Files.createDirectories(file.getParent());
                Files.write(file, bad.getValue());
                if (bad.getKey().equals("huge")) {
                    try (OutputStream out = Files.newOutputStream(file)) {
                        for (int i = 0; i < 17; i++) {
                            out.write(new byte[1 << 20]);
                        }
                    }
                }
                RedisRegistry registry = market.keep(RedisRegistry.open(Market.brisk(behind)));
                try (MoaClient client = market.client(registry, Market.PATIENT, DiskConfig.in(own))) {
                    Till till = client.stub(Till.class);
                    Till hasty = client.with(till, CallOptions.NONE.withTimeout(Duration.ofMillis(300)));
                    long served = provider.till().served.get();
                    assertThatThrownBy(() -> hasty.again(1)).as(bad.getKey()).isInstanceOf(CallException.class);
                    assertThat(provider.till().served.get())
                            .as("nobody is known, so nobody is called")
                            .isEqualTo(served);
                    wire.accept();
                    Market.eventually().value(() -> FewestCallable.callable(client), count -> count == 1, bad.getKey());
                    long id = market.account.sent(true);
                    assertThat(till.again(id)).as(bad.getKey()).isEqualTo(id);
                }
                wire.reset();
            }
        }
    }

    private static Map<String, byte[]> damaged(byte[] good) throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("empty", new byte[0]);
        all.put("cut short", Arrays.copyOf(good, good.length / 2));
        byte[] flipped = good.clone();
        flipped[good.length - 3] ^= 4;
        all.put("a flipped bit", flipped);
        byte[] version = good.clone();
        version[7] = 9;
        all.put("of another version", version);
        all.put("text", "{\"instances\": []}".getBytes(StandardCharsets.UTF_8));
        all.put("huge", new byte[0]);
        return all;
    }
}
