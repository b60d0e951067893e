package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RefusedNamesTest {

    private final RefusedNames refused = new RefusedNames(3);
    private final BodyCodec codec = Serializers.load(
                    RefusedNamesTest.class.getClassLoader(), SerializationLimits.DEFAULTS, refused)
            .require("hessian")
            .result(Object.class, Samples.shop());

    private void read(String name) {
        byte[] body = Samples.byHand(out -> Samples.object(out, name, "x", 1));
        assertThatThrownBy(() -> Samples.decode(codec, body))
                .as("learning opens nothing")
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(name);
    }

    @Test
    void listsTheLineToAddOnceForEachClass() {
        read("com.acme.Circle");
        read("com.acme.Circle");
        assertThatThrownBy(() -> Samples.encode(codec, new Samples.Stranger()))
                .isInstanceOf(SerializationException.class);
        assertThat(refused.lines())
                .containsExactly(
                        Samples.Shop.class.getName()
                                + ": @SubTypes(com.acme.Circle.class) or .withAllowed(com.acme.Circle.class)  // refused 2 times",
                        Samples.Shop.class.getName() + ": @SubTypes(" + Samples.Stranger.class.getCanonicalName()
                                + ".class) or .withAllowed(" + Samples.Stranger.class.getCanonicalName()
                                + ".class)  // refused 1 time");
        refused.close();
    }

    @Test
    void keepsNoMoreThanItMay() {
        for (int i = 0; i < 10; i++) {
            read("com.acme.Name" + i);
        }
        assertThat(refused.lines()).hasSize(3);
        assertThat(refused.notKept()).isEqualTo(7);
    }

    @Test
    void takesNoNoteOfOtherErrorsAndOfNamesThatAreNone() {
        assertThatThrownBy(() -> Samples.decode(codec, new byte[] {'C'})).isInstanceOf(SerializationException.class);
        byte[] body = Samples.byHand(out -> Samples.object(out, "evil\r\nname", "x", 1));
        assertThatThrownBy(() -> Samples.decode(codec, body)).isInstanceOf(SerializationException.class);
        assertThat(refused.lines()).isEmpty();
    }

    @Test
    void givesTheDerivedListAsText() {
        List<String> lines = Samples.shop().asText().lines().toList();
        assertThat(lines)
                .contains(Samples.Circle.class.getName(), Samples.User.class.getName())
                .doesNotContain("java.lang.String")
                .isSorted();
    }
}
