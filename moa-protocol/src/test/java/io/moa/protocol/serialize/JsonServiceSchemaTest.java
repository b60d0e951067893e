package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.moa.annotation.SubTypes;
import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a schema says is held against the codec, with a validator that is not ours. */
class JsonServiceSchemaTest {

    private static final ObjectMapper PLAIN = new ObjectMapper()
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);

    private static final JsonSchemaFactory VALIDATORS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    enum Size {
        SMALL,
        @JsonProperty("large")
        LARGE {}
    }

    record Item(String name, int count, @Nullable Long weight, Size size, Optional<LocalDate> since) {}

    record Tree<T>(T value, List<Tree<T>> children) {}

    record Named(
            @JsonProperty("the-name") String name,
            @JsonAlias("n") int amount) {}

    record Hidden(@JsonIgnore String secret, int shown) {}

    record Sparse(
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) int count,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String text) {}

    /** Written with a property that is not read. */
    public static class Bean {
        private int count;
        private @Nullable Bean next;

        public int getCount() {
            return count;
        }

        public void setCount(int value) {
            count = value;
        }

        public @Nullable Bean getNext() {
            return next;
        }

        public void setNext(@Nullable Bean value) {
            next = value;
        }

        public String getLabel() {
            return "bean" + count;
        }
    }

    /** Read from one text, written as one. */
    static final class Code {
        private final String text;

        private Code(String text) {
            this.text = text;
        }

        @JsonCreator
        static Code of(String text) {
            return new Code(text);
        }

        @JsonValue
        String text() {
            return text;
        }
    }

    /** Read from an object or, because Jackson finds the constructor, from a text. */
    public static class Loose {
        public int length;

        public Loose() {}

        public Loose(String text) {
            length = text.length();
        }
    }

    record Formatted(
            @JsonFormat(pattern = "dd.MM.yyyy") LocalDate day,
            @JsonFormat(shape = JsonFormat.Shape.STRING) int number) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Card.class, name = "card"),
        @JsonSubTypes.Type(value = Cash.class, name = "cash")
    })
    interface Payment {}

    record Card(String number) implements Payment {}

    record Cash(int coins) implements Payment {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface Shape {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    interface Plain {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
    @JsonSubTypes(@JsonSubTypes.Type(value = Wrapped.class, name = "w"))
    interface Wrapper {}

    record Wrapped(int x) implements Wrapper {}

    @SubTypes(Circle.class)
    interface Shop {
        boolean aBoolean(boolean value);

        byte aByte(byte value);

        short aShort(Short value);

        int anInt(int value);

        long aLong(long value);

        Long boxed(Long value);

        float aFloat(float value);

        double aDouble(Double value);

        char aChar(char value);

        BigInteger bigInteger(BigInteger value);

        BigDecimal bigDecimal(BigDecimal value);

        String text(String value);

        byte[] bytes(byte[] value);

        int[] ints(int[] value);

        UUID uuid(UUID value);

        URI uri(URI value);

        Locale locale(Locale value);

        Currency currency(Currency value);

        Instant instant(Instant value);

        LocalDate date(LocalDate value);

        LocalDateTime dateTime(LocalDateTime value);

        LocalTime time(LocalTime value);

        OffsetDateTime offsetDateTime(OffsetDateTime value);

        OffsetTime offsetTime(OffsetTime value);

        ZonedDateTime zoned(ZonedDateTime value);

        Duration duration(Duration value);

        Period period(Period value);

        Year year(Year value);

        YearMonth yearMonth(YearMonth value);

        MonthDay monthDay(MonthDay value);

        DayOfWeek day(DayOfWeek value);

        ZoneId zone(ZoneId value);

        ZoneOffset offset(ZoneOffset value);

        Date oldDate(Date value);

        OptionalInt optionalInt(OptionalInt value);

        OptionalLong optionalLong(OptionalLong value);

        OptionalDouble optionalDouble(OptionalDouble value);

        Optional<String> optional(Optional<String> value);

        Size size(Size value);

        Item item(Item value);

        List<Item> items(List<Item> value);

        Set<Integer> set(Set<Integer> value);

        Item[] array(Item[] value);

        Map<String, Item> map(Map<String, Item> value);

        Map<Size, Long> enumMap(Map<Size, Long> value);

        SortedMap<Integer, String> sorted(SortedMap<Integer, String> value);

        Tree<Long> tree(Tree<Long> value);

        Tree<Item> itemTree(Tree<Item> value);

        Named named(Named value);

        Hidden hidden(Hidden value);

        Sparse sparse(Sparse value);

        Bean bean(Bean value);

        Code code(Code value);

        Loose loose(Loose value);

        Formatted formatted(Formatted value);

        Payment payment(Payment value);

        List<Payment> payments(List<Payment> value);

        Shape shape(Shape value);

        Wrapper wrapper(Wrapper value);

        Object any(Object value);
    }

    private final JsonSerializer json = new JsonSerializer();
    private final AllowList allowed = AllowList.ofService(Shop.class);
    private final JsonNode described = described(Shop.class, allowed);

    private JsonNode described(Class<?> service, AllowList list) {
        return plain(json.describe(form(service, list)));
    }

    private static ServiceForm form(Class<?> service, AllowList list) {
        return new ServiceForm(
                ServiceId.of(service.getSimpleName()),
                Arrays.stream(service.getMethods())
                        .map(method -> new ServiceForm.Method(
                                new NamedMethod(
                                        MethodId.of(method.getName(), method.getParameterTypes()),
                                        Arrays.stream(method.getParameters())
                                                .map(Parameter::getName)
                                                .toList()),
                                List.of(method.getGenericParameterTypes()),
                                method.getGenericReturnType()))
                        .toList(),
                list);
    }

    private static JsonNode plain(String text) {
        try {
            return PLAIN.readTree(text);
        } catch (java.io.IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static JsonNode method(JsonNode described, String name) {
        for (JsonNode each : described.get("methods")) {
            if (each.get("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no method " + name + " in " + described);
    }

    private static Method reflected(String name) {
        return Arrays.stream(Shop.class.getMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode argumentSchema(String method) {
        return method(described, method).at("/parameters/0/schema");
    }

    private JsonNode resultSchema(String method) {
        return method(described, method).get("result");
    }

    private final Map<JsonNode, JsonSchema> validators = new HashMap<>();

    private Set<ValidationMessage> complaints(JsonNode schema, String value) {
        return validators.computeIfAbsent(schema, this::validator).validate(plain(value));
    }

    private JsonSchema validator(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("$schema", described.get("$schema"));
        whole.set("$defs", described.get("$defs"));
        return VALIDATORS.getSchema(
                whole,
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
    }

    private BodyCodec arguments(String method) {
        return json.arguments(List.of(reflected(method).getGenericParameterTypes()), allowed);
    }

    private boolean isRead(String method, String value) {
        try {
            Samples.decode(arguments(method), ("[" + value + "]").getBytes(StandardCharsets.UTF_8));
            return true;
        } catch (SerializationException e) {
            return false;
        }
    }

    static Map<String, List<Object>> values() {
        Bean bean = new Bean();
        bean.setCount(3);
        bean.setNext(new Bean());
        Item item = new Item("top", 2, Long.MIN_VALUE, Size.LARGE, Optional.of(LocalDate.EPOCH));
        Item bare = new Item("", -1, null, Size.SMALL, Optional.empty());
        Loose loose = new Loose();
        Instant odd = Instant.ofEpochSecond(1, 5);
        Map<String, List<Object>> all = new TreeMap<>();
        all.put("aBoolean", List.of(true, false));
        all.put("aByte", List.of(Byte.MIN_VALUE, Byte.MAX_VALUE));
        all.put("aShort", List.of(Short.MIN_VALUE, Short.MAX_VALUE));
        all.put("anInt", List.of(0, Integer.MIN_VALUE, Integer.MAX_VALUE));
        all.put("aLong", List.of(0L, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 53) + 1));
        all.put("boxed", List.of(7L));
        all.put("aFloat", List.of(1.5f, Float.NaN, Float.NEGATIVE_INFINITY));
        all.put("aDouble", List.of(1.5, -0.0, 1e300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
        all.put("aChar", List.of('x', 'é', '"'));
        all.put("bigInteger", List.of(BigInteger.TEN.pow(90)));
        all.put(
                "bigDecimal",
                List.of(new BigDecimal("1.10"), new BigDecimal("-1E+3"), new BigDecimal("0." + "1".repeat(80))));
        all.put("text", List.of("", "a\n\u0000\u2028😀"));
        all.put("bytes", List.of(new byte[0], new byte[] {1, -1, 0}));
        all.put("ints", List.of(new int[] {1, 2}));
        all.put("uuid", List.of(new UUID(1, 2)));
        all.put("uri", List.of(URI.create("http://a/b?c"), URI.create("rel/x")));
        all.put("locale", List.of(Locale.GERMANY, Locale.ROOT));
        all.put("currency", List.of(Currency.getInstance("EUR")));
        all.put("instant", List.of(odd, Instant.EPOCH, Instant.parse("2026-01-02T03:04:05.123456789Z")));
        all.put("date", List.of(LocalDate.of(2026, 2, 28)));
        all.put("dateTime", List.of(LocalDateTime.of(2026, 1, 2, 3, 0), LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6)));
        all.put("time", List.of(LocalTime.MIDNIGHT, LocalTime.of(1, 2, 3, 4)));
        all.put(
                "offsetDateTime",
                List.of(
                        OffsetDateTime.of(2026, 1, 1, 1, 0, 0, 0, ZoneOffset.ofHours(8)),
                        odd.atOffset(ZoneOffset.UTC)));
        all.put(
                "offsetTime",
                List.of(OffsetTime.of(1, 0, 0, 0, ZoneOffset.UTC), OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(-3))));
        all.put("zoned", List.of(odd.atZone(ZoneOffset.ofHours(1))));
        all.put(
                "duration",
                List.of(
                        Duration.ZERO,
                        Duration.ofMillis(-1500),
                        Duration.ofDays(40).plusNanos(1)));
        all.put("period", List.of(Period.ZERO, Period.of(1, -2, 3)));
        all.put("year", List.of(Year.of(2026)));
        all.put("yearMonth", List.of(YearMonth.of(2026, 1)));
        all.put("monthDay", List.of(MonthDay.of(2, 29)));
        all.put("day", List.of(DayOfWeek.MONDAY));
        all.put("zone", List.of(ZoneId.of("Europe/Paris"), ZoneOffset.UTC));
        all.put("offset", List.of(ZoneOffset.UTC, ZoneOffset.ofHoursMinutes(-3, -30)));
        all.put("oldDate", List.of(new Date(5)));
        all.put("optionalInt", List.of(OptionalInt.empty(), OptionalInt.of(3)));
        all.put("optionalLong", List.of(OptionalLong.empty(), OptionalLong.of(Long.MAX_VALUE)));
        all.put("optionalDouble", List.of(OptionalDouble.empty(), OptionalDouble.of(1.5)));
        all.put("optional", List.of(Optional.empty(), Optional.of("x")));
        all.put("size", List.of(Size.SMALL, Size.LARGE));
        all.put("item", List.of(item, bare));
        all.put("items", List.of(List.of(), Arrays.asList(item, null)));
        all.put("set", List.of(Set.of(1)));
        all.put("array", List.of((Object) new Item[] {item}));
        all.put("map", List.of(Map.of("a", item)));
        all.put("enumMap", List.of(new EnumMap<>(Map.of(Size.LARGE, 5L))));
        all.put("sorted", List.of(new TreeMap<>(Map.of(1, "a"))));
        all.put("tree", List.of(new Tree<>(1L, List.of(new Tree<>(Long.MAX_VALUE, List.of())))));
        all.put("itemTree", List.of(new Tree<>(item, List.of(new Tree<>(bare, List.of())))));
        all.put("named", List.of(new Named("x", 1)));
        all.put("hidden", List.of(new Hidden("s", 1)));
        all.put("sparse", List.of(new Sparse(1, "x"), new Sparse(1, null)));
        all.put("bean", List.of(bean));
        all.put("code", List.of(Code.of("x")));
        all.put("loose", List.of(loose));
        all.put("formatted", List.of(new Formatted(LocalDate.EPOCH, 7)));
        all.put("payment", List.of(new Card("1"), new Cash(2)));
        all.put("payments", List.of(List.of(new Card("1"), new Cash(2))));
        all.put("shape", List.of(new Circle(1)));
        all.put("wrapper", List.of(new Wrapped(1)));
        all.put("any", List.of("x", 7, List.of(Map.of("a", true))));
        return all;
    }

    @Test
    void everyKindOfTypeHasSamples() {
        assertThat(values().keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Shop.class.getMethods())
                        .map(Method::getName)
                        .toList());
    }

    @Test
    void whatTheCodecWritesFitsTheSchemaOfArgumentsAndOfResults() {
        values().forEach((method, samples) -> {
            for (Object each : samples) {
                String list =
                        new String(Samples.encode(arguments(method), new Object[] {each}), StandardCharsets.UTF_8);
                String argument = list.substring(1, list.length() - 1);
                assertThat(complaints(argumentSchema(method), argument))
                        .as(method + " " + argument)
                        .isEmpty();
                String result = new String(
                        Samples.encode(json.result(reflected(method).getGenericReturnType(), allowed), each),
                        StandardCharsets.UTF_8);
                assertThat(complaints(resultSchema(method), result))
                        .as(method + " gives " + result)
                        .isEmpty();
                assertThat(isRead(method, argument)).as(method + " " + argument).isTrue();
            }
        });
    }

    @Test
    void nullFitsWhereItIsRead() {
        for (String method : values().keySet()) {
            assertThat(complaints(argumentSchema(method), "null").isEmpty())
                    .as(method)
                    .isEqualTo(isRead(method, "null"));
        }
    }

    /** A value that a type may have, and many that it may not. */
    private static final List<String> POOL = List.of(
            "true",
            "0",
            "-1",
            "7",
            "200",
            "256",
            "-129",
            "40000",
            "3000000000",
            "-9223372036854775808",
            "9223372036854775807",
            "9223372036854775808",
            "1e2",
            "1.5",
            "-1.10",
            "1" + "0".repeat(60),
            "\"\"",
            "\" \"",
            "\"7\"",
            "\"1.5\"",
            "\"true\"",
            "\"x\"",
            "\"xy\"",
            "\"NaN\"",
            "\"SMALL\"",
            "\"LARGE\"",
            "\"large\"",
            "\"small\"",
            "\"2026-01-02\"",
            "\"2026-13-02\"",
            "\"2026-01-02T03:04:05\"",
            "\"2026-01-02T03:04:05Z\"",
            "\"03:04:05\"",
            "\"03:04:05Z\"",
            "\"PT1S\"",
            "\"P1D\"",
            "\"EUR\"",
            "\"Euro\"",
            "\"00000000-0000-0001-0000-000000000002\"",
            "\"MONDAY\"",
            "\"AQID\"",
            "\"+01:00\"",
            "\"2026\"",
            "[]",
            "[1]",
            "[\"x\"]",
            "[null]",
            "[{}]",
            "[[1]]",
            "[1.5]",
            "{}",
            "{\"a\":1}",
            "{\"a\":{}}",
            "{\"a\":\"x\"}",
            "{\"SMALL\":1}",
            "{\"large\":1}",
            "{\"1\":\"x\"}",
            "{\"name\":\"x\",\"count\":1}",
            "{\"name\":7,\"count\":1}",
            "{\"name\":\"x\",\"count\":\"one\"}",
            "{\"count\":1.5}",
            "{\"count\":1,\"size\":\"HUGE\"}",
            "{\"count\":1,\"since\":\"x\"}",
            "{\"count\":1,\"next\":{\"count\":null}}",
            "{\"count\":1,\"next\":{\"count\":2}}",
            "{\"value\":1,\"children\":[{\"value\":2}]}",
            "{\"value\":1,\"children\":[{\"value\":\"two\"}]}",
            "{\"the-name\":\"x\",\"amount\":1}",
            "{\"n\":1}",
            "{\"shown\":1}",
            "{\"secret\":5,\"shown\":1}",
            "{\"kind\":\"card\",\"number\":\"1\"}",
            "{\"kind\":\"card\",\"number\":1}",
            "{\"kind\":\"cash\",\"coins\":\"x\"}",
            "{\"kind\":\"coin\",\"coins\":1}",
            "{\"number\":\"1\"}",
            "{\"@class\":\"" + Circle.class.getName() + "\",\"radius\":1}",
            "{\"@class\":\"" + Square.class.getName() + "\",\"side\":1}",
            "{\"@class\":\"java.lang.ProcessBuilder\"}",
            "{\"radius\":1}",
            "{\"w\":{\"x\":1}}",
            "{\"x\":1}");

    /** Of times and octets the codec takes numbers and lists too, as older forms of Jackson wrote them, and for names any number. */
    private static final Set<String> TAKES_MORE = Set.of(
            "locale",
            "uri",
            "instant",
            "date",
            "dateTime",
            "time",
            "offsetDateTime",
            "offsetTime",
            "zoned",
            "duration",
            "oldDate",
            "year",
            "yearMonth",
            "monthDay",
            "period",
            "bytes",
            "offset",
            "zone",
            "currency");

    /** Digits in a text are taken for a number, and a schema does not say so, or each number would be two types. */
    private static final Set<String> DIGITS = Set.of("\"7\"", "\"1.5\"", "\"2026\"");

    @Test
    void whatASchemaRefusesIsRefusedByTheCodec() {
        int refused = 0;
        for (String method : values().keySet()) {
            for (String value : POOL) {
                if (!complaints(argumentSchema(method), value).isEmpty()) {
                    refused++;
                    if (!TAKES_MORE.contains(method) && !DIGITS.contains(value)) {
                        assertThat(isRead(method, value))
                                .as(method + " of " + value)
                                .isFalse();
                    }
                }
            }
        }
        assertThat(refused).isGreaterThan(3_000);
    }

    /**
     * What no schema says here: which texts name a zone or a currency, that 1e2 is no whole number to the codec, what is required by one of
     * two names, and forms of the application.
     */
    private static final Set<String> SAYS_LESS = Set.of(
            "locale",
            "zone",
            "uri",
            "year",
            "currency",
            "code",
            "loose",
            "formatted",
            "wrapper",
            "bytes",
            "sorted",
            "named");

    @Test
    void whatASchemaAllowsIsReadByTheCodec() {
        for (String method : values().keySet()) {
            for (String value : POOL) {
                if (!SAYS_LESS.contains(method)
                        && !value.equals("1e2")
                        && complaints(argumentSchema(method), value).isEmpty()) {
                    assertThat(isRead(method, value))
                            .as(method + " of " + value)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aRecordWithTextsNumbersAndNullIsDescribed() {
        assertThat(argumentSchema("item"))
                .isEqualTo(plain("{\"anyOf\":[{\"$ref\":\"#/$defs/Item\"},{\"type\":\"null\"}]}"));
        assertThat(described.at("/$defs/Item")).isEqualTo(plain("""
                                {"type":"object","properties":{
                                  "name":{"type":["string","null"]},
                                  "count":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"format":"int32"},
                                  "weight":{"type":["integer","null"],"minimum":-9223372036854775808,"maximum":9223372036854775807,"format":"int64"},
                                  "size":{"anyOf":[{"$ref":"#/$defs/Size"},{"type":"null"}]},
                                  "since":{"type":["string","null"],"format":"date"}},
                                 "required":["count"]}
                                """));
        assertThat(described.at("/$defs/Size")).isEqualTo(plain("{\"enum\":[\"SMALL\",\"large\"]}"));
        assertThat(described.at("/$defs/Item.result").isMissingNode()).isTrue();
    }

    @Test
    void aTypeThatIsWrittenOtherwiseThanReadIsThereTwice() {
        assertThat(described.at("/$defs/Bean/properties").has("label")).isFalse();
        assertThat(described.at("/$defs/Bean.result/properties").has("label")).isTrue();
        assertThat(described
                        .at("/$defs/Bean.result/properties/next/anyOf/0/$ref")
                        .asText())
                .isEqualTo("#/$defs/Bean.result");
        assertThat(resultSchema("bean").at("/anyOf/0/$ref").asText()).isEqualTo("#/$defs/Bean.result");
        assertThat(argumentSchema("bean").at("/anyOf/0/$ref").asText()).isEqualTo("#/$defs/Bean");
    }

    @Test
    void whatMayBeLeftOutOfAResultIsNotRequiredThere() {
        assertThat(complaints(resultSchema("sparse"), "{}")).isEmpty();
        assertThat(complaints(argumentSchema("sparse"), "{}")).isNotEmpty();
        assertThat(isRead("sparse", "{}")).isFalse();
    }

    @Test
    void whatIsIgnoredIsNotDescribed() {
        assertThat(described.at("/$defs/Hidden/properties").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("shown");
    }

    interface Two {
        void none();

        @SuppressWarnings("unused")
        int sum(int left, List<Plain> right);

        String sum(Thread one);
    }

    @Test
    void aServiceIsDescribedInAnOrderThatStays() {
        AllowList none = AllowList.ofService(Two.class);
        String text = json.describe(form(Two.class, none));
        assertThat(text).isEqualTo(new JsonSerializer().describe(form(Two.class, none)));
        JsonNode two = plain(text);
        assertThat(two.get("service").asText()).isEqualTo("Two");
        assertThat(two.get("methods")).hasSize(3);
        assertThat(two.at("/methods/0"))
                .isEqualTo(plain(
                        "{\"name\":\"none\",\"signature\":\"()\",\"parameters\":[],\"result\":{\"type\":\"null\"}}"));
        assertThat(two.at("/methods/1/signature").asText()).isEqualTo("(int,java.util.List)");
        assertThat(two.at("/methods/1/parameters/0/name").asText()).isEqualTo("left");
        JsonNode right = two.at("/methods/1/parameters/1/schema/items");
        assertThat(right.get("type").asText()).isEqualTo("null");
        assertThat(right.get("description").asText()).contains("Plain", "cannot be read");
    }

    @Test
    void namesThatAreNotKnownAreLeftOut() {
        ServiceForm form = new ServiceForm(
                ServiceId.of("s"),
                List.of(new ServiceForm.Method(
                        new NamedMethod(MethodId.of("m", int.class), null), List.of(int.class), void.class)),
                AllowList.ofValues());
        assertThat(plain(json.describe(form)).at("/methods/0/parameters/0").has("name"))
                .isFalse();
    }

    public static class Undecided {
        public void setX(Map<String, String> value) {}

        public void setX(List<String> value) {}
    }

    interface Odd {
        void take(Undecided value);

        int give();
    }

    @Test
    void aMethodThatJsonCannotCarryIsSaidToBeSo() {
        JsonNode odd = described(Odd.class, AllowList.ofService(Odd.class));
        assertThat(method(odd, "take").get("unsupported").asText()).startsWith("JSON cannot carry this method");
        assertThat(method(odd, "take").has("parameters")).isFalse();
        assertThat(method(odd, "give").at("/result/format").asText()).isEqualTo("int32");
    }

    @Test
    void theWholeIsASchemaByItself() {
        ArrayNode list = PLAIN.createArrayNode();
        described.get("methods").forEach(each -> list.add(each.get("result")));
        assertThat(list).hasSize(values().size());
        JsonNode meta = plain("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}");
        assertThat(VALIDATORS.getSchema(meta).validate(described)).isEmpty();
        for (JsonNode each : described.get("methods")) {
            assertThat(VALIDATORS.getSchema(meta).validate(each.get("result"))).isEmpty();
            assertThat(VALIDATORS.getSchema(meta).validate(each.at("/parameters/0/schema")))
                    .isEmpty();
        }
    }
}
