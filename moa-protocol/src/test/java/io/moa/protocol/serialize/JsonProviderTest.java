package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.invoke.Trace;
import io.moa.protocol.payload.BytesPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls as a provider of another language gets and answers them. */
class JsonProviderTest {

    private final JsonRequestWriter writer = new JsonRequestWriter(SerializationLimits.DEFAULTS);
    private final JsonReplyReader replies = new JsonReplyReader(SerializationLimits.DEFAULTS);

    private static Invocation.Builder call(ServiceId service) {
        return Invocation.of(
                service, MethodId.ofAnyParameters("reserve"), Payload.EMPTY, new Ledger(Phase.SERVER_QUEUE, 0));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private String written(Invocation call, String arguments, @Nullable List<String> names, long millis) {
        ByteBuf out = Unpooled.buffer();
        writer.write(call, bytes(arguments), names, millis, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private String arguments(String sent, @Nullable List<String> names) {
        String text = written(call(ServiceId.parse("shop.Stock")).build(), sent, names, 0);
        return text.substring(text.indexOf("\"args\":") + 7, text.length() - 1);
    }

    @Test
    void whatACallCarriesIsReadByARequestReaderAsItWas() {
        Baggage baggage = new Baggage(
                "gray",
                true,
                Trace.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                Criticality.SHEDDABLE,
                Map.of("é", "\"😀\n"));
        Invocation call = call(ServiceId.parse("north/shop.Stock:2"))
                .caller(new Caller("web", "u1"))
                .baggage(baggage)
                .idempotencyKey("k\"1")
                .oneWay(true)
                .build();

        JsonRequest read = new JsonRequestReader(SerializationLimits.DEFAULTS)
                .read(bytes(written(call, "[\"top\",{\"a\":[1]}]", null, 250)));

        assertThat(read.service()).isEqualTo(call.service());
        assertThat(read.method()).isEqualTo("reserve");
        assertThat(read.baggage()).isEqualTo(baggage);
        assertThat(read.caller()).isEqualTo(new Caller("web", ""));
        assertThat(read.idempotencyKey()).isEqualTo("k\"1");
        assertThat(read.oneWay()).isTrue();
        assertThat(read.timeoutMillis()).isEqualTo(250);
        assertThat(read.argumentsAsSent().toString(StandardCharsets.UTF_8)).isEqualTo("[\"top\",{\"a\":[1]}]");
    }

    @Test
    void aCallThatCarriesNothingIsShort() {
        assertThat(written(call(ServiceId.parse("shop.Stock")).build(), "", null, 0))
                .isEqualTo("{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[]}");
    }

    @Test
    void argumentsByNameAreHandedOnAsTheyAreOrInTheOrderOfTheParameters() {
        String named = "{\"count\": 3 , \"item\":\"top\"}";
        assertThat(arguments(named, null)).isEqualTo(named);
        assertThat(arguments(named, List.of("item", "count"))).isEqualTo("[\"top\",3]");
        assertThat(arguments("[1, 2]", List.of("item", "count"))).isEqualTo("[1, 2]");
        assertThatThrownBy(() -> arguments(named, List.of("item", "size")))
                .hasMessageContaining("reserve has no parameter \"count\"")
                .hasMessageContaining("item, size");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1],\"caller\":\"admin\"",
                "[1]}",
                "[1",
                "[1] [2]",
                "7",
                "\"text\"",
                "null",
                "{\"a\":1},\"oneWay\":true",
                "[1,]",
                "  ",
                "[}"
            })
    void bytesThatAreNotOneListOrObjectNeverReachTheProvider(String hostile) {
        ByteBuf out = Unpooled.buffer();
        Invocation call = call(ServiceId.parse("shop.Stock")).build();
        assertThatThrownBy(() -> writer.write(call, bytes(hostile), null, 0, out))
                .isInstanceOf(SerializationException.class);
        assertThat(out.readableBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"top\"] | item,count | reserve has 2 parameters (item, count), and 1 argument came.",
                "[\"top\",1,2] | item,count | reserve has 2 parameters (item, count), and 3 arguments came.",
                "'' | item,count | reserve has 2 parameters (item, count), and 0 arguments came.",
                "[1] | '' | reserve has no parameters, and 1 argument came.",
            })
    void moreOrFewerArgumentsThanAreNamedNeverReachTheProvider(String sent, String names, String said) {
        List<String> known = names.isEmpty() ? List.of() : List.of(names.split(","));
        assertThatThrownBy(() -> arguments(sent, known))
                .isInstanceOf(SerializationException.class)
                .hasMessage(said);
        assertThat(arguments(sent, null)).isEqualTo(sent.isEmpty() ? "[]" : sent);
    }

    @Test
    void argumentsTooDeepNeverReachTheProvider() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThatThrownBy(() -> arguments(deep, null)).hasMessageContaining("over a limit");
    }

    @Test
    void aCodecReadsArgumentsByNameIfItKnowsTheNames() {
        BodyCodec codec = new JsonSerializer()
                .arguments(List.of(String.class, int.class), List.of("item", "count"), AllowList.ofValues());
        assertThat(codec.decode(bytes("{\"count\":3,\"item\":\"top\"}"))).isEqualTo(new Object[] {"top", 3});
        assertThat(codec.decode(bytes("[\"top\",3]"))).isEqualTo(new Object[] {"top", 3});
        assertThatThrownBy(() -> codec.decode(bytes("{\"count\":3}"))).hasMessageContaining("needs the argument item");
        assertThatThrownBy(() -> codec.decode(bytes("{\"count\":3,\"item\":\"\",\"size\":1}")))
                .hasMessageContaining("no parameter \"size\"");
        assertThatThrownBy(() -> codec.decode(bytes("{\"count\":\"x\",\"item\":\"\"}")))
                .hasMessageContaining("argument 1 \"count\"");
        assertThatThrownBy(() -> codec.decode(bytes("{\"count\":3,\"count\":4,\"item\":\"\"}")))
                .isInstanceOf(SerializationException.class);
        BodyCodec nameless = new JsonSerializer().arguments(List.of(int.class), AllowList.ofValues());
        assertThatThrownBy(() -> nameless.decode(bytes("{\"count\":3}"))).hasMessageContaining("-parameters");
    }

    // ---- replies

    private static String result(Reply reply) {
        BytesPayload payload = (BytesPayload) ((Reply.Value) reply).payload();
        String text = payload.content().toString(StandardCharsets.UTF_8);
        payload.release();
        return text;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"result\":3}|3",
                "{\"result\": \"a\\u00e9}\" }|\"a\\u00e9}\"",
                "{ \"result\" : {\"a\":[1, 2]} , \"took\":5}|{\"a\":[1, 2]}",
                "{\"x\":[{}],\"result\":null}|null",
                "{\"result\":-1.50e3\t}|-1.50e3",
                "{\"error\":null,\"result\":[]}|[]",
                "{\"result\":true,\"error\":null}|true"
            })
    void aResultStaysTheBytesThatItIs(String reply, String result) {
        ByteBuf in = bytes("xx" + reply).skipBytes(2);
        assertThat(result(replies.read(in))).isEqualTo(result);
        assertThat(in.release()).as("nobody else holds it").isTrue();
        ByteBuf direct = Unpooled.directBuffer().writeBytes(bytes(reply));
        assertThat(result(replies.read(direct))).isEqualTo(result);
        assertThat(direct.release()).isTrue();
    }

    @Test
    void whatAServerWritesIsReadAsItWas() {
        Reply.Failure failure = new Reply.Failure(
                Status.APPLICATION,
                Executed.YES,
                "only 3 are left",
                new ThrownError(
                        "OutOfStock",
                        "OUT_OF_STOCK",
                        null,
                        null,
                        List.of(new ThrownError.Cause("Empty", "shelf")),
                        List.of(new ThrownError.Field("left", "{\"a\":[3]}".getBytes(StandardCharsets.UTF_8))),
                        "the rest was left out"),
                new Hints(70, true, Hints.UNKNOWN_LOAD, true),
                null);
        ByteBuf out = Unpooled.buffer();
        JsonReply.writeError(failure, out);
        assertThat(replies.read(out)).isEqualTo(failure);

        for (Status status : Status.values()) {
            Reply.Failure other = Reply.failure(status, Executed.NO, "why");
            ByteBuf text = Unpooled.buffer();
            JsonReply.writeError(other, text);
            Reply.Failure read = (Reply.Failure) replies.read(text);
            assertThat(read.status()).isEqualTo(status);
            assertThat(read.executed()).isEqualTo(Executed.NO);
        }
    }

    @Test
    void anErrorNeedsNothingButToBeThere() {
        Reply.Failure bare = (Reply.Failure) replies.read(bytes("{\"error\":{}}"));
        assertThat(bare.status()).isEqualTo(Status.APPLICATION);
        assertThat(bare.executed()).isEqualTo(Executed.YES);
        Reply.Failure strange =
                (Reply.Failure) replies.read(bytes("{\"error\":{\"status\":\"E_STRANGE\",\"message\":\"hm\"}}"));
        assertThat(strange.status()).isEqualTo(Status.INTERNAL);
        assertThat(strange.executed()).isEqualTo(Executed.MAYBE);
        assertThat(strange.message()).contains("E_STRANGE").contains("hm");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "OK",
                "[]",
                "{}",
                "{\"result\":1",
                "{\"result\":}",
                "{\"result\":1}{\"result\":2}",
                "{\"result\":1,\"result\":2}",
                "Warning: x\n{\"result\":1}",
                "{\"error\":\"text\"}",
                "{\"error\":{\"message\":7}}",
                "{\"error\":{\"causes\":[1]}}",
                "{\"error\":{\"fields\":[]}}",
                "{\"error\":{\"retryAfterMs\":1e9}}",
                "{\"results\":1}"
            })
    void whatIsNoReplyIsRefusedWithoutTellingItsContent(String hostile) {
        ByteBuf in = bytes(hostile);
        assertThatThrownBy(() -> replies.read(in))
                .isInstanceOf(SerializationException.class)
                .hasMessageNotContaining("Warning");
        assertThat(in.release()).isTrue();
    }

    @Test
    void bytesByChanceAreRefusedOrRead() {
        SplittableRandom chance = new SplittableRandom(7);
        byte[] good = "{\"result\":{\"a\":[1,\"b\"]},\"error\":{\"code\":\"x\",\"fields\":{\"y\":[1]}}}"
                .getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = good.clone();
            for (int i = 0; i <= chance.nextInt(3); i++) {
                changed[chance.nextInt(changed.length)] = (byte) chance.nextInt(256);
            }
            try {
                replies.read(Unpooled.wrappedBuffer(changed));
            } catch (SerializationException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 20_000);
    }
}
