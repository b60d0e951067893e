package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.governance.RunTogether;
import io.moa.governance.gate.GateLook;
import io.moa.invoke.Baggage;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OverloadThrottleTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private static final MethodId COUNT = MethodId.parse("count()");
    private static final MethodId TAKE = MethodId.parse("take()");

    private final FakeTicker ticker = new FakeTicker();
    private final OverloadThrottle throttle = new OverloadThrottle(2, ticker, new Random(1));

    private static Invocation call(MethodId method, Criticality criticality) {
        return Invocation.of(STOCK, method, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0))
                .baggage(Baggage.EMPTY.withCriticality(criticality))
                .build();
    }

    /** A second of so many calls at servers that accept the first ones of each tenth; how many were sent. */
    private int second(MethodId method, Criticality criticality, int calls, int accepted) {
        int sent = 0;
        for (int tenth = 0; tenth < 10; tenth++) {
            int room = accepted / 10;
            for (int i = 0; i < calls / 10; i++) {
                if (throttle.holdsBack(call(method, criticality)) == null) {
                    sent++;
                    room--;
                    if (room < 0) {
                        throttle.refused(call(method, criticality));
                    }
                }
            }
            ticker.advance(Duration.ofMillis(100));
        }
        return sent;
    }

    private int second(int calls, int accepted) {
        return second(COUNT, Criticality.CRITICAL, calls, accepted);
    }

    @Test
    void whileNobodyRefusesEverythingIsSent() {
        for (int i = 0; i < 10; i++) {
            assertThat(second(10_000, 10_000)).isEqualTo(10_000);
        }
        assertThat(throttle.size()).isZero();
        assertThat(throttle.look(STOCK, COUNT, Criticality.CRITICAL)).isNull();
    }

    @Test
    void ofTenTimesTheCapacityAboutTwiceIsSent() {
        second(10_000, 1_000);
        second(10_000, 1_000);
        for (int i = 0; i < 10; i++) {
            assertThat(second(10_000, 1_000)).isBetween(1_700, 2_500);
        }
        GateLook look = throttle.look(STOCK, COUNT, Criticality.CRITICAL);
        assertThat(look).isNotNull();
        assertThat(look.how()).contains("for lack of room in the last second, so this client sends no more than 2");
        assertThat(look.refuses()).isFalse();
    }

    @Test
    void whoIsRefusedLessThanHalfSendsEverything() {
        second(1_000, 600);
        for (int i = 0; i < 10; i++) {
            assertThat(second(1_000, 600)).isEqualTo(1_000);
        }
    }

    @Test
    void twoSecondsAfterASpikeEverythingIsSent() {
        for (int i = 0; i < 30; i++) {
            second(10_000, 1_000);
        }
        second(800, 1_000);
        second(800, 1_000);
        for (int i = 0; i < 10; i++) {
            assertThat(second(800, 1_000)).isEqualTo(800);
        }
        assertThat(throttle.size()).as("nothing is kept").isZero();
    }

    @Test
    void whereAllAreRefusedAFewAreSentAndAtOnceMoreWhenThereIsRoom() {
        second(10_000, 0);
        for (int i = 0; i < 10; i++) {
            assertThat(second(10_000, 0)).isBetween(1, 40);
        }
        second(10_000, 10_000);
        second(10_000, 10_000);
        second(10_000, 10_000);
        assertThat(second(10_000, 10_000)).isGreaterThan(9_900);
    }

    @Test
    void whoCallsRarelyAlwaysAsksTheServers() {
        for (int i = 0; i < 10; i++) {
            assertThat(second(10, 0)).isEqualTo(10);
        }
    }

    @Test
    void aMethodOrCriticalityThatIsRefusedHoldsNoOtherBack() {
        for (int i = 0; i < 5; i++) {
            second(COUNT, Criticality.SHEDDABLE, 1_000, 0);
            assertThat(second(COUNT, Criticality.CRITICAL, 1_000, 1_000)).isEqualTo(1_000);
            assertThat(second(TAKE, Criticality.SHEDDABLE, 1_000, 1_000)).isEqualTo(1_000);
        }
    }

    @Test
    void aMillionNamesOfMethodsNeedTheRoomOfAThousand() {
        for (int i = 0; i < 1_000_000; i++) {
            MethodId hostile = MethodId.parse("m" + i + "()");
            throttle.holdsBack(call(hostile, Criticality.CRITICAL));
            throttle.refused(call(hostile, Criticality.CRITICAL));
        }
        assertThat(throttle.size()).isLessThanOrEqualTo(OverloadThrottle.METHODS + 1);
        assertThat(throttle.look(STOCK, MethodId.parse("another()"), Criticality.CRITICAL))
                .as("nothing is known for long enough")
                .isNull();
        ticker.advance(Duration.ofMillis(200));
        assertThat(throttle.look(STOCK, MethodId.parse("another()"), Criticality.CRITICAL))
                .as("they count together")
                .isNotNull();
    }

    @Test
    void itCanBeSwitchedOff() {
        OverloadThrottle off = new OverloadThrottle(0, ticker, new Random(1));
        for (int i = 0; i < 1_000; i++) {
            assertThat(off.holdsBack(call(COUNT, Criticality.CRITICAL))).isNull();
            off.refused(call(COUNT, Criticality.CRITICAL));
        }
        assertThatThrownBy(() -> new OverloadThrottle(1, ticker, new Random(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.1 to 100");
        assertThatThrownBy(() -> new OverloadThrottle(Double.NaN, ticker, new Random(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Timeout(60)
    void aRefusalThatComesWhileTheFormerOnesAreForgottenIsNot() throws Exception {
        Invocation call = call(MethodId.parse("count()"), Criticality.CRITICAL);
        try (RunTogether together = new RunTogether(2)) {
            for (int round = 0; round < 3_000; round++) {
                FakeTicker time = new FakeTicker();
                OverloadThrottle own = new OverloadThrottle(2, time, new Random(1));
                own.refused(call);
                time.advance(Duration.ofSeconds(2));
                together.run(thread -> {
                    if (thread == 0) {
                        own.refused(call);
                    } else {
                        assertThat(own.holdsBack(call)).isNull();
                    }
                });
                assertThat(own.size()).as("round %s", round).isEqualTo(1);
            }
        }
    }
}
