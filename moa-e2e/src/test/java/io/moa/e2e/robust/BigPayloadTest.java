package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.server.MoaServer;
import io.moa.testkit.CallAccount;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bodies over, at and below the limits, and small calls beside large ones. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class BigPayloadTest {

    private static final int MIB = 1 << 20;
    private static final int LARGE = 8 * MIB - 8192; // room for what its encoding adds
    private static final int LARGE_CALLS = 10;
    private static final int SMALL_CALLS = 50;

    private final Workshop workshop = new Workshop("shop", new CallAccount());

    @Test
    void smallCallsPassBetweenThePiecesOfLargeOnes() throws Exception {
        TransportConfig roomy =
                Town.PATIENT.toBuilder().maxQueuedBytes(256L * MIB).build();
        try (Town town = new Town()) {
            MoaServer server = town.hidden(Town.APPLICATION, roomy, Work.class, workshop);
            ChaosProxy proxy = town.keep(ChaosProxy.to("127.0.0.1", server.port()));
            town.announce("uuid", proxy.port(), 100);
            MoaClient client = town.consumer(roomy);
            Work work = client.stub(Work.class);
            assertThat(work.weigh(new byte[1])).isEqualTo(1); // connected
            proxy.clientToServer().stall(); // until all calls wait in line, the small ones last
            List<CompletableFuture<Integer>> large = new ArrayList<>();
            for (int i = 0; i < LARGE_CALLS; i++) {
                large.add(client.async(work, w -> w.weigh(new byte[LARGE])));
            }
            List<CompletableFuture<Integer>> small = new ArrayList<>();
            for (int i = 0; i < SMALL_CALLS; i++) {
                small.add(client.async(work, w -> w.weigh(new byte[10])));
            }
            proxy.clientToServer().flow();
            small.forEach(call -> assertThat(call.join()).isEqualTo(10));
            large.forEach(call -> assertThat(call.join()).isEqualTo(LARGE));
            assertThat(workshop.weighed).hasSize(1 + SMALL_CALLS + LARGE_CALLS);
            assertThat(workshop.weighed.stream().skip(1).limit(SMALL_CALLS))
                    .as("the first calls to run")
                    .containsOnly(10);
            assertThat(proxy.accepted()).as("connections").isEqualTo(1);
        }
    }

    @Test
    void requestOverTheLimitIsAnsweredAndTheConnectionLives() throws Exception {
        TransportConfig tight = Town.PATIENT.toBuilder().maxBodyBytes(100_000).build();
        try (Town town = new Town()) {
            MoaServer server = town.hidden(Town.APPLICATION, tight, Work.class, workshop);
            ChaosProxy proxy = town.keep(ChaosProxy.to("127.0.0.1", server.port()));
            town.announce("uuid", proxy.port(), 100);
            Work work = town.consumer(Town.PATIENT).stub(Work.class); // it learns the limit in the handshake
            assertThat(work.weigh(new byte[10])).isEqualTo(10);
            int size = 99_900;
            CallException refusal = null;
            while (refusal == null) {
                try {
                    assertThat(work.weigh(new byte[size])).isEqualTo(size);
                    size++;
                } catch (CallException e) {
                    refusal = e;
                }
            }
            assertThat(size).isBetween(99_901, 100_000); // the encoding of the arguments takes a few bytes
            assertThat(refusal.status()).isEqualTo(Status.TOO_LARGE);
            assertThat(refusal.executed()).isEqualTo(Executed.NO);
            assertThat(refusal).hasMessageContaining("100000");
            assertThat(work.weigh(new byte[size - 1])).isEqualTo(size - 1);
            assertThat(proxy.accepted()).as("connections").isEqualTo(1);
        }
    }

    @Test
    void replyOverTheCallersLimitIsReportedAndTheConnectionLives() throws Exception {
        TransportConfig tight = Town.PATIENT.toBuilder().maxBodyBytes(MIB).build();
        try (Town town = new Town()) {
            MoaServer server = town.hidden(Town.APPLICATION, Town.PATIENT, Work.class, workshop);
            ChaosProxy proxy = town.keep(ChaosProxy.to("127.0.0.1", server.port()));
            town.announce("uuid", proxy.port(), 100);
            Work work = town.consumer(tight).stub(Work.class);
            assertThatThrownBy(() -> work.make(2 * MIB)).isInstanceOfSatisfying(CallException.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.TOO_LARGE);
                assertThat(failure.executed()).isEqualTo(Executed.YES);
                assertThat(failure).hasMessageContaining("the caller accepts " + MIB);
            });
            assertThat(work.make(MIB - 100)).hasSize(MIB - 100);
            assertThatThrownBy(() -> work.make(9 * MIB)).isInstanceOfSatisfying(CallException.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.TOO_LARGE);
                assertThat(failure.executed()).isEqualTo(Executed.YES);
            });
            assertThat(work.who()).isEqualTo("shop");
            assertThat(proxy.accepted()).as("connections").isEqualTo(1);
        }
    }
}
