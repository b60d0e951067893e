package io.moa.governance.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServiceRatesTest {

    private static final Invocation CALL = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("count()"),
                    Payload.EMPTY,
                    new Ledger(Phase.CLIENT_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();
    private final ServiceRates rates = new ServiceRates("shop.Stock", ticker);
    private final Object count = new Object();
    private final Object reserve = new Object();

    private static int admitted(RateGate gate) {
        int admitted = 0;
        while (gate.admit(CALL) instanceof Permit) {
            admitted++;
        }
        return admitted;
    }

    private static RateTerms bucket(int perSecond) {
        return RateTerms.bucket(perSecond, 10);
    }

    @Test
    void methodsOfTheSameTermsCountTogether() {
        assertThat(admitted(rates.gate(count, bucket(10)))).isEqualTo(10);
        assertThat(admitted(rates.gate(reserve, bucket(10)))).isZero();
        assertThat(admitted(rates.gate(reserve, bucket(11))))
                .as("what they used together")
                .isZero();
    }

    @Test
    void nothingIsForgottenWhenARuleChangesToAndFro() {
        assertThat(rates.gate(count, bucket(10))).isNotNull();
        int admitted = 0;
        for (int i = 0; i < 5; i++) {
            admitted += admitted(rates.gate(count, bucket(11 - i % 2)));
        }
        assertThat(admitted).isEqualTo(10);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(admitted(rates.gate(count, bucket(10)))).isEqualTo(10);
    }
}
