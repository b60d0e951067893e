package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.invoke.MethodId;
import io.moa.invoke.Status;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which method a request means that names it without the types of its parameters. */
class MeantMethodTest {

    private static final NamedMethod TAKE = new NamedMethod(MethodId.of("take", String.class), List.of("item"));
    private static final NamedMethod TAKE_SOME =
            new NamedMethod(MethodId.of("take", String.class, int.class), List.of("item", "count"));
    private static final NamedMethod TAKE_KIND =
            new NamedMethod(MethodId.of("take", String.class, byte[].class), List.of("item", "kind"));
    private static final NamedMethod TAKE_NAMELESS = new NamedMethod(MethodId.of("take", int.class), null);
    private static final NamedMethod GREET = new NamedMethod(MethodId.of("greet"), List.of());
    private static final List<NamedMethod> ALL = List.of(TAKE, TAKE_SOME, TAKE_KIND, GREET);

    private static MeantMethod of(String method, String args, List<NamedMethod> methods) {
        String text = "{\"service\":\"shop.Stock\",\"method\":\"" + method + "\",\"args\":" + args + "}";
        return MeantMethod.of(
                new JsonRequestReader(SerializationLimits.DEFAULTS)
                        .read(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))),
                methods);
    }

    private static void assertFound(MeantMethod meant, NamedMethod expected) {
        assertThat(meant).isInstanceOfSatisfying(MeantMethod.Found.class, found -> assertThat(found.method())
                .isEqualTo(expected));
    }

    private static void assertUnclear(MeantMethod meant, Status status, String message) {
        assertThat(meant).isEqualTo(new MeantMethod.Unclear(status, message));
    }

    @Test
    void theOnlyOneOfItsNameIsMeantWhateverArgumentsCome() {
        assertFound(of("greet", "[]", ALL), GREET);
        assertFound(of("greet", "[1,2,3]", ALL), GREET); // the codec says what it takes
        assertFound(of("greet", "{\"x\":1}", ALL), GREET);
    }

    @Test
    void aSignatureNamesOneOfSeveral() {
        assertFound(of("take(java.lang.String,int)", "[1]", ALL), TAKE_SOME);
        assertFound(of("take(java.lang.String, byte[])", "null", ALL), TAKE_KIND);
        assertUnclear(
                of("take(long)", "[1]", ALL),
                Status.UNIMPLEMENTED,
                "shop.Stock has no method take(long) here; of that name there is take(java.lang.String item),"
                        + " take(java.lang.String item, int count), take(java.lang.String item, byte[] kind)");
        assertThat(of("take(\\u202e)", "[1]", ALL).toString()).contains("take(?)");
    }

    @Test
    void ofSeveralTheOneIsMeantThatTakesTheseArguments() {
        assertFound(of("take", "[\"a\"]", ALL), TAKE);
        assertFound(of("take", "{\"item\":\"a\"}", ALL), TAKE);
        assertFound(of("take", "{\"count\":1,\"item\":\"a\"}", ALL), TAKE_SOME);
        assertFound(of("take", "{\"kind\":1,\"item\":\"a\"}", ALL), TAKE_KIND);
        assertFound(of("take", "{\"item\":1}", List.of(TAKE_NAMELESS, TAKE, TAKE_SOME)), TAKE);
    }

    @Test
    void whatSeveralCouldMeanIsRefusedWithAllOfThem() {
        assertUnclear(
                of("take", "[\"a\",1]", ALL),
                Status.INVALID_ARGUMENT,
                "shop.Stock has several methods take, and 2 take 2 arguments: name one with its types, such as"
                        + " \"take(java.lang.String)\". There is take(java.lang.String item), take(java.lang.String item,"
                        + " int count), take(java.lang.String item, byte[] kind)");
        assertUnclear(
                of("take", "{\"item\":1,\"cuont\":2}", List.of(TAKE, TAKE_SOME)),
                Status.INVALID_ARGUMENT,
                "shop.Stock has several methods take, and none takes arguments named item, cuont: name one with its types,"
                        + " such as \"take(java.lang.String)\". There is take(java.lang.String item),"
                        + " take(java.lang.String item, int count)");
        assertThat(of("take", "{\"item\":1,\"item\":2}", ALL)).isInstanceOf(MeantMethod.Unclear.class);
        assertThat(of("take", "[1]", List.of(TAKE, TAKE_NAMELESS)).toString()).contains("2 take 1 arguments");
        assertThat(of("take", "[1,2,3]", ALL).toString()).contains("none takes 3 arguments");
    }

    @Test
    void anUnknownNameIsToldWithTheNearest() {
        assertUnclear(
                of("great", "[]", ALL),
                Status.UNIMPLEMENTED,
                "shop.Stock has no method great here, perhaps greet is meant; its methods are take(java.lang.String item),"
                        + " take(java.lang.String item, int count), take(java.lang.String item, byte[] kind), greet()");
        List<NamedMethod> many = java.util.stream.IntStream.range(0, 25)
                .mapToObj(i -> new NamedMethod(new MethodId("m" + i, "()"), null))
                .toList();
        assertThat(of("unlike", "[]", many).toString())
                .contains("m19() and 5 more")
                .doesNotContain("m20", "perhaps");
    }

    @Test
    void aMethodHasAsManyNamesAsParameters() {
        assertThat(List.of(GREET.parameterCount(), TAKE.parameterCount(), TAKE_SOME.parameterCount()))
                .containsExactly(0, 1, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NamedMethod(MethodId.of("take", int.class), List.of("a", "b")))
                .withMessageContaining("1 parameters");
    }
}
