package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.governance.policy.CallKeyReader;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.ResolvedTypes;
import io.moa.governance.policy.Setting;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallKeyReaderTest {

    /** A method with everything that a path can go through. */
    interface Shop {
        void buy(Order order, Rocket rocket, Hidden hidden);
    }

    /** A record, whose type need not be public. */
    record Order(String item, Map<String, String> notes) {
        public String total() {
            return "computed";
        }
    }

    /** A class with getters, and with methods that do something. */
    public static class Rocket {
        private int launches;

        public String getName() {
            return "Ariane";
        }

        public boolean isReady() {
            return true;
        }

        public String isotope() {
            return "no getter";
        }

        public int launch() {
            return ++launches;
        }
    }

    /** A class that its package keeps to itself. */
    static class Hidden {
        public String getSecret() {
            return "secret";
        }
    }

    private static final Method BUY = Shop.class.getDeclaredMethods()[0];

    private final Rocket rocket = new Rocket();
    private final Object[] arguments = {new Order("book", Map.of("color", "red")), rocket, new Hidden()};

    private Map<String, String> read(String path, Origin origin) {
        return CallKeyReader.read(
                CallKeyReader.of(
                        BUY,
                        List.of(BUY.getParameterTypes()),
                        Map.of(),
                        new Setting<>(Map.of("key", path), origin, "here")),
                arguments);
    }

    @Test
    void aRuleReadsRecordComponentsGettersAndKeysOfMaps() {
        assertThat(read("0.item", Origin.LIVE_RULE)).containsEntry("key", "book");
        assertThat(read("0.notes.color", Origin.LIVE_RULE)).containsEntry("key", "red");
        assertThat(read("1.name", Origin.LIVE_RULE)).containsEntry("key", "Ariane");
        assertThat(read("1.ready", Origin.LIVE_RULE)).containsEntry("key", "true");
    }

    @Test
    void aRuleRunsNoOtherMethod() {
        for (String path :
                List.of("1.launch", "0.total", "0.toString", "1.hashCode", "1.otope", "1.class.name", "2.secret")) {
            assertThatThrownBy(() -> read(path, Origin.LIVE_RULE))
                    .as(path)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("which is all that a rule may read");
        }
        assertThat(rocket.launches).isZero();
    }

    @Test
    void whoWroteTheInterfaceMayNameAnyPublicMethodThatReturnsSomething() {
        assertThat(read("0.total", Origin.ANNOTATION)).containsEntry("key", "computed");
        assertThat(read("2.secret", Origin.CODE)).containsEntry("key", "secret");
        assertThatThrownBy(() -> read("0.nosuch", Origin.ANNOTATION))
                .hasMessageContaining("has no nosuch(), getNosuch() or isNosuch()");
    }

    /** A generic parent, as interfaces often have one. */
    interface Buying<T> {
        void buy(T what);
    }

    interface BuyingOrders extends Buying<Order> {}

    interface BuyingAgain extends Buying<Order> {
        @Override
        void buy(Order what);
    }

    @Test
    void whatIsDeclaredIsReadAsItsAuthorMeantAlsoBesideKeysOfARule() {
        Map<String, String> declared = Map.of("key", "0.item");
        Setting<Map<String, String>> paths =
                new Setting<>(Map.of("key", "1.launch", "other", "0.item"), Origin.LIVE_RULE, "rule keys");
        List<Class<?>> types = List.of(BUY.getParameterTypes());
        assertThat(CallKeyReader.read(CallKeyReader.of(BUY, types, Map.of("key", "1.launch"), paths), arguments))
                .containsKey("key");
        assertThatThrownBy(() -> CallKeyReader.of(BUY, types, declared, paths))
                .hasMessageContaining("which is all that a rule may read");
    }

    @Test
    void whatAGenericParentLeavesOpenIsReadAsTheServiceHasIt() {
        for (Class<?> service : List.of(BuyingOrders.class, BuyingAgain.class)) {
            for (Method method : service.getMethods()) { // one of them was perhaps added by the compiler
                Setting<Map<String, String>> paths =
                        new Setting<>(Map.of("key", "0.item"), Origin.ANNOTATION, "@CallKey");
                List<CallKeyReader> readers =
                        CallKeyReader.of(method, ResolvedTypes.ofParameters(service, method), Map.of(), paths);
                assertThat(CallKeyReader.read(readers, new Object[] {arguments[0]}))
                        .as("%s", method)
                        .containsEntry("key", "book");
            }
        }
    }
}
