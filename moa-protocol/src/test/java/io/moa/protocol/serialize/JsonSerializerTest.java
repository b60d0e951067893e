package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.moa.protocol.serialize.SerializationException.Reason;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSerializerTest {

    private final JsonSerializer json = new JsonSerializer();
    private final AllowList shop = Samples.shop();

    private @Nullable Object read(Type type, String text) {
        return Samples.decode(json.result(type, shop), text.getBytes(StandardCharsets.UTF_8));
    }

    private String write(Type type, @Nullable Object value) {
        return new String(Samples.encode(json.result(type, shop), value), StandardCharsets.UTF_8);
    }

    static Stream<Object> values() {
        return Stream.of(
                1,
                Long.MAX_VALUE,
                1.5,
                true,
                "Zoë 😀",
                new BigDecimal("1.10"),
                new BigInteger("123456789012345678901234567890"),
                UUID.fromString("00000000-0000-0001-0000-000000000002"),
                Locale.GERMANY,
                Instant.ofEpochSecond(1, 5),
                LocalDate.of(2026, 1, 2),
                LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6),
                OffsetDateTime.of(2026, 1, 1, 1, 1, 1, 1, ZoneOffset.ofHours(8)),
                Duration.ofSeconds(90),
                OptionalInt.of(3),
                Samples.Colour.RED,
                Samples.user(),
                new Samples.Query(null, Optional.of(LocalDate.EPOCH), 3),
                new Samples.Query("x", Optional.empty(), 3));
    }

    @ParameterizedTest
    @MethodSource("values")
    void carriesTheValueWhereItsClassIsDeclared(Object value) {
        assertThat(Samples.roundTrip(json.result(value.getClass(), shop), value))
                .isEqualTo(value);
        assertThat((Object[]) Samples.roundTrip(
                        json.arguments(List.of(value.getClass(), int.class), shop), new Object[] {value, 5}))
                .containsExactly(value, 5);
    }

    interface Generic {
        Map<Samples.Colour, List<Samples.User>> users(List<Samples.Page<LocalDate>> pages, Optional<String> text);
    }

    @Test
    void bindsToGenericTypes() throws NoSuchMethodException {
        Method method = Generic.class.getMethod("users", List.class, Optional.class);
        Object[] arguments = {List.of(new Samples.Page<>(List.of(LocalDate.EPOCH), "n")), Optional.empty()};
        BodyCodec codec = json.arguments(List.of(method.getGenericParameterTypes()), shop);
        assertThat((Object[]) Samples.roundTrip(codec, arguments)).containsExactly(arguments);
        Map<Samples.Colour, List<Samples.User>> result = Map.of(Samples.Colour.BLUE, List.of(Samples.user()));
        assertThat(Samples.roundTrip(json.result(method.getGenericReturnType(), shop), result))
                .isEqualTo(result);
    }

    @Test
    void writesAnEmojiInItsFourBytesAndHalfOfOneAsAnEscape() {
        assertThat(write(String.class, "🍵 中文")).isEqualTo("\"🍵 中文\"");
        assertThat(write(String.class, "🍵".repeat(40_000))).isEqualTo("\"" + "🍵".repeat(40_000) + "\"");
        assertThat(write(String.class, "a\ud83d")).isEqualToIgnoringCase("\"a\\ud83d\"");
        assertThat(read(String.class, write(String.class, "\udf75\ud83c x"))).isEqualTo("\udf75\ud83c x");
        assertThat(write(Map.class, Map.of("🍵", 1))).isEqualTo("{\"🍵\":1}");
    }

    @Test
    void writesTimesAsIsoTexts() {
        assertThat(write(LocalDate.class, LocalDate.of(2026, 1, 2))).isEqualTo("\"2026-01-02\"");
        assertThat(write(Duration.class, Duration.ofMinutes(2))).isEqualTo("\"PT2M\"");
        assertThat(write(Instant.class, Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00Z\"");
    }

    @Test
    void keepsTheOffsetOfAZonedTimeForIsoHasNoZones() {
        ZonedDateTime time = ZonedDateTime.of(2026, 1, 1, 1, 1, 1, 1, ZoneId.of("Asia/Shanghai"));
        assertThat(Samples.roundTrip(json.result(ZonedDateTime.class, shop), time))
                .isEqualTo(time.withFixedOffsetZone());
    }

    @Test
    void writesArgumentsAsAnArray() {
        BodyCodec codec = json.arguments(List.of(String.class, int[].class, Samples.Car.class), shop);
        assertThat(Samples.encode(codec, new Object[] {"a", new int[] {1}, new Samples.Car(2)}))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("[\"a\",[1],{\"doors\":2}]");
        assertThat(Samples.encode(json.arguments(List.of(), shop), new Object[0]))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("[]");
        assertThat(write(void.class, null)).isEqualTo("null");
        assertThat(read(void.class, "null")).isNull();
    }

    @Test
    void readsAnyJsonWhereObjectIsDeclared() {
        Object value = read(
                Object.class,
                "{\"a\":[1,3000000000,123456789012345678901234567890,1.10,1e400,\"x\",true,null],\"@class\":\"java.lang.ProcessBuilder\"}");
        assertThat(value)
                .isEqualTo(Map.of(
                        "a",
                        Arrays.asList(
                                1,
                                3_000_000_000L,
                                new BigInteger("123456789012345678901234567890"),
                                new BigDecimal("1.10"),
                                new BigDecimal("1e400"),
                                "x",
                                true,
                                null),
                        "@class",
                        "java.lang.ProcessBuilder"));
    }

    @Test
    void readsAnyNumberOfUntypedArgumentsForGenericCalls() {
        BodyCodec codec = json.untypedArguments();
        Object[] arguments = {1, "two", Map.of("three", List.of(new BigDecimal("3.30"))), null};
        assertThat((Object[]) Samples.roundTrip(codec, arguments)).containsExactly(arguments);
        assertThat((Object[]) Samples.decode(codec, "[]".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void treatsTypeKeysAsPlainData() {
        for (String key : List.of("@class", "@type", "class", "@c", "$type", "=")) {
            String text = "{\"" + key + "\":\"java.lang.ProcessBuilder\",\"doors\":4}";
            assertThat(read(Samples.Car.class, text)).isEqualTo(new Samples.Car(4));
            assertThat(read(Object.class, text)).isEqualTo(Map.of(key, "java.lang.ProcessBuilder", "doors", 4));
            String array = "[\"java.lang.ProcessBuilder\",{\"command\":[\"id\"]}]";
            assertThat(read(Object.class, array))
                    .isEqualTo(List.of("java.lang.ProcessBuilder", Map.of("command", List.of("id"))));
        }
    }

    record HasClass(Class<?> type) {}

    @Test
    void loadsNoClassThatATextNames() {
        assertThatThrownBy(() -> read(HasClass.class, "{\"type\":\"java.lang.ProcessBuilder\"}"))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("java.lang.Class");
        assertThatThrownBy(() -> read(Class.class, "\"java.lang.ProcessBuilder\""))
                .isInstanceOf(SerializationException.class);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface Annotated {}

    record Allowed(int x) implements Annotated {}

    record Refused(int x) implements Annotated {}

    @Test
    void asksTheAllowListWhereATypeIsAnnotatedForClassNames() {
        BodyCodec codec = json.result(Annotated.class, shop.plus(Allowed.class));
        assertThat(Samples.roundTrip(codec, new Allowed(1))).isEqualTo(new Allowed(1));
        byte[] refused = ("{\"@class\":\"" + Refused.class.getName() + "\",\"x\":1}").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Samples.decode(codec, refused)).isInstanceOf(SerializationException.class);
    }

    record Holder(List<Annotated> all) {}

    @Test
    void refusalPrintsTheLineToAddAndIsNoted() {
        RefusedNames notes = new RefusedNames();
        JsonSerializer learning = new JsonSerializer(SerializationLimits.DEFAULTS, notes);
        String object = "{\"@class\":\"" + Refused.class.getName() + "\",\"x\":1}";
        String line = "add @SubTypes(" + Refused.class.getName().replace('$', '.') + ".class)";
        BodyCodec one = learning.result(Annotated.class, shop);
        BodyCodec inside = learning.arguments(List.of(Holder.class), shop);
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowableOfType(
                            SerializationException.class,
                            () -> Samples.decode(one, object.getBytes(StandardCharsets.UTF_8))))
                    .hasMessageContaining(line)
                    .extracting(SerializationException::reason)
                    .isEqualTo(Reason.REFUSED);
        }
        assertThatThrownBy(
                        () -> Samples.decode(inside, ("[{\"all\":[" + object + "]}]").getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining(line);
        assertThat(notes.lines()).singleElement().asString().contains("refused 3 times");
    }

    @Test
    void namesTheArgumentAndThePathButNotTheContent() {
        BodyCodec codec = json.arguments(List.of(int.class, Generic2.class), shop);
        assertThatThrownBy(() -> Samples.decode(
                        codec,
                        "[1,{\"users\":{\"secretKey\":[{\"id\":1},{\"id\":\"secretValue\"}]}}]"
                                .getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("argument 1.users[key][1].id")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> Samples.decode(codec, "[\"secret\",null]".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("At argument 0 (int) stands a text, which cannot be read as int.")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> read(Samples.User.class, "{\"created\":\"secret\"}"))
                .hasMessageContaining("the result.created")
                .hasMessageContaining("java.time.LocalDateTime")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> read(Samples.User.class, "{\"colour\":\"SECRET\"}"))
                .hasMessageContaining("colour")
                .hasMessageNotContaining("SECRET");
        assertThatThrownBy(() -> read(Samples.User.class, "{\"id\":secret}")).hasMessageNotContaining("secret");
    }

    @Test
    void namesTheArgumentAsTheInterfaceDoes() {
        BodyCodec codec = json.arguments(
                List.of(String.class, int.class, Generic2.class), List.of("item", "count", "page"), shop);
        assertThatThrownBy(() -> Samples.decode(codec, "[\"a\",\"secret\",null]".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("At argument 1 \"count\" (int) stands a text, which cannot be read as int.");
        assertThatThrownBy(() -> Samples.decode(
                        codec, "[\"a\",1,{\"users\":{\"k\":[{\"id\":true}]}}]".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("argument 2 \"page\".users[key][0].id (" + Generic2.class.getTypeName() + ")");
        assertThatThrownBy(() -> Samples.decode(codec, "[\"a\",1]".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("The method has 3 parameters (item, count, page), and 2 arguments came.");
        assertThatThrownBy(() -> Samples.decode(codec, "[\"a\",1,null,4]".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("The method has 3 parameters (item, count, page), and more arguments came.");
    }

    @Test
    void takesNoNumberForATextAndNoBlankForAValue() {
        for (Class<?> type : List.of(
                int.class,
                Integer.class,
                long.class,
                Long.class,
                short.class,
                double.class,
                Double.class,
                BigDecimal.class,
                BigInteger.class,
                boolean.class,
                Boolean.class,
                UUID.class,
                LocalDate.class,
                Instant.class,
                Samples.Colour.class)) {
            for (String text : List.of("\"\"", "\" \"", "\"x\"", "\"true\"", "{}")) {
                assertThatExceptionOfType(SerializationException.class)
                        .as(type + " " + text)
                        .isThrownBy(() -> read(type, text));
            }
        }
        for (String other : List.of("1", "1.5", "true", "[]", "{}")) {
            assertThatThrownBy(() -> read(String.class, other)).as(other).isInstanceOf(SerializationException.class);
        }
        assertThatThrownBy(() -> read(boolean.class, "1")).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> read(int.class, "true")).isInstanceOf(SerializationException.class);
        assertThat(read(double.class, "1")).isEqualTo(1.0);
        assertThat(read(Locale.class, "\"\"")).isEqualTo(Locale.ROOT);
    }

    @Test
    void takesDigitsInATextForANumberBecauseSomeLanguagesHaveNoneOf64Bits() {
        assertThat(read(long.class, "\"9223372036854775807\"")).isEqualTo(Long.MAX_VALUE);
        assertThat(read(Long.class, "9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(read(BigDecimal.class, "\"1.10\"")).isEqualTo(new BigDecimal("1.10"));
        assertThatThrownBy(() -> read(long.class, "\"9223372036854775808\""))
                .isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> read(int.class, "\"1.5\"")).isInstanceOf(SerializationException.class);
    }

    record Price(BigDecimal amount) {}

    /** A number of a few bytes may have digits without end, which the first sum would write out. */
    @ParameterizedTest
    @ValueSource(strings = {"1e1001", "1e100000000", "-9.9E+999999999", "1e-1001", "1e-100000000", "12e-1000000000"})
    void aDecimalOfMoreThanAThousandDigitsWrittenOutIsRefusedWhereverItStands(String number) {
        for (Type type : List.of(BigDecimal.class, Number.class, Object.class, JsonNode.class)) {
            assertTooLong(type, number, "digits");
        }
        assertTooLong(new TypeReference<List<Object>>() {}.getType(), "[[{\"a\":" + number + "}]]", "the result[0] (");
        assertTooLong(ObjectNode.class, "{\"a\":" + number + "}", "digits");
        assertTooLong(ArrayNode.class, "[" + number + "]", "digits");
        assertTooLong(Price.class, "{\"amount\":" + number + "}", "the result.amount (");
        assertTooLong(BigDecimal.class, "\"" + number + "\"", "digits");
        assertTooLong(Number.class, "\"" + number + "\"", "digits");
        assertTooLong(new TypeReference<Map<BigDecimal, Integer>>() {}.getType(), "{\"" + number + "\":1}", "digits");
        BodyCodec codec = json.arguments(List.of(int.class, new TypeReference<List<BigDecimal>>() {}.getType()), shop);
        assertThatThrownBy(() -> Samples.decode(codec, ("[1,[1," + number + "]]").getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith("At argument 1[1] (")
                .hasMessageContaining("has more than 1000 digits before its point or behind it");
    }

    private void assertTooLong(Type type, String text, String place) {
        SerializationException e = catchThrowableOfType(SerializationException.class, () -> read(type, text));
        assertThat(e).as(type + " " + text).isNotNull();
        assertThat(e.reason()).as(type + " " + text).isEqualTo(Reason.OVER_LIMIT);
        assertThat(e).hasMessageContaining(place).hasMessageContaining("more than 1000 digits");
    }

    @Test
    void decimalsOfOrdinarySizeAreExact() {
        assertThat(read(BigDecimal.class, "1e999")).isEqualTo(new BigDecimal("1e999"));
        assertThat(read(BigDecimal.class, "1.5e-999")).isEqualTo(new BigDecimal("1.5e-999"));
        assertThat(read(Number.class, "4.9e-324")).isEqualTo(new BigDecimal("4.9e-324"));
        assertThat(read(Number.class, "7")).isEqualTo(7);
        assertThat(read(Object.class, "[1.7976931348623157e308,3]"))
                .isEqualTo(List.of(new BigDecimal("1.7976931348623157e308"), 3));
        assertThat(read(new TypeReference<Map<BigDecimal, Integer>>() {}.getType(), "{\"1.10\":1}"))
                .isEqualTo(Map.of(new BigDecimal("1.10"), 1));
        assertThat(read(JsonNode.class, "{\"a\":[1.10,null]}")).hasToString("{\"a\":[1.1,null]}");
        assertThatThrownBy(() -> read(new TypeReference<Map<BigDecimal, Integer>>() {}.getType(), "{\"secret\":1}"))
                .isInstanceOf(SerializationException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aNumberThatDoesNotFitNamesTheArgumentAndIsNoFaultOfTheSyntax() {
        BodyCodec codec = json.arguments(List.of(long.class, int.class), List.of("a", "b"), shop);
        for (String body : List.of("[9223372036854775808,3]", "{\"b\":3,\"a\":9223372036854775808}")) {
            assertThatThrownBy(() -> Samples.decode(codec, body.getBytes(StandardCharsets.UTF_8)))
                    .hasMessage(
                            "At argument 0 \"a\" (long) stands a whole number that is too large or too small for long.");
        }
        assertThatThrownBy(() -> Samples.decode(codec, "[1,2147483648]".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("At argument 1 \"b\" (int) stands a whole number that is too large or too small for int.");
        assertThatThrownBy(() -> read(long.class, "-9223372036854775809"))
                .hasMessage("At the result (long) stands a whole number that is too large or too small for long.");
        assertThatThrownBy(() -> read(Samples.Car.class, "{\"doors\":2147483648}"))
                .hasMessageContaining("At the result.doors (")
                .hasMessageContaining("too large or too small for int");
        assertThatThrownBy(() -> read(Samples.Car.class, "{\"doors\":1,\"doors\":2}"))
                .hasMessageContaining("a name stands twice in an object, near byte");
        assertThatThrownBy(() -> read(Samples.Car.class, "{\"doors\":01}"))
                .hasMessageContaining("the JSON is not well-formed, near byte");
    }

    @Test
    void limitsAreToldByOurNames() {
        assertThatThrownBy(() -> read(Object.class, "[".repeat(33) + "]".repeat(33)))
                .hasMessage("JSON over a limit: it nests deeper than 32 (jsonMaxDepth).");
        assertThatThrownBy(() -> read(Object.class, "\"" + "x".repeat((4 << 20) + 1) + "\""))
                .hasMessage("JSON over a limit: it has a text of more than 4194304 characters (jsonMaxStringChars).");
        assertThatThrownBy(() -> read(Object.class, "1".repeat(101)))
                .hasMessage("JSON over a limit: it has a number of more than 100 characters (jsonMaxNumberChars).");
        assertThatThrownBy(() -> read(Object.class, "{\"" + "k".repeat(2_000) + "\":1}"))
                .hasMessage("JSON over a limit: it has a name of more than 1000 characters.");
        assertThatThrownBy(() -> new JsonSerializer(
                                SerializationLimits.builder().maxElements(16).build())
                        .result(Object.class, shop)
                        .decode(Unpooled.wrappedBuffer(
                                ("[1" + ",1".repeat(200) + "]").getBytes(StandardCharsets.UTF_8))))
                .hasMessage("JSON over a limit: it has more than 160 values and names (10 times maxElements).");
    }

    record Generic2(Map<String, List<Samples.User>> users) {}

    @Test
    void refusesWhatIsNotExactlyOneBody() {
        for (String text : List.of(
                "",
                " ",
                "{",
                "[1",
                "1 2",
                "{} {}",
                "nul",
                "{\"doors\":1,\"doors\":2}",
                "{\"doors\":01}",
                "'x'",
                "{doors:1}",
                "[1]]",
                "\u0000",
                "NaN")) {
            assertThatThrownBy(() -> read(Object.class, text)).as(text).isInstanceOf(SerializationException.class);
            assertThatThrownBy(() -> read(Samples.Car.class, text)).as(text).isInstanceOf(SerializationException.class);
        }
        BodyCodec two = json.arguments(List.of(int.class, int.class), shop);
        for (String text :
                List.of("[]", "[1]", "[1,2,3]", "{}", "1", "[1,2] 3", "[1,2", "[1,2.5]", "[1,null]", "null", "")) {
            assertThatThrownBy(() -> Samples.decode(two, text.getBytes(StandardCharsets.UTF_8)))
                    .as(text)
                    .isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void limitsDepthAndLengths() {
        assertOverLimit("[".repeat(33) + "]".repeat(33));
        assertOverLimit("[".repeat(100_000));
        assertOverLimit("{\"a\":".repeat(100_000));
        assertOverLimit("\"" + "x".repeat((4 << 20) + 1) + "\"");
        assertOverLimit("1".repeat(101));
        assertOverLimit("{\"" + "k".repeat(2_000) + "\":1}");
        assertThat(read(Object.class, "[".repeat(32) + "]".repeat(32))).isInstanceOf(List.class);
        BodyCodec large = new JsonSerializer(SerializationLimits.DEFAULTS).result(String.class, shop);
        String text = "x".repeat(4 << 20);
        assertThat(Samples.roundTrip(large, text)).isEqualTo(text);
        BodyCodec small = new JsonSerializer(SerializationLimits.builder()
                        .jsonMaxStringChars(1 << 20)
                        .build())
                .result(String.class, shop);
        assertThatThrownBy(() -> Samples.roundTrip(small, "x".repeat((1 << 20) + 1)))
                .isInstanceOf(SerializationException.class);
    }

    private void assertOverLimit(String text) {
        SerializationException e = catchThrowableOfType(SerializationException.class, () -> read(Object.class, text));
        assertThat(e).isNotNull();
        assertThat(e.reason()).isEqualTo(Reason.OVER_LIMIT);
    }

    @Test
    void saysThatAnInterfaceCannotBeRead() {
        assertThatThrownBy(() -> read(Samples.Shape.class, "{}"))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Shape")
                .hasMessageContaining("declare a class");
    }

    @Test
    void saysThatACycleCannotBeWritten() {
        Pair pair = new Pair();
        pair.other = pair;
        assertThatThrownBy(() -> write(Pair.class, pair)).isInstanceOf(SerializationException.class);
    }

    public static class Pair {
        public @Nullable Pair other;
    }

    @Test
    void answersEveryTruncationAndMutationWithAnErrorOrAValue() {
        BodyCodec codec = json.arguments(List.of(Samples.User.class, Object.class), shop);
        byte[] body = Samples.encode(codec, new Object[] {Samples.user(), Map.of("a", List.of(1, "é", 2.5))});
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> Samples.decode(codec, cut)).isInstanceOf(SerializationException.class);
        }
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] mutated = body.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                mutated[random.nextInt(body.length)] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "{}[]:,\"0e-.nt\\u".charAt(random.nextInt(15));
            }
            try {
                Samples.decode(codec, mutated);
            } catch (SerializationException e) {
                // As it should be.
            } catch (Throwable e) {
                fail(new String(mutated, StandardCharsets.UTF_8), e);
            }
        }
    }
}
