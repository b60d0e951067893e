package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Trace;
import io.moa.protocol.serialize.SerializationException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRequestTest {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String FULL = "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[\"top\",2],"
            + "\"group\":\"north\",\"version\":\"2\",\"timeoutMs\":300,\"caller\":\"web\",\"tag\":\"gray\",\"traceparent\":\""
            + TRACE
            + "\",\"tracestate\":\"a=b\",\"attachments\":{\"user\":\"7\",\"é\":\"😀\"},\"idempotencyKey\":\"k1\","
            + "\"criticality\":\"SHEDDABLE\",\"loadTest\":true,\"oneWay\":true}";

    private final JsonRequestReader reader = new JsonRequestReader(SerializationLimits.DEFAULTS);

    private JsonRequest read(String text) {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private JsonRequest read(byte[] text) {
        return reader.read(Unpooled.wrappedBuffer(text));
    }

    private static String call(String rest) {
        return "{\"service\":\"shop.Stock\",\"method\":\"reserve\"" + (rest.isEmpty() ? "" : "," + rest) + "}";
    }

    private static String arguments(JsonRequest request, @Nullable List<String> names) {
        ByteBuf list = request.argumentsFor(names);
        String text = list.toString(StandardCharsets.UTF_8);
        list.release();
        return text;
    }

    @Test
    void readsEveryField() {
        JsonRequest request = read(FULL);
        assertThat(request.service()).isEqualTo(new ServiceId("shop.Stock", "north", "2"));
        assertThat(request.method()).isEqualTo("reserve");
        assertThat(request.signature()).isNull();
        assertThat(request.timeoutMillis()).isEqualTo(300);
        assertThat(request.caller()).isEqualTo(new Caller("web", ""));
        Trace said = Trace.parse(TRACE);
        assertThat(request.baggage())
                .isEqualTo(new Baggage(
                        "gray",
                        true,
                        new Trace(said.traceIdHigh(), said.traceIdLow(), said.parentId(), 1, "a=b"),
                        Criticality.SHEDDABLE,
                        Map.of("user", "7", "é", "😀")));
        assertThat(request.idempotencyKey()).isEqualTo("k1");
        assertThat(request.oneWay()).isTrue();
        assertThat(request.argumentCount()).isEqualTo(2);
        assertThat(request.argumentNames()).isNull();
        assertThat(arguments(request, null)).isEqualTo("[\"top\",2]");
        assertThat(request).hasToString("JsonRequest[north/shop.Stock:2 reserve, 2 arguments]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"args\":null",
                "\"args\":[]",
                "\"args\":{}",
                "\"group\":null,\"version\":null,\"timeoutMs\":null,\"caller\":null,\"tag\":null,\"traceparent\":null,"
                        + "\"tracestate\":null,\"attachments\":null,\"idempotencyKey\":null,\"criticality\":null,"
                        + "\"loadTest\":null,\"oneWay\":null",
                "\"group\":\"\",\"version\":\"\",\"caller\":\"\",\"tag\":\"\",\"idempotencyKey\":\"\",\"attachments\":{}",
            })
    void whatIsLeftOutOrNullIsNotSaid(String rest) {
        JsonRequest request = read(call(rest));
        assertThat(request.service()).isEqualTo(ServiceId.of("shop.Stock"));
        assertThat(request.timeoutMillis()).isZero();
        assertThat(request.caller()).isSameAs(Caller.UNKNOWN);
        assertThat(request.baggage()).isSameAs(Baggage.EMPTY);
        assertThat(request.idempotencyKey()).isNull();
        assertThat(request.oneWay()).isFalse();
        assertThat(request.argumentCount()).isZero();
        assertThat(arguments(request, null)).isEqualTo("[]");
        assertThat(arguments(request, List.of())).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource({
        "shop.Stock,'',north,2",
        "north/shop.Stock,'','',2",
        "north/shop.Stock:2,'','',''",
        "north/shop.Stock:2,'',north,2",
    })
    void groupAndVersionAreSaidAloneOrWithTheService(String service, String none, String group, String version) {
        String text = "{\"service\":\"" + service + "\",\"method\":\"m\",\"group\":\"" + group + "\",\"version\":\""
                + version + "\"}";
        assertThat(read(text).service())
                .isEqualTo(
                        new ServiceId("shop.Stock", service.contains("/") || !group.isEmpty() ? "north" : none, "2"));
    }

    @Test
    void aServiceHasUpTo200CharactersWhateverBytesTheyTake() {
        ServiceId longest = new ServiceId("語".repeat(200), "é".repeat(64), "é".repeat(64));
        assertThat(read("{\"service\":\"" + longest + "\",\"method\":\"m\"}").service())
                .isEqualTo(longest);
        assertRefused("{\"service\":\"" + "語".repeat(201) + "\",\"method\":\"m\"}", "1 to 200 characters");
    }

    @Test
    void theMethodMayBeNamedWithItsTypes() {
        JsonRequest request = read("{\"service\":\"s\",\"method\":\"reserve(java.lang.String, int)\"}");
        assertThat(request.method()).isEqualTo("reserve");
        assertThat(request.signature()).isEqualTo("(java.lang.String,int)");
        assertRefused("{\"service\":\"s\",\"method\":\"(int)\"}", "\"method\"");
        assertRefused("{\"service\":\"s\",\"method\":\"reserve(int\"}", "\"method\"");
    }

    @Test
    void argumentsByPositionAreASliceOfALargeRequest() {
        ByteBuf in = Unpooled.copiedBuffer(
                "xx" + large(call("\"args\" : [ {\"a\" :[1]} , 2.50 ] ")), StandardCharsets.UTF_8);
        in.skipBytes(2);
        JsonRequest request = reader.read(in);
        assertThat(in.readerIndex()).isEqualTo(2);
        ByteBuf list = request.argumentsFor(List.of("a", "b"));
        assertThat(list.toString(StandardCharsets.UTF_8)).isEqualTo("[ {\"a\" :[1]} , 2.50 ]");
        in.setByte(in.indexOf(0, in.capacity(), (byte) '2'), '3');
        assertThat(list.toString(StandardCharsets.UTF_8)).as("not copied").isEqualTo("[ {\"a\" :[1]} , 3.50 ]");
        in.release();
        assertThat(list.refCnt()).isEqualTo(1);
        list.release();
    }

    @Test
    void aSmallRequestIsNeededNoMoreOnceItIsRead() {
        ByteBuf in = Unpooled.copiedBuffer(call("\"args\":[\"top\",2]"), StandardCharsets.UTF_8);
        JsonRequest request = reader.read(in);
        in.setZero(0, in.capacity()).release();
        assertThat(arguments(request, null)).isEqualTo("[\"top\",2]");
    }

    /** The same for whoever reads it, and too large to be read as a plain one. */
    private static String large(String request) {
        return request + " ".repeat(JsonPlainRequest.MAX_BYTES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"args\":[\"top\",2]",
                " \"args\" :\t[ \"a\\\"b\\\\\" , -0.5e+10 , [ ] , { } , { \"a\" : { \"a\" : null } } , true , false ] \r\n",
                "\"args\":{\"item\":\"a,b\",\"count\":[2, {\"x\":1}],\"item\":0}",
                "\"args\":[[[[[[[[[[1]]]]]]]]]]",
                "\"args\":[1,]",
                "\"args\":[01]",
                "\"args\":[-]",
                "\"args\":[1.]",
                "\"args\":[.5]",
                "\"args\":[+1]",
                "\"args\":[1e]",
                "\"args\":[truefalse]",
                "\"args\":[nul]",
                "\"args\":[\"\u0001\"]",
                "\"args\":[\"\\x\"]",
                "\"args\":[\"\\u00e9é語\"]",
                "\"args\":[\"\u007f\"]",
                "\"args\":[{1:2}]",
                "\"args\":[{\"a\"}]",
                "\"args\":[{\"a\":1,}]",
                "\"args\":[}",
                "\"args\":[],\"args\":[]",
                "\"args\":[1],\"timeoutMs\":2592000000",
                "\"timeoutMs\":2592000001",
                "\"timeoutMs\":0",
                "\"timeoutMs\":300.0",
                "\"caller\":\"\u007f\"",
                "\"caller\":\"\\u0061\",\"idempotencyKey\":\"\",\"tag\":\"gray\",\"group\":\"g\",\"version\":\"2\"",
                "\"traceparent\":\"" + TRACE + "\"",
                "\"oneWay\":true,\"args\":[1]",
                "\"unknown\":1",
                "\"service\":\"again\"",
            })
    void plainRequestsMeanWhatAllOthersMean(String rest) {
        assertThat(meaning(call(rest))).isEqualTo(meaning(large(call(rest))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"args\":[1],\"service\":\"shop.Stock\",\"method\":\"reserve\"}",
                "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[\"a\"]}",
                "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[\"a\"]} \r\n",
                "{\"service\":\"shop.Stock\",\"args\":{\"item\":\"top\"},\"method\":\"reserve\",\"timeoutMs\":300}",
                "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"caller\":\"web\",\"args\":[[],{}],\"tag\":\"gray\"}",
            })
    void aRequestThatSaysTheSameInTheSameWordsSharesWhatItSays(String first) {
        JsonEnvelope last = read(first).envelope();
        assertThat(last.isShort()).isTrue();
        int from = first.indexOf("\"args\":") + 7;
        int end = first.lastIndexOf(']') + 1;
        end = first.startsWith("{", from) ? first.indexOf('}') + 1 : end;
        for (String other : List.of(
                "[]", "[ 1 , \"b\" ]", "[\"x\",\"y\"]", "{\"item\":\"other\",\"count\":7}", "[\"語\"]", "[[[[[1]]]]]")) {
            String next = first.substring(0, from) + other + first.substring(end);
            JsonRequest shared = read(next, last);
            assertThat(shared.envelope() == last).as(next).isEqualTo(!other.contains("語"));
            assertThat(meaning(next, last)).isEqualTo(meaning(next)).isNotEqualTo("refused");
        }
        for (String other : List.of(
                "",
                "null",
                "1",
                "[",
                "[1]]",
                "[1],[2]",
                "[1],\"args\":[2]",
                "[1],\"method\":\"release\"",
                "[1]}",
                "[1,]",
                "{\"a\":1")) {
            String next = first.substring(0, from) + other + first.substring(end);
            assertThat(meaning(next, last)).as(next).isEqualTo(meaning(next));
        }
        assertThat(meaning(first.replace("reserve", "release"), last)).contains("release");
        assertThat(meaning(first + " ", last)).isEqualTo(meaning(first + " "));
    }

    @Test
    void whatIsWrittenInManyBytesIsNotRemembered() {
        String caller = "c".repeat(600);
        JsonRequest first = read(call("\"caller\":\"" + caller + "\",\"args\":[1]"));
        JsonRequest next = read(call("\"caller\":\"" + caller + "\",\"args\":[2]"), first.envelope());
        assertThat(first.envelope().isShort()).isFalse();
        assertThat(next.envelope()).isNotSameAs(first.envelope());
        assertThat(next.caller()).isEqualTo(new Caller(caller, ""));
    }

    @Test
    void howManyValuesARequestMayHaveCountsThoseThatWereRememberedToo() {
        JsonRequestReader few = new JsonRequestReader(
                SerializationLimits.builder().maxElements(16).build());
        JsonEnvelope last = few.read(bytes(call("\"args\":[1]"))).envelope();
        for (int values = 100; values < 180; values++) {
            String text = call("\"args\":[1" + ",1".repeat(values) + "]");
            Throwable alone = catchThrowable(() -> few.read(bytes(text)));
            Throwable shared = catchThrowable(() -> few.read(bytes(text), last));
            assertThat(shared == null).as(values + " values").isEqualTo(alone == null);
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    private JsonRequest read(String text, JsonEnvelope last) {
        return reader.read(bytes(text), last);
    }

    @Test
    void whateverChangesInAPlainRequestItMeansWhatAllOthersMean() {
        String whole = call(
                "\"timeoutMs\":300,\"caller\":\"web\",\"args\":[\"a longer \\\\ text\",-1.5e3,{\"a\":[true,null]}]");
        JsonEnvelope last = read(whole).envelope();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder changed = new StringBuilder(whole);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(changed.length());
                if (random.nextInt(4) == 0) {
                    changed.deleteCharAt(at);
                } else {
                    changed.setCharAt(
                            at,
                            random.nextInt(8) == 0
                                    ? (char) random.nextInt(0x180)
                                    : "{}[]:,\"0e-.nt\\u 1".charAt(random.nextInt(17)));
                }
            }
            String text = changed.toString();
            assertThat(meaning(text)).as(text).isEqualTo(meaning(large(text)));
            assertThat(meaning(text, last)).as(text).isEqualTo(meaning(text));
        }
    }

    /** All that a request says, or only that it is refused: the blanks of a large one may be what a text without an end goes on with. */
    private String meaning(String text) {
        return meaning(text, null);
    }

    private String meaning(String text, @Nullable JsonEnvelope last) {
        try {
            JsonRequest said = reader.read(bytes(text), last);
            List<String> names = said.argumentNames();
            return said + " " + names + " " + said.timeoutMillis() + " " + said.caller() + " " + said.baggage() + " "
                    + said.idempotencyKey() + " " + said.oneWay() + " "
                    + (names == null || names.stream().distinct().count() == names.size()
                            ? arguments(said, names)
                            : "");
        } catch (SerializationException e) {
            return "refused";
        }
    }

    @Test
    void argumentsByNameStandInTheOrderOfTheParameters() {
        JsonRequest request =
                read(call("\"args\":{\"count\" : 2 , \"it\\u0065m\":\"a,b\\\"} ,\" ,\"more\":{\"x\":[ ]}\n}"));
        assertThat(request.argumentNames()).containsExactly("count", "item", "more");
        assertThat(arguments(request, List.of("item", "more", "count"))).isEqualTo("[\"a,b\\\"} ,\",{\"x\":[ ]},2]");
        assertThat(arguments(request, List.of("count", "item", "more"))).isEqualTo("[2,\"a,b\\\"} ,\",{\"x\":[ ]}]");
    }

    @Test
    void namesThatDoNotFitAreToldWithTheKnownOnes() {
        JsonRequest request = read(call("\"args\":{\"itm\":1,\"count\":2}"));
        assertThatThrownBy(() -> request.argumentsFor(List.of("item", "count")))
                .hasMessage("reserve has no parameter \"itm\"; item may be meant. Its parameters are item, count.");
        assertThatThrownBy(() -> request.argumentsFor(List.of())).hasMessageContaining("It has none.");
        assertThatThrownBy(() -> request.argumentsFor(null))
                .hasMessageContaining("-parameters")
                .hasMessageContaining("@ParameterName");
        assertThatThrownBy(() -> read(call("\"args\":{\"count\":2}")).argumentsFor(List.of("item", "count", "note")))
                .hasMessage("reserve needs the arguments item, note too; a value that is null is sent as null.");
        assertThatThrownBy(() -> read(call("")).argumentsFor(List.of("item")))
                .hasMessageContaining("needs the argument item");
        assertThatThrownBy(
                        () -> read(call("\"args\":{\"a\":1,\"b\":2,\"a\":3}")).argumentsFor(List.of("a", "b")))
                .hasMessage("The argument \"a\" of reserve came twice.");
    }

    @Test
    void manyArgumentsByNameAreFoundWhateverBlanksStandBetween() {
        SplittableRandom random = new SplittableRandom(11);
        String[] values = {
            "1", "-2.5e3", "\"x\"", "\"😀 \\\\\\\" ,\"", "[1, 2 ,[]]", "{\"a\" : {} }", "true", "null", "\"\""
        };
        for (int round = 0; round < 60; round++) {
            int count = 1 + random.nextInt(40);
            List<String> names =
                    IntStream.range(0, count).mapToObj(i -> "p" + i).toList();
            List<String> said = names.stream()
                    .map(name -> values[random.nextInt(values.length)])
                    .toList();
            StringBuilder args = new StringBuilder(blanks(random) + "{");
            for (int i = count - 1; i >= 0; i--) {
                args.append(blanks(random))
                        .append('"')
                        .append(names.get(i))
                        .append('"')
                        .append(blanks(random))
                        .append(':')
                        .append(blanks(random))
                        .append(said.get(i))
                        .append(blanks(random))
                        .append(i == 0 ? "" : ",");
            }
            String text = call("\"tag\":\"" + "t".repeat(random.nextInt(900)) + "\",\"args\":" + args + "}");
            ByteBuf heap = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
            // A direct buffer is read in pieces of 8,000 bytes, and longer than one with these blanks.
            ByteBuf direct = Unpooled.directBuffer()
                    .writeBytes(("x" + " ".repeat(7_500) + text).getBytes(StandardCharsets.UTF_8))
                    .skipBytes(1);
            String expected = "[" + String.join(",", said) + "]";
            assertThat(arguments(reader.read(heap), names)).isEqualTo(expected);
            assertThat(arguments(reader.read(direct), names)).isEqualTo(expected);
            heap.release();
            direct.release();
        }
    }

    private static String blanks(SplittableRandom random) {
        return Stream.generate(() -> " \n\r\t".substring(random.nextInt(4)).substring(0, 1))
                .limit(random.nextInt(4))
                .collect(Collectors.joining());
    }

    @Test
    void unknownFieldsAreRefusedWithTheNearest() {
        assertRefused(call("\"timeout\":5"), "no field \"timeout\"; \"timeoutMs\" may be meant");
        assertRefused(call("\"trace\":\"x\""), "\"traceparent\" may be meant");
        assertRefused(call("\"arg\":[]"), "\"args\" may be meant");
        assertRefused(call("\"params\":[]"), "no field \"params\"", "Its fields are service, method, args");
        assertRefused(call("\"@class\":\"java.lang.ProcessBuilder\""), "no field \"@class\"");
        assertRefused(call("\"a\\u001b[31m\\u202eb\":1"), "no field \"a?[31m?b\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "service":7                      | "service" is a text, not a whole number
                    "service":["SECRET"]             | "service" is a text, not a list
                    "service":"a b"                  | "service" with group and version names no service
                    "service":"a:2/b"                | "service" with group and version names no service
                    "service":"s:1","version":"2"    | "version" says another version
                    "service":"g/s","group":"h"      | "group" says another group
                    "method":{"SECRET":1}            | "method" is a text, not an object
                    "args":"SECRET"                  | "args" is a list of arguments, or an object
                    "args":7                         | "args" is a list of arguments, or an object
                    "timeoutMs":"300"                | "timeoutMs" is a whole number of milliseconds
                    "timeoutMs":0                    | "timeoutMs" is a whole number of milliseconds, 1 to 2592000000
                    "timeoutMs":-1                   | "timeoutMs" is a whole number
                    "timeoutMs":1.5                  | "timeoutMs" is a whole number
                    "timeoutMs":2592000001           | "timeoutMs" is a whole number
                    "timeoutMs":99999999999999999999 | "timeoutMs" is a whole number
                    "caller":true                    | "caller" is a text, not a boolean
                    "caller":"SECRET\\n"             | "caller" has a control character at 6
                    "tag":"SECRET\\ud800"            | "tag" has half of a surrogate pair at 6
                    "tag":"\\udc00\\ud800"           | "tag" has half of a surrogate pair at 0
                    "idempotencyKey":7               | "idempotencyKey" is a text
                    "traceparent":7                  | "traceparent" is a text
                    "criticality":"SECRET"           | "criticality" is one of CRITICAL_PLUS
                    "criticality":1                  | "criticality" is a text
                    "loadTest":"true"                | "loadTest" is true or false, not a text
                    "oneWay":1                       | "oneWay" is true or false, not a whole number
                    "attachments":["SECRET"]         | "attachments" is an object of texts, not a list
                    "attachments":{"SECRET":7}       | "attachments" has texts as values, not a whole number
                    "attachments":{"S":"1","S":"2"}  | "attachments" has a name that stands twice
                    "attachments":{"S":"\\ud800"}    | "attachments" has half of a surrogate pair
                    """)
    void whatIsWrongNamesTheFieldAndNotTheContent(String field, String expected) {
        String name = field.substring(1, field.indexOf('"', 1));
        String others = Stream.of("service", "method")
                .filter(each -> !each.equals(name))
                .map(each -> "\"" + each + "\":\"shop\",")
                .filter(each -> !(field.contains("\"service\"") && each.contains("service")))
                .collect(Collectors.joining());
        assertRefused("{" + others + field + "}", expected);
    }

    @Test
    void everyFieldMayStandOnce() {
        for (String field :
                List.of("\"service\":\"s\"", "\"method\":\"m\"", "\"args\":[]", "\"tag\":null", "\"oneWay\":true")) {
            String name = field.substring(0, field.indexOf(':'));
            String twice = "{" + field + "," + field + "," + field + "}";
            assertRefused(twice, "The field " + name + " stands twice");
        }
    }

    @Test
    void aTraceThatIsNoneIsAsGoodAsNone() {
        for (String none : List.of(
                "",
                "SECRET",
                TRACE.toUpperCase(java.util.Locale.ROOT) + "x",
                TRACE.replace('0', '-'),
                "00-00000000000000000000000000000000-b7ad6b7169203331-01")) {
            assertThat(read(call("\"tracestate\":\"a=b\",\"traceparent\":\"" + none + "\""))
                            .baggage())
                    .isSameAs(Baggage.EMPTY);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CRITICAL_PLUS,critical-plus",
        "CRITICAL,critical",
        "SHEDDABLE_PLUS,sheddable-plus",
        "SHEDDABLE,sheddable"
    })
    void criticalityIsSaidAsInJavaOrAsInRules(Criticality expected, String inRules) {
        for (String text : List.of(expected.name(), inRules)) {
            assertThat(read(call("\"criticality\":\"" + text + "\"")).baggage().criticality())
                    .isEqualTo(expected);
        }
    }

    @Test
    void textsAreBoundedAsOnTheWire() {
        for (String field : List.of("caller", "tag", "idempotencyKey")) {
            assertThat(read(call("\"" + field + "\":\"" + "x".repeat(1_024) + "\"")))
                    .isNotNull();
            assertThat(read(call("\"" + field + "\":\"" + "é".repeat(512) + "\"")))
                    .isNotNull();
            assertOverLimit(call("\"" + field + "\":\"" + "x".repeat(1_025) + "\""), "\"" + field + "\"");
            assertOverLimit(call("\"" + field + "\":\"" + "é".repeat(513) + "\""), "\"" + field + "\"");
            assertOverLimit(call("\"" + field + "\":\"" + "x".repeat(4 << 20) + "\""), "\"" + field + "\"");
        }
        String entries =
                IntStream.range(0, 128).mapToObj(i -> "\"k" + i + "\":\"\"").collect(Collectors.joining(","));
        assertThat(read(call("\"attachments\":{" + entries + "}")).baggage().attachments())
                .hasSize(128);
        assertOverLimit(call("\"attachments\":{" + entries + ",\"more\":\"\"}"), "\"attachments\"");
        String chars = "x".repeat(Baggage.MAX_ATTACHMENT_CHARS - 1);
        assertThat(read(call("\"attachments\":{\"k\":\"" + chars + "\"}"))
                        .baggage()
                        .attachments())
                .containsEntry("k", chars);
        assertOverLimit(call("\"attachments\":{\"kk\":\"" + chars + "\"}"), "\"attachments\"");
    }

    @Test
    void depthAndNumbersAndNamesAreBoundedBeforeAnythingIsDecoded() {
        assertThat(read(call("\"args\":" + "[".repeat(32) + "]".repeat(32)))).isNotNull();
        assertOverLimit(call("\"args\":" + "[".repeat(33) + "]".repeat(33)), "\"args\"");
        assertOverLimit(call("\"args\":" + "[".repeat(100_000)), "\"args\"");
        assertOverLimit(call("\"args\":" + "{\"a\":".repeat(100_000)), "\"args\"");
        assertOverLimit("{\"args\":".repeat(100_000), "args");
        assertOverLimit(call("\"args\":{\"" + "k".repeat(2_000) + "\":1}"), "\"args\"");
        String named = IntStream.range(0, 256).mapToObj(i -> "\"k" + i + "\":0").collect(Collectors.joining(","));
        assertOverLimit(call("\"args\":{" + named + "}"), "255 arguments by name");
        JsonRequestReader small = new JsonRequestReader(
                SerializationLimits.builder().maxBodyBytes(1_024).build());
        assertThatThrownBy(() -> small.read(Unpooled.wrappedBuffer(new byte[1_025])))
                .hasMessageContaining("maxBodyBytes");
    }

    @Test
    void whatIsInArgumentsIsJudgedWhenTheyAreDecoded() {
        JsonSerializer json = new JsonSerializer(SerializationLimits.DEFAULTS);
        BodyCodec one = json.arguments(List.of(Object.class), Samples.shop());
        String longest = "x".repeat(4 << 20);
        assertThat(decoded(one, "[\"" + longest + "\"]")).containsExactly(longest);
        assertThat(decoded(one, "[123456789012345678901234567890.10]"))
                .containsExactly(new BigDecimal("123456789012345678901234567890.10"));
        assertThat(decoded(one, "[\"\\ud800\"]")).containsExactly("\ud800");
        for (String hostile : List.of(
                "[\"" + longest + "x\"]",
                "[" + "1".repeat(101) + "]",
                "[1." + "1".repeat(101) + "]",
                "[{\"a\":1,\"a\":2}]",
                "[[[{\"b\":{\"a\":1,\"a\":2}}]]]")) {
            assertThatThrownBy(() -> decoded(one, hostile))
                    .as(hostile.substring(0, 9))
                    .isInstanceOf(SerializationException.class);
        }
    }

    private @Nullable Object[] decoded(BodyCodec codec, String args) {
        ByteBuf list = read(call("\"args\":" + args)).argumentsFor(null);
        try {
            Object[] values = (Object[]) codec.decode(list);
            assertThat(values).isNotNull();
            return values;
        } finally {
            list.release();
        }
    }

    @Test
    void refusesWhatIsNotExactlyOneRequest() {
        for (String text : List.of(
                "",
                " ",
                "{",
                "[]",
                "null",
                "7",
                "{}",
                "{\"service\":\"s\"}",
                "{\"method\":\"m\"}",
                "{\"service\":null,\"method\":\"m\"}",
                "{\"service\":\"\",\"method\":\"m\"}",
                call("") + "x",
                call("") + " {}",
                call("") + "\u0000",
                "\ufeff" + call(""),
                "GET / HTTP/1.1",
                call("\"args\":[1,]"),
                call("\"args\":[1 2]"),
                call("\"args\":{\"a\":1 \"b\":2}"),
                call("\"args\":[NaN]"),
                call("\"args\":[01]"),
                call("\"args\":['SECRET']"),
                call("\"args\":[\"a\nb\"]"),
                call("\"args\":[SECRET]"))) {
            SerializationException e = catchThrowableOfType(SerializationException.class, () -> read(text));
            assertThat(e).as(text).isNotNull();
            assertThat(e.reason()).as(text).isEqualTo(Reason.MALFORMED);
            assertThat(e).hasMessageNotContaining("SECRET");
        }
        for (java.nio.charset.Charset other : List.of(
                StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_16BE,
                StandardCharsets.UTF_16,
                java.nio.charset.Charset.forName("UTF-32"))) {
            assertThatThrownBy(() -> read(call("").getBytes(other))).hasMessageContaining("UTF-8");
        }
    }

    @Test
    void answersEveryTruncationAndMutationWithAnErrorOrARequest() {
        byte[] whole =
                FULL.replace("[\"top\",2]", "{\"item\":\"é\",\"count\":[2,{}]}").getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(SerializationException.class);
        }
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 5_000; i++) {
            byte[] mutated = whole.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                mutated[random.nextInt(whole.length)] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "{}[]:,\"0e-.nt\\u".charAt(random.nextInt(15));
            }
            try {
                JsonRequest request = read(mutated);
                request.argumentsFor(request.argumentNames()).release();
            } catch (SerializationException e) {
                // As it should be; anything else fails the test.
            }
        }
    }

    private void assertRefused(String text, String... parts) {
        SerializationException e = catchThrowableOfType(SerializationException.class, () -> read(text));
        assertThat(e).as(text).isNotNull();
        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(e).hasMessageContainingAll(parts).hasMessageNotContaining("SECRET");
        assertThat(e.getStackTrace()).isEmpty();
    }

    private void assertOverLimit(String text, String part) {
        SerializationException e = catchThrowableOfType(SerializationException.class, () -> read(text));
        assertThat(e).as(part).isNotNull();
        assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.OVER_LIMIT);
        assertThat(e).hasMessageContaining(part);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1, \"a\"]", "{\"a\": 1 , \"b\":[2]}", "{}", "[]"})
    void argumentsAreHandedOnAsTheyCame(String args) {
        for (String rest : new String[] {"", ",\"tag\":\"\\u00e9\""}) { // plain, and not
            ByteBuf sent = read(call("\"args\": " + args + rest)).argumentsAsSent();
            assertThat(sent.toString(StandardCharsets.UTF_8)).isEqualTo(args);
            sent.release();
        }
        assertThat(read(call("")).argumentsAsSent().toString(StandardCharsets.UTF_8))
                .isEqualTo("[]");
    }
}
