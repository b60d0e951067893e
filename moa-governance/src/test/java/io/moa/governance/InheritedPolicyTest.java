package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.CallKey;
import io.moa.annotation.Idempotent;
import io.moa.annotation.Retry;
import io.moa.annotation.Timeout;
import io.moa.governance.policy.AnnotatedPolicy;
import io.moa.governance.policy.DeclaredPolicy;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import java.lang.reflect.Method;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What stands on the interfaces that an interface extends, for callers and providers alike. */
class InheritedPolicyTest {

    @Timeout(millis = 70)
    @Retry(attempts = 7)
    interface Parent {
        @Idempotent
        @Timeout(millis = 71)
        String get(@CallKey("item") String item);

        String plain();
    }

    interface Child extends Parent {
        String own();
    }

    interface Overriding extends Parent {
        @Override
        String get(String item);

        @Override
        @Timeout(millis = 72)
        String plain();
    }

    @Timeout(millis = 73)
    interface Refining extends Parent {
        String own();
    }

    interface Keyed extends Parent {
        @Override
        String get(@CallKey("article") String item);
    }

    interface Base<T> {
        @Idempotent
        T of(T key);
    }

    interface OfTexts extends Base<String> {
        @Override
        @Timeout(millis = 74)
        String of(String key);
    }

    @Timeout(millis = 75)
    interface Left {
        @Retry(attempts = 2)
        String both();
    }

    @Timeout(millis = 76)
    interface Right {
        @Retry(attempts = 2)
        String both();
    }

    interface Torn extends Left, Right {}

    @Timeout(millis = 77)
    interface Mended extends Left, Right {}

    interface Nearer extends Left, Nearest {}

    @Timeout(millis = 78)
    interface Nearest extends Left {}

    /** As a provider reads it; a caller must read the same. */
    private static MethodPolicy read(Class<?> type, String name) {
        MethodPolicy read = null;
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                MethodPolicy provider = AnnotatedPolicy.read(type, method);
                assertThat(DeclaredPolicy.ofStub(type, method, PolicySettings.NONE)
                                .policy())
                        .isEqualTo(provider);
                assertThat(read == null || read.equals(provider))
                        .as("all methods of the name, also one that the compiler adds")
                        .isTrue();
                read = provider;
            }
        }
        assertThat(read).isNotNull();
        return read;
    }

    @Test
    void aParentSpeaksForItsMethodsAndForNoOthers() {
        MethodPolicy get = read(Child.class, "get");
        assertThat(get.isIdempotent()).isTrue();
        assertThat(get.get(PolicyKey.IDEMPOTENT).source()).isEqualTo("annotation: @Idempotent on Parent.get");
        assertThat(get.get(PolicyKey.TIMEOUT).source()).isEqualTo("annotation: @Timeout on Parent.get");
        assertThat(get.get(PolicyKey.ATTEMPTS).source()).isEqualTo("annotation: @Retry on Parent");
        assertThat(read(Child.class, "plain").get(PolicyKey.TIMEOUT).source())
                .isEqualTo("annotation: @Timeout on Parent");
        assertThat(read(Child.class, "own")).isEqualTo(MethodPolicy.DEFAULT);
    }

    @Test
    void aMethodThatOverridesAnotherOneInheritsWhatItDoesNotSayItself() {
        MethodPolicy get = read(Overriding.class, "get");
        assertThat(get.isIdempotent()).isTrue();
        assertThat(get.timeout()).hasMillis(71);
        assertThat(get.value(PolicyKey.CALL_KEYS)).isEqualTo(Map.of("item", "0"));
        MethodPolicy plain = read(Overriding.class, "plain");
        assertThat(plain.get(PolicyKey.TIMEOUT).source()).isEqualTo("annotation: @Timeout on Overriding.plain");
        assertThat(plain.attempts()).isEqualTo(7);
        assertThat(read(Keyed.class, "get").value(PolicyKey.CALL_KEYS)).isEqualTo(Map.of("article", "0"));
    }

    @Test
    void aChildGoesBeforeItsParentAndAMethodBeforeAnyInterface() {
        assertThat(read(Refining.class, "plain").get(PolicyKey.TIMEOUT).source())
                .isEqualTo("annotation: @Timeout on Refining");
        assertThat(read(Refining.class, "get").timeout()).hasMillis(71);
        assertThat(read(Refining.class, "own").timeout()).hasMillis(73);
        assertThat(read(Nearer.class, "both").timeout()).hasMillis(78);
    }

    @Test
    void anOverridingMethodOfAGenericParentInherits() {
        assertThat(read(OfTexts.class, "of").isIdempotent()).isTrue();
        assertThat(read(OfTexts.class, "of").timeout()).hasMillis(74);
    }

    @Test
    void twoParentsThatSayDifferentThingsAreAnErrorUnlessTheChildSaysOne() {
        assertThatThrownBy(() -> read(Torn.class, "both"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@Timeout of Torn.both is said differently on ")
                .hasMessageContaining("Left")
                .hasMessageContaining("Right")
                .hasMessageContaining("expected it on Torn.both itself");
        MethodPolicy mended = read(Mended.class, "both");
        assertThat(mended.timeout()).hasMillis(77);
        assertThat(mended.attempts()).as("both say the same").isEqualTo(2);
    }
}
