package io.moa.client.stub;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.MethodId;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MethodGatesTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private static final MethodId RESERVE = new MethodId("reserve", "()");

    private final FakeTicker ticker = new FakeTicker();
    private final MethodGates gates = new MethodGates(ticker, QuotaRounds.alone(ticker), Observation.NONE);

    private MethodGate gate(int limit, Set<MethodGate> held) {
        return gates.of(
                STOCK, RESERVE, MethodPolicy.DEFAULT.withCode(PolicyKey.CONCURRENCY_LIMIT, limit, "code"), () -> held);
    }

    @Test
    void stubsOfTheSameLimitsShareAGateWhateverElseTheySay() {
        MethodGate gate = gate(3, Set.of());
        assertThat(gate(3, Set.of())).isSameAs(gate);
        assertThat(gate(4, Set.of())).isNotSameAs(gate);
        MethodPolicy slower = MethodPolicy.DEFAULT
                .withCode(PolicyKey.CONCURRENCY_LIMIT, 3, "code")
                .withCode(PolicyKey.TIMEOUT, Duration.ofSeconds(9), "code");
        assertThat(gates.of(STOCK, RESERVE, slower, Set::of)).isSameAs(gate);
    }

    @Test
    void gatesThatNobodyHoldsGoWhereThereIsNoRoomAndThoseThatAreHeldStay() {
        MethodGate held = gate(1, Set.of());
        MethodGate dropped = gate(2, Set.of());
        IntStream.range(3, 100_000).forEach(limit -> gate(limit, Set.of(held)));
        assertThat(gate(1, Set.of(held))).isSameAs(held);
        assertThat(gate(2, Set.of(held))).isNotSameAs(dropped);
    }

    @Test
    void howeverManyAreHeldEachIsShared() {
        Set<MethodGate> held = new HashSet<>();
        IntStream.range(1, 50_000).forEach(limit -> held.add(gate(limit, held)));
        assertThat(held).hasSize(49_999);
        assertThat(IntStream.range(1, 50_000).filter(limit -> held.contains(gate(limit, held))))
                .hasSize(49_999);
    }
}
