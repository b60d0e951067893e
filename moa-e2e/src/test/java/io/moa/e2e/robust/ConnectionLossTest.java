package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.server.MoaServer;
import io.moa.testkit.CallAccount;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that break with calls on them, do not come about, or lead to somebody else. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class ConnectionLossTest {

    private static final int CALLS = 200;
    private static final TransportConfig WATCHFUL = Town.PATIENT.toBuilder()
            .heartbeat(Duration.ofMillis(200))
            .heartbeatLimit(Duration.ofSeconds(2))
            .build();

    private final CallAccount account = new CallAccount();

    /** How a provider is lost. */
    enum Loss {
        /** Its host resets the connections. */
        RESET,
        /** It closes without a word. */
        CLOSED,
        /** Nothing is heard of it any more. */
        SILENCE
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void idempotentCallsGoElsewhereAndOthersRunOnceAtMost(Loss loss) throws Exception {
        try (Town town = new Town()) {
            Workshop lost = new Workshop("lost", account);
            Workshop safe = new Workshop("safe", account);
            MoaServer dying = town.hidden(Town.APPLICATION, Town.PATIENT, Work.class, lost);
            town.provider(Work.class, safe);
            ChaosProxy proxy = town.keep(ChaosProxy.to("127.0.0.1", dying.port()));
            town.announce("lost-uuid", proxy.port(), 100);
            MoaClient client = town.consumer(loss == Loss.SILENCE ? WATCHFUL : Town.PATIENT);
            Work work = client.stub(Work.class);
            List<CompletableFuture<Long>> idempotent = new ArrayList<>();
            List<CompletableFuture<Long>> others = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                boolean again = i % 2 == 0;
                long id = account.sent(again);
                (again ? idempotent : others)
                        .add(Town.settle(account, id, client.async(work, w -> again ? w.heldAgain(id) : w.held(id))));
            }
            Town.eventually()
                    .until(
                            () -> lost.entered.get() + safe.entered.get() >= CALLS,
                            () -> lost.entered + " and " + safe.entered + " entered");
            assertThat(lost.entered.get())
                    .as("calls at the provider to be lost")
                    .isPositive();
            switch (loss) {
                case RESET -> proxy.reset();
                case CLOSED -> dying.closeNow();
                case SILENCE -> {
                    proxy.clientToServer().swallow();
                    proxy.serverToClient().swallow();
                }
            }
            // Those that waited at the lost one run at the safe one now.
            Town.eventually()
                    .until(
                            () -> others.stream()
                                            .filter(CompletableFuture::isDone)
                                            .count()
                                    == lost(others),
                            () -> "the lost calls have not ended");
            safe.open();
            Town.eventually().until(() -> account.open() == 0, () -> account.toString());
            lost.open();
            for (CompletableFuture<Long> call : idempotent) {
                assertThat(call).isCompleted();
            }
            CallAccount.Tally tally = account.verify();
            assertThat(tally.unknown()).isPositive();
            assertThat(tally.ok()).isEqualTo(CALLS - tally.unknown());
            assertThat(tally.executions()).isGreaterThan(CALLS);
            if (loss == Loss.SILENCE) {
                proxy.reset();
            }
        }
    }

    private static long lost(List<CompletableFuture<Long>> calls) {
        long ended = calls.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .count();
        return ended == 0 ? -1 : ended;
    }

    @Test
    void callsWhoseBytesHadNotLeftAreSentElsewhereWhateverTheyDo() throws Exception {
        byte[] body = new byte[60_000];
        try (Town town = new Town()) {
            Workshop unreachable = new Workshop("unreachable", account);
            MoaServer behind = town.hidden(Town.APPLICATION, Town.PATIENT, Work.class, unreachable);
            ChaosProxy proxy = town.keep(ChaosProxy.to("127.0.0.1", behind.port()));
            town.announce("unreachable-uuid", proxy.port(), 100);
            MoaClient client = town.consumer(Town.PATIENT);
            Work work = client.stub(Work.class);
            assertThat(work.who()).isEqualTo("unreachable");
            proxy.clientToServer().stall();
            List<CompletableFuture<Long>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) { // 12 MB, more than the kernel takes
                long id = account.sent(false);
                calls.add(Town.settle(account, id, client.async(work, w -> w.carry(id, body))));
            }
            town.provider(Work.class, new Workshop("other", account));
            proxy.reset();
            Town.eventually().until(() -> account.open() == 0, () -> account.toString());
            CallAccount.Tally tally = account.verify();
            assertThat(tally.ok()).as("sent elsewhere").isPositive();
            assertThat(tally.unknown()).as("whose bytes had left").isPositive();
            assertThat(tally.rejected()).isZero();
        }
    }

    @Test
    void callThatWaitsForAConnectionEndsAtItsOwnDeadline() throws Exception {
        try (Town town = new Town();
                ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            town.announce("mute-uuid", mute.getLocalPort(), 100);
            MoaClient client = town.consumer(Town.PATIENT.toBuilder()
                    .connectTimeout(Duration.ofSeconds(20))
                    .build());
            Work hasty = client.with(client.stub(Work.class), CallOptions.NONE.withTimeout(Duration.ofSeconds(1)));
            assertThatThrownBy(() -> hasty.once(1)).isInstanceOfSatisfying(CallException.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
                assertThat(failure.executed()).isEqualTo(Executed.NO);
                assertThat(failure.getMessage()).contains("connecting to").contains("connect wait");
            });
        }
    }

    /** The caller's own net ends it here, for the timer beside the waiting call never fires. */
    @Test
    void callThatNeverLeftDidNotRunWhicheverTimerEndsIt() throws Exception {
        try (Town town = new Town();
                ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            town.announce("mute-uuid", mute.getLocalPort(), 100);
            MoaClient client = town.keep(MoaClient.builder(town.keep(Moa.builder("caller")
                            .transportConfig(Town.PATIENT)
                            .scheduler(new FakeScheduler())
                            .registry(town.registry)
                            .build()))
                    .build());
            Work hasty = client.with(client.stub(Work.class), CallOptions.NONE.withTimeout(Duration.ofMillis(200)));
            assertThatThrownBy(() -> hasty.once(1)).isInstanceOfSatisfying(CallException.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
                assertThat(failure.executed()).isEqualTo(Executed.NO);
                assertThat(failure.getMessage()).contains("connecting to").contains("connect wait");
            });
            Work patient = client.with(client.stub(Work.class), CallOptions.NONE.withTimeout(Town.PATIENCE));
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> patient.once(1)).isInstanceOfSatisfying(CallException.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.CANCELLED);
                assertThat(failure.executed()).isEqualTo(Executed.NO);
            });
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void callThatWaitsForAConnectionEndsAtTheConnectTimeout() throws Exception {
        try (Town town = new Town();
                ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            town.announce("mute-uuid", mute.getLocalPort(), 100);
            MoaClient client = town.consumer(Town.PATIENT.toBuilder()
                    .connectTimeout(Duration.ofMillis(100))
                    .build());
            Work work = client.stub(Work.class);
            assertThatThrownBy(() -> work.once(1)).isInstanceOfSatisfying(CallException.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(failure.executed()).isEqualTo(Executed.NO);
                assertThat(failure.getMessage()).contains("No handshake with").contains("within 100 ms");
            });
        }
    }

    @Test
    void nothingRunsAtAnotherApplicationThatWasGivenThePort() throws Exception {
        try (Town town = new Town()) {
            MoaServer stranger = town.hidden("stranger", Town.PATIENT, Work.class, new Workshop("stranger", account));
            town.announce("gone-uuid", stranger.port(), 100);
            MoaClient client = town.consumer(Town.PATIENT);
            Work work = client.stub(Work.class);
            long id = account.sent(false);
            CompletableFuture<Long> refused = Town.settle(account, id, client.async(work, w -> w.once(id)));
            assertThatThrownBy(refused::join).hasMessageContaining("there is now the application stranger");
            assertThat(Town.executed(refused.handle((value, thrown) -> thrown).join()))
                    .isEqualTo(Executed.NO);
            assertThat(account.verify().executions()).isZero();
        }
    }

    @Test
    void anotherProcessOfTheSameApplicationIsAdopted() throws Exception {
        try (Town town = new Town()) {
            MoaServer restarted =
                    town.hidden(Town.APPLICATION, Town.PATIENT, Work.class, new Workshop("restarted", account));
            town.announce("uuid-before-the-restart", restarted.port(), 100);
            Work work = town.consumer(Town.PATIENT).stub(Work.class);
            assertThat(work.who()).isEqualTo("restarted");
        }
    }
}
