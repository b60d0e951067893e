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
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    interface Typed<T, R> {
        @Idempotent
        R of(T key);

        void put(T key, List<? extends T> more);
    }

    /** Two overloads beside the one that overrides the parent's: of narrower types, and of the same result. */
    interface Overloaded extends Typed<CharSequence, Number> {
        @Timeout(millis = 81)
        Integer of(String key);

        @Override
        @Timeout(millis = 82)
        Integer of(CharSequence key);

        @Timeout(millis = 83)
        Integer of(Long key);

        @Timeout(millis = 84)
        void put(String key, List<? extends String> more);

        @Override
        @Timeout(millis = 85)
        void put(CharSequence key, List<? extends CharSequence> more);
    }

    interface Between<V extends CharSequence> extends Typed<V, Object> {
        @Override
        Number of(V key);
    }

    interface Deep extends Between<String> {
        @Override
        @Timeout(millis = 86)
        Integer of(String key);

        @Timeout(millis = 87)
        Integer of(StringBuilder key);
    }

    interface Deeper extends Deep {}

    @Test
    void aBridgeIsTheMethodToWhichItLeadsAndNoOverload() {
        for (Class<?> type : List.of(Overloaded.class, Deep.class, Deeper.class)) {
            Map<String, Long> millis = type == Overloaded.class
                    ? Map.of("of(Object)", 82L, "put(Object)", 85L, "of(String)", 81L, "of(CharSequence)", 82L)
                    : Map.of("of(Object)", 86L, "of(CharSequence)", 86L, "of(String)", 86L, "of(StringBuilder)", 87L);
            Map<String, Long> met = new TreeMap<>();
            for (Method method : type.getMethods()) {
                String name = method.getName() + "(" + method.getParameterTypes()[0].getSimpleName() + ")";
                MethodPolicy policy = AnnotatedPolicy.read(type, method);
                if (millis.containsKey(name)) {
                    assertThat(policy.timeout()).as("%s, %s", type, method).hasMillis(millis.get(name));
                    met.put(name, millis.get(name));
                }
                assertThat(policy.isIdempotent())
                        .as("%s", method)
                        .isEqualTo(name.startsWith("of") && (policy.timeoutNanos() / 1_000_000) % 2 == 0);
            }
            assertThat(met).isEqualTo(millis);
        }
    }

    @Test
    void aSettingForTheMethodIsOneForTheBridgeThatLeadsToIt() {
        PolicySettings settings = PolicySettings.NONE.with(
                "of(java.lang.CharSequence)", PolicyKey.ATTEMPTS, 7, Origin.CODE, "StubConfig");
        for (Method method : Overloaded.class.getMethods()) {
            Class<?> first = method.getParameterTypes()[0];
            boolean meant = method.getName().equals("of") && (first == Object.class || first == CharSequence.class);
            assertThat(DeclaredPolicy.ofStub(Overloaded.class, method, settings)
                            .policy()
                            .attempts())
                    .as("%s", method)
                    .isEqualTo(meant ? 7 : 3);
        }
    }
}
