package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Idempotent;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OneWay;
import io.moa.annotation.Retry;
import io.moa.annotation.Timeout;
import io.moa.governance.policy.AnnotatedPolicy;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.Setting;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyTest {

    @Timeout(millis = 700)
    @Idempotent
    @Retry(attempts = 4)
    interface Annotated {
        void plain();

        @Timeout(millis = 50)
        @Idempotent
        @Retry(attempts = 2)
        @NonBlocking
        String refined();

        @OneWay
        void note();
    }

    interface Bare {
        void plain();
    }

    interface Wrong {
        @OneWay
        String asks();

        @Timeout(millis = 0)
        void never();

        @Retry(attempts = 11)
        void tooOften();
    }

    @Test
    void methodWithoutAnnotationsHasDefaults() throws Exception {
        MethodPolicy policy = read(Bare.class, "plain");
        assertThat(policy).isEqualTo(MethodPolicy.DEFAULT);
        assertThat(policy.get(PolicyKey.TIMEOUT).origin()).isEqualTo(Origin.DEFAULT);
    }

    @Test
    void annotationOnTheMethodRefinesTheOneOnTheInterface() throws Exception {
        MethodPolicy plain = read(Annotated.class, "plain");
        assertThat(plain.timeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(plain.attempts()).isEqualTo(4);
        MethodPolicy refined = read(Annotated.class, "refined");
        assertThat(refined.get(PolicyKey.TIMEOUT)).hasToString("PT0.05S (annotation: @Timeout on Annotated.refined)");
        assertThat(refined.attempts()).isEqualTo(2);
        assertThat(refined.value(PolicyKey.NON_BLOCKING)).isTrue();
        assertThat(read(Annotated.class, "note").isOneWay()).isTrue();
    }

    @Test
    void contradictionsAreErrorsThatSayWhatIsExpected() {
        assertThatThrownBy(() -> read(Wrong.class, "asks")).hasMessageContaining("expected: @OneWay void asks(...)");
        assertThatThrownBy(() -> read(Wrong.class, "never"))
                .hasMessageContaining("@Timeout(millis) on Wrong.never: timeout: expected a time of 1ms to 30d");
        assertThatThrownBy(() -> read(Wrong.class, "tooOften")).hasMessageContaining("expected 1 to 10, not 11");
    }

    @Test
    void strongestOriginWinsInWhateverOrderValuesAreSaid() {
        List<Setting<Integer>> said = new ArrayList<>();
        for (Origin origin : Origin.values()) {
            said.add(new Setting<>(origin.ordinal(), origin, ""));
        }
        Random random = new Random(11);
        for (int round = 0; round < 100; round++) {
            Collections.shuffle(said, random);
            Setting<Integer> inForce = said.get(0);
            for (Setting<Integer> other : said) {
                inForce = inForce.or(other);
            }
            assertThat(inForce.origin()).isEqualTo(Origin.LIVE_RULE);
        }
    }

    private static MethodPolicy read(Class<?> type, String name) throws Exception {
        Method method = Arrays.stream(type.getMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return AnnotatedPolicy.read(type, method);
    }
}
