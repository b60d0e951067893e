package io.moa.e2e.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.server.MoaServer;
import io.moa.server.network.UnixSocketConfig;
import io.moa.testkit.CallAccount;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * RELIABILITY A7 in small: four servers are restarted one after the other, three times, while callers call as fast as they are
 * answered, half of the calls not idempotent. Every call ends well and none runs twice.
 */
@Tag("once")
@ExtendWith(LeakCheck.class)
@Timeout(300)
class RollingRestartTest {

    private static final int SERVERS = 4;
    private static final int ROUNDS = 3;
    private static final int CALLS = 24_000;
    private static final int AT_ONCE = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A machine that is busy with other things must not look like a peer that is dead. */
    private static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(PATIENCE)
            .heartbeatLimit(PATIENCE)
            .closingAckTimeout(PATIENCE)
            .build();

    @TempDir
    private Path folder;

    private final CallAccount account = new CallAccount();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    /** A process: its own runtime, its own link to the registry. */
    private record Provider(Moa moa, MoaServer server, Counting counting) {

        void restartLeaves() {
            server.close();
            moa.close();
        }
    }

    @Test
    void noCallFailsOverTcp() throws Exception {
        restartUnderLoad(UnixSocketConfig.OFF);
    }

    @Test
    void noCallFailsOverUnixSockets() throws Exception {
        restartUnderLoad(UnixSocketConfig.in(folder.resolve("sockets")));
    }

    private void restartUnderLoad(UnixSocketConfig unix) throws Exception {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            List<Provider> providers = new ArrayList<>();
            List<Integer> ran = new ArrayList<>();
            for (int i = 0; i < SERVERS; i++) {
                providers.add(start(embedded, unix, "0/" + i));
            }
            try (Moa moa = runtime(embedded, "caller");
                    MoaClient client =
                            MoaClient.builder(moa).disk(DiskConfig.OFF).build()) {
                Ledgered service = client.stub(Ledgered.class);
                AtomicBoolean enough = new AtomicBoolean();
                Semaphore room = new Semaphore(AT_ONCE);
                Thread caller = new Thread(() -> load(client, service, enough, room), "caller");
                caller.start();
                int restarts = 0;
                for (int round = 1; round <= ROUNDS; round++) {
                    for (int i = 0; i < SERVERS; i++) {
                        long before = account.tally().ok();
                        long wanted = (long) CALLS * ++restarts / (SERVERS * ROUNDS + 1);
                        Eventually.within(PATIENCE)
                                .until(
                                        () -> account.tally().ok() >= Math.max(wanted, before + 100)
                                                || !failures.isEmpty(),
                                        () -> "calls do not go on: " + account.tally());
                        Provider leaving = providers.get(i);
                        leaving.restartLeaves();
                        ran.add(leaving.counting().ran.get());
                        Provider coming = start(embedded, unix, round + "/" + i);
                        providers.set(i, coming);
                        Eventually.within(PATIENCE)
                                .until(
                                        () -> coming.counting().ran.get() > 0 || !failures.isEmpty(),
                                        () -> "no call goes to " + coming.server());
                    }
                }
                Eventually.within(PATIENCE)
                        .until(
                                () -> account.tally().sent() >= CALLS || !failures.isEmpty(),
                                () -> "calls do not go on: " + account.tally());
                enough.set(true);
                caller.join();
                assertThat(room.tryAcquire(AT_ONCE, PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("every call is answered")
                        .isTrue();
            } finally {
                for (Provider provider : providers) {
                    ran.add(provider.counting().ran.get());
                    provider.restartLeaves();
                }
            }
            CallAccount.Tally tally = account.verify();
            assertThat(failures).isEmpty();
            assertThat(tally.sent()).isGreaterThanOrEqualTo(CALLS);
            assertThat(tally.ok()).as("%s", tally).isEqualTo(tally.sent());
            assertThat(tally.rejected() + tally.unknown() + tally.business()).isZero();
            assertThat(ran).hasSize(SERVERS * (ROUNDS + 1)).allMatch(calls -> calls > 0);
        }
    }

    private Provider start(EmbeddedRegistry embedded, UnixSocketConfig unix, String name) {
        Moa moa = runtime(embedded, "counting");
        Counting counting = new Counting(name, account);
        MoaServer server = MoaServer.builder(moa)
                .unixSocket(unix)
                .closeOnShutdown(false)
                .export(Ledgered.class, counting)
                .start();
        return new Provider(moa, server, counting);
    }

    private static Moa runtime(EmbeddedRegistry embedded, String application) {
        Moa.Builder builder = Moa.builder(application).transportConfig(PATIENT).eventLoops(1);
        return embedded.redis()
                .map(redis -> builder.registry(redis.url()))
                .orElseGet(() -> builder.registry(embedded.registry()))
                .build();
    }

    private void load(MoaClient client, Ledgered service, AtomicBoolean enough, Semaphore room) {
        for (long i = 0; !enough.get(); i++) {
            room.acquireUninterruptibly();
            boolean idempotent = i % 2 == 0;
            long id = account.sent(idempotent);
            client.async(service, s -> idempotent ? s.again(id) : s.once(id)).whenComplete((answer, thrown) -> {
                if (thrown == null) {
                    account.ok(id, answer);
                } else {
                    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
                    failures.add(String.valueOf(cause));
                    account.outcome(
                            id,
                            cause instanceof CallException failed && failed.executed() == Executed.NO
                                    ? CallAccount.Outcome.REJECTED
                                    : CallAccount.Outcome.UNKNOWN);
                }
                room.release();
            });
        }
    }
}
