package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.EnforcedAt;
import io.moa.annotation.RateShape;
import io.moa.governance.gate.GateLook;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Admission;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GateLookTest {

    private static final MethodPolicy LIMITED = MethodPolicy.DEFAULT
            .withCode(PolicyKey.BREAKER_FAILURES, 50, "here")
            .withCode(PolicyKey.BREAKER_CALLS, 4, "here")
            .withCode(PolicyKey.BREAKER_OPEN, Duration.ofMillis(400), "here")
            .withCode(PolicyKey.BREAKER_TRIALS, 2, "here")
            .withCode(PolicyKey.CONCURRENCY_LIMIT, 3, "here")
            .withCode(PolicyKey.CONCURRENCY_LIMIT_AT, EnforcedAt.CALLER, "here")
            .withCode(PolicyKey.RATE_LIMIT, 20, "here")
            .withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "here");

    private final FakeTicker ticker = new FakeTicker();

    private MethodGate gate(MethodPolicy policy) {
        MethodGate gate =
                new MethodGate("shop.Stock count", EnforcedAt.CALLER, ticker, new ServiceRates("shop.Stock", ticker));
        gate.govern(policy);
        return gate;
    }

    @Test
    void aLookSaysWhatACallThenMeetsAndChangesNothing() {
        int refused = 0;
        int passed = 0;
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            MethodGate looked = gate(LIMITED);
            MethodGate twin = gate(LIMITED);
            Deque<Permit[]> held = new ArrayDeque<>();
            for (int i = 0; i < 300; i++) {
                ticker.advance(Duration.ofMillis(random.nextInt(100)));
                for (int looks = random.nextInt(4); looks > 0; looks--) {
                    looked.look(RateGateTest.CALL);
                }
                boolean foretold = looked.look(RateGateTest.CALL).stream().anyMatch(GateLook::refuses);
                Admission one = looked.admit(RateGateTest.CALL);
                Admission other = twin.admit(RateGateTest.CALL);
                assertThat(one instanceof Admission.Rejected).isEqualTo(foretold);
                if (one instanceof Permit permit && other instanceof Permit same) {
                    held.add(new Permit[] {permit, same});
                    passed++;
                } else {
                    assertThat(other).as("who is looked at, and who is not").isEqualTo(one);
                    refused++;
                }
                while (!held.isEmpty() && random.nextInt(3) > 0) {
                    Permit.End how = random.nextBoolean() ? Permit.End.SUCCESS : Permit.End.FAILURE;
                    for (Permit each : held.remove()) {
                        each.end(how);
                    }
                }
            }
        }
        assertThat(refused).isGreaterThan(1_000);
        assertThat(passed).isGreaterThan(1_000);
    }

    @Test
    void anOpenBreakerIsToldWithItsTimeAndOneThatTriesAsThat() {
        MethodGate gate = gate(MethodPolicy.DEFAULT
                .withCode(PolicyKey.BREAKER_FAILURES, 50, "here")
                .withCode(PolicyKey.BREAKER_CALLS, 1, "here"));
        assertThat(gate.look(RateGateTest.CALL)).isEmpty();
        if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
            permit.end(Permit.End.FAILURE);
        }
        ticker.advance(Duration.ofSeconds(1));
        assertThat(gate.look(RateGateTest.CALL)).singleElement().satisfies(look -> {
            assertThat(look.refuses()).isTrue();
            assertThat(look.how())
                    .isEqualTo("The breaker of shop.Stock count is open since 100 % of its calls failed; it tries again"
                            + " later (come again after 4001 ms)");
        });
        ticker.advance(Duration.ofSeconds(5));
        assertThat(gate.look(RateGateTest.CALL))
                .containsExactly(new GateLook(
                        "The breaker of shop.Stock count was open, and the next call tries whether it works again",
                        false));
    }

    private static String told(MethodGate gate, Invocation call) {
        return gate.look(call).toString();
    }

    @Test
    void aRateIsToldWithItsShapeAndWithWhatIsCountedTogetherAndForWhom() {
        MethodPolicy two = MethodPolicy.DEFAULT
                .withCode(PolicyKey.RATE_LIMIT, 2, "here")
                .withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "here")
                .withCode(PolicyKey.RATE_SHAPE, RateShape.SLIDING_WINDOW, "here");
        MethodGate gate = gate(two);
        Invocation call = RateGateTest.CALL.toBuilder()
                .caller(new Caller("web", "p-1"))
                .callKeys(Map.of("customer", "7"))
                .build();
        String all = "shop.Stock count is limited to 2 calls in any second";
        assertThat(told(gate, call)).isEqualTo("[" + all + ", in each process]");
        gate.govern(two.withCode(PolicyKey.RATE_PER, "key:customer", "here"));
        String each = all + ", for each value of the key customer, in each process; this call ";
        assertThat(told(gate, call)).isEqualTo("[" + each + "counts for 7]");
        assertThat(told(gate, RateGateTest.CALL)).isEqualTo("[" + each + "has no key customer and is not limited]");
        gate.admit(call);
        gate.admit(call);
        ticker.advance(Duration.ofMillis(400));
        assertThat(gate.look(call))
                .containsExactly(new GateLook(each + "counts for 7 (come again after 601 ms)", true));
        gate.govern(two.withCode(PolicyKey.RATE_PER, "key:customer", "here")
                .withCode(PolicyKey.RATE_WAIT, Duration.ofSeconds(1), "here"));
        assertThat(gate.look(call))
                .containsExactly(new GateLook(each + "counts for 7; it would wait for its turn, 601 ms", false));
        gate.govern(two.withCode(PolicyKey.RATE_PER, "service", "here")
                .withCode(PolicyKey.RATE_EXEMPT, List.of("web"), "here"));
        assertThat(told(gate, call))
                .isEqualTo("[shop.Stock is limited to 2 calls in any second, in each process; web is exempt]");
    }

    @Test
    void whatNobodyLimitsIsNotTold() {
        assertThat(gate(MethodPolicy.DEFAULT).look(RateGateTest.CALL)).isEmpty();
    }

    @Test
    void whatIsNotLimitedAnyMoreIsNotTold() {
        MethodGate gate = gate(LIMITED);
        for (int i = 0; i < 1_000 && gate.look(RateGateTest.CALL).isEmpty(); i++) {
            gate.admit(RateGateTest.CALL);
        }
        assertThat(gate.look(RateGateTest.CALL)).isNotEmpty();
        gate.govern(MethodPolicy.DEFAULT);
        assertThat(gate.look(RateGateTest.CALL)).isEmpty();
    }
}
