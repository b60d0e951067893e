package io.moa.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process tells its agent of itself, and what an agent does not take. */
class ServedProcessTest {

    private static final ServiceId SHOP = new ServiceId("shop.Till", "blue", "2");
    private static final String HEAD =
            "{\"instance\":\"i\",\"application\":\"a\",\"at\":\"tcp://127.0.0.1:1\",\"secret\":\"s\",\"labels\":{},\"inFlight\":1}";

    private static ServedProcess process(int methods) {
        List<ServedProcess.Method> all = new ArrayList<>();
        for (int i = 0; i < methods; i++) {
            all.add(new ServedProcess.Method(
                    SHOP,
                    MethodId.of("m" + i, String.class, int.class),
                    List.of(1, 2),
                    i % 2 == 0 ? null : List.of("item", "count"),
                    Map.of("timeout", "1s")));
        }
        return new ServedProcess(
                "0123456789abcdef",
                "shop",
                new Address.Unix("/run/x.sock"),
                "hidden",
                Map.of("zone", "eu\n1"),
                10_000,
                all);
    }

    @Test
    void whatIsToldIsWhatIsRead() {
        ServedProcess told = process(3);
        assertThat(ServedProcess.parse(told.text())).isEqualTo(told);
        assertThat(told.services()).containsOnlyKeys(SHOP);
        assertThat(told.services().get(SHOP)).hasSize(3);
    }

    /** A text may be longer than what is read of one rule. */
    @Test
    void manyMethodsAreTold() {
        ServedProcess told = process(5_000);
        assertThat(told.text().length()).isGreaterThan(300_000);
        assertThat(ServedProcess.parse(told.text())).isEqualTo(told);
    }

    @Test
    void moreThanThereCanBeAreNot() {
        String line = "\n{\"service\":\"s\",\"method\":\"m()\",\"serializers\":[1],\"policy\":{}}";
        assertThatThrownBy(() -> ServedProcess.parse(HEAD + line.repeat(ServedProcess.MOST_METHODS + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20000 methods");
    }

    @Test
    void theSecretIsNotShown() {
        assertThat(process(1)).asString().doesNotContain("hidden").contains("shop#01234567", "1 methods");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "no json",
                "{\"instance\":\"\",\"application\":\"a\",\"at\":\"tcp://127.0.0.1:1\",\"secret\":\"s\",\"inFlight\":1}",
                "{\"instance\":\"i\",\"application\":\"a\",\"at\":\"nowhere\",\"secret\":\"s\",\"inFlight\":1}",
                "{\"instance\":\"i\",\"application\":\"a\",\"at\":\"tcp://127.0.0.1:1\",\"secret\":\"s\",\"inFlight\":0}",
                "{\"instance\":\"i\",\"application\":\"a\",\"at\":\"tcp://127.0.0.1:1\",\"secret\":\"s\",\"inFlight\":1.5}",
                HEAD + "\n{}",
                HEAD + "\n{\"service\":\"s\",\"method\":\"m()\",\"serializers\":[],\"policy\":{}}",
                HEAD + "\n{\"service\":\"s\",\"method\":\"m()\",\"serializers\":[\"json\"],\"policy\":{}}",
                HEAD + "\n{\"service\":\"s\",\"method\":\"m\",\"serializers\":[1],\"policy\":{}}",
                HEAD + "\n7"
            })
    void whatHasAnotherFormIsRefused(String text) {
        assertThatThrownBy(() -> ServedProcess.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
