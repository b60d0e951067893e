package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import io.moa.server.ExportConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client → A → B → C over sockets, and C fails: how often it is called. */
@Timeout(120)
class RepetitionTest {

    /** The service, which each process exports in a group of its own. */
    @MoaService(name = "repetition.Step")
    @io.moa.annotation.Timeout(millis = 60_000)
    public interface Step {
        @Idempotent
        int go(int number);
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final AtomicInteger atC = new AtomicInteger();

    private Step stub(Moa moa, String group) {
        return processes.client(moa, any -> any).stub(Step.class, StubConfig.ANNOTATED.withGroup(group));
    }

    private void serve(Moa moa, String group, IntUnaryOperator work) {
        processes.serve(
                moa, server -> server.export(Step.class, work::applyAsInt, ExportConfig.DEFAULT.withGroup(group)));
    }

    private int broken(int number) {
        atC.incrementAndGet();
        throw new IllegalStateException("the disk is full");
    }

    /** C3: without a bound for all of them together, three budgets of a tenth would make a third. */
    @Test
    void threeHopsDoNotMultiplyTheirRepetitions() {
        serve(processes.moa("c"), "c", this::broken);
        Moa b = processes.moa("b");
        Step toC = stub(b, "c");
        serve(b, "b", toC::go);
        Moa a = processes.moa("a");
        Step toB = stub(a, "b");
        serve(a, "a", toB::go);
        Step toA = stub(processes.moa("caller"), "a");
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            assertThatThrownBy(() -> toA.go(number)).hasMessageContaining("the disk is full");
        }
        assertThat(atC.get()).isBetween(1_010, 1_110);
    }

    @Test
    void whatIsDoneForARepeatedCallIsNotRepeated() {
        serve(processes.moa("c"), "c", this::broken);
        Moa a = processes.moa("a");
        Step toC = stub(a, "c");
        AtomicInteger atA = new AtomicInteger();
        serve(a, "a", number -> {
            if (atA.getAndIncrement() % 2 == 0) {
                throw new IllegalStateException("not the first time");
            }
            return toC.go(number);
        });
        Step toA = stub(processes.moa("caller"), "a");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> toA.go(1)).hasMessageContaining("the disk is full");
        }
        assertThat(atA.get()).isEqualTo(6);
        assertThat(atC.get()).isEqualTo(3);
    }

    /** The first attempt is on its way until the one beside it has come, so both fail; nobody knows what a third would do. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aHedgedCallIsSentAsOftenAsItsMethodSays(int attempts) {
        CountDownLatch both = new CountDownLatch(2);
        for (int i = 0; i < 4; i++) {
            serve(processes.moa("c"), "c", number -> {
                both.countDown();
                await(both);
                return broken(number);
            });
        }
        MoaClient client = processes.client("caller");
        Step step = client.stub(
                Step.class,
                StubConfig.ANNOTATED
                        .withGroup("c")
                        .with(PolicyKey.ATTEMPTS, attempts)
                        .with(PolicyKey.HEDGE_AFTER, Duration.ofMillis(20)));
        ServiceId service = ServiceId.parse("c/repetition.Step");
        Processes.soon().until(() -> client.explain(service).contains("4 of 4"), () -> client.explain(service));
        assertThatThrownBy(() -> step.go(1)).hasMessageContaining("the disk is full");
        assertThat(atC.get()).isEqualTo(attempts);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
