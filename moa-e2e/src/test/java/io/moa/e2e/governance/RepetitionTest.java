package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger atC = new AtomicInteger();

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private Step stub(Moa moa, String group) {
        return keep(MoaClient.builder(moa).build()).stub(Step.class, StubConfig.ANNOTATED.withGroup(group));
    }

    private Moa moa(String application) {
        return keep(Moa.builder(application).eventLoops(1).registry(registry).build());
    }

    private void serve(Moa moa, String group, IntUnaryOperator work) {
        keep(MoaServer.builder(moa)
                .host("127.0.0.1")
                .export(Step.class, work::applyAsInt, ExportConfig.DEFAULT.withGroup(group))
                .closeOnShutdown(false)
                .start());
    }

    private int broken(int number) {
        atC.incrementAndGet();
        throw new IllegalStateException("the disk is full");
    }

    /** C3: without a bound for all of them together, three budgets of a tenth would make a third. */
    @Test
    void threeHopsDoNotMultiplyTheirRepetitions() {
        serve(moa("c"), "c", this::broken);
        Moa b = moa("b");
        Step toC = stub(b, "c");
        serve(b, "b", toC::go);
        Moa a = moa("a");
        Step toB = stub(a, "b");
        serve(a, "a", toB::go);
        Step toA = stub(moa("caller"), "a");
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            assertThatThrownBy(() -> toA.go(number)).hasMessageContaining("the disk is full");
        }
        assertThat(atC.get()).isBetween(1_010, 1_110);
    }

    @Test
    void whatIsDoneForARepeatedCallIsNotRepeated() {
        serve(moa("c"), "c", this::broken);
        Moa a = moa("a");
        Step toC = stub(a, "c");
        AtomicInteger atA = new AtomicInteger();
        serve(a, "a", number -> {
            if (atA.getAndIncrement() % 2 == 0) {
                throw new IllegalStateException("not the first time");
            }
            return toC.go(number);
        });
        Step toA = stub(moa("caller"), "a");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> toA.go(1)).hasMessageContaining("the disk is full");
        }
        assertThat(atA.get()).isEqualTo(6);
        assertThat(atC.get()).isEqualTo(3);
    }
}
