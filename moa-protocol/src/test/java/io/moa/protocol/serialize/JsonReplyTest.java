package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReplyTest {

    private static final ObjectMapper STRICT = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    static final class OutOfStock extends Exception {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // read by the codec
        private final String article;

        @SuppressWarnings("unused")
        private final BigDecimal price;

        @SuppressWarnings("unused")
        private final long left;

        OutOfStock(String article, BigDecimal price, long left, Throwable cause) {
            super("no \"" + article + "\"\nleft", cause);
            this.article = article;
            this.price = price;
            this.left = left;
        }
    }

    private static String error(Reply.Failure failure) {
        ByteBuf out = Unpooled.buffer();
        JsonReply.writeError(failure, out);
        String text = out.toString(StandardCharsets.UTF_8);
        out.release();
        return text;
    }

    @Test
    void aResultStandsBetweenBracesWithoutBeingCopied() {
        ByteBuf result =
                Unpooled.copiedBuffer("xx[1.10,\"é\"]", StandardCharsets.UTF_8).skipBytes(2);
        ByteBuf reply = JsonReply.ofResult(result);
        assertThat(reply.toString(StandardCharsets.UTF_8)).isEqualTo("{\"result\":[1.10,\"é\"]}");
        result.setByte(3, '7');
        assertThat(reply.toString(StandardCharsets.UTF_8)).isEqualTo("{\"result\":[7.10,\"é\"]}");
        assertThat(reply.release()).isTrue();
        assertThat(result.refCnt()).isZero();
        ByteBuf pieces = Unpooled.buffer();
        JsonReply.beginResult(pieces);
        pieces.writeBytes("7".getBytes(StandardCharsets.UTF_8));
        JsonReply.endResult(pieces);
        assertThat(pieces.toString(StandardCharsets.UTF_8)).isEqualTo("{\"result\":7}");
        assertThat(JsonReply.bytesOfResult(1)).isEqualTo(pieces.readableBytes());
        ByteBuf again = JsonReply.ofResult(Unpooled.copiedBuffer("null", StandardCharsets.UTF_8));
        assertThat(again.toString(StandardCharsets.UTF_8)).isEqualTo("{\"result\":null}");
        again.release();
    }

    @Test
    void aFailureSaysWhyAndWhetherTheMethodRan() {
        assertThat(error(Reply.failure(Status.OVERLOADED, Executed.NO, "No room.")
                        .withHints(new Hints(250, true, 90))))
                .isEqualTo("{\"error\":{\"status\":\"OVERLOADED\",\"executed\":\"no\",\"message\":\"No room.\","
                        + "\"retryAfterMs\":250,\"neverRetry\":true}}");
        assertThat(error(Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, ""))).contains("\"executed\":\"unknown\"");
        assertThat(error(new Reply.Failure(
                        Status.APPLICATION,
                        Executed.YES,
                        "broken",
                        ThrownError.named("java.lang.IllegalStateException"),
                        Hints.FAULT,
                        new IOException("never told"))))
                .isEqualTo("{\"error\":{\"status\":\"APPLICATION\",\"executed\":\"yes\",\"message\":\"broken\","
                        + "\"fault\":true,\"exception\":\"java.lang.IllegalStateException\"}}");
    }

    @Test
    void anEmojiIsToldAsItIs() {
        assertThat(error(Reply.failure(Status.UNAVAILABLE, Executed.NO, "no 🍵")))
                .contains("\"message\":\"no 🍵\"");
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void eachStatusIsToldByItsName(Status status) throws IOException {
        JsonNode error = STRICT.readTree(error(Reply.failure(status, Executed.NO, "x")));
        assertThat(error.at("/error/status").asText()).isEqualTo(status.name());
    }

    @Test
    void aDeclaredExceptionIsToldWithItsFieldsAndCauses() throws IOException {
        OutOfStock thrown =
                new OutOfStock("t\"op", new BigDecimal("1.10"), Long.MAX_VALUE, new IOException("disk\r\nfull"));
        ThrownError error =
                new ErrorWriter(new Class<?>[] {OutOfStock.class}, Samples.shop(), new JsonSerializer()).write(thrown);
        String text = error(
                new Reply.Failure(Status.APPLICATION, Executed.YES, "no \"t\"op\"\nleft", error, Hints.NONE, thrown));
        assertThat(text)
                .contains("\"message\":\"no \\\"t\\\"op\\\" left\"")
                .contains("\"price\":1.10")
                .contains("\"left\":9223372036854775807")
                .contains("\"article\":\"t\\\"op\"")
                .contains("\"causes\":[{\"exception\":\"java.io.IOException\",\"message\":\"disk  full\"}]");
        assertThat(STRICT.readTree(text).at("/error/exception").asText()).isEqualTo(OutOfStock.class.getName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1 2",
                "1,\"admin\":true",
                "}",
                "[1",
                "{\"a\":1,\"a\":2}",
                "nul",
                "NaN",
                "'x'",
                "\u0000\u0001",
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
            })
    void aFieldThatIsNotOneValueOfJsonIsLeftOut(String hostile) throws IOException {
        ThrownError error = new ThrownError(
                "x.Gone",
                "GONE",
                null,
                null,
                List.of(),
                List.of(
                        new ThrownError.Field("good", "7".getBytes(StandardCharsets.UTF_8)),
                        new ThrownError.Field("bad", hostile.getBytes(StandardCharsets.UTF_8)),
                        new ThrownError.Field("good", "8".getBytes(StandardCharsets.UTF_8))),
                null);
        JsonNode told = STRICT.readTree(
                        error(new Reply.Failure(Status.APPLICATION, Executed.YES, "m", error, Hints.NONE, null)))
                .get("error");
        assertThat(told.get("fields").toString()).isEqualTo("{\"good\":7}");
        assertThat(told.get("code").asText()).isEqualTo("GONE");
        assertThat(told.get("leftOut").asText()).contains("was left out");
        assertThat(told.has("admin")).isFalse();
    }

    @Test
    void whatOthersWroteIsOneLineOfBoundedLength() throws IOException {
        String hostile = "a\r\n+OK\r\n\u0000\u001b[2J\u202e\ud800\"}\\ " + "x".repeat(100_000);
        ThrownError error = new ThrownError(
                hostile, hostile, null, hostile, List.of(new ThrownError.Cause(hostile, hostile)), List.of(), hostile);
        String text = error(new Reply.Failure(Status.APPLICATION, Executed.YES, hostile, error, Hints.NONE, null));
        assertThat(text.chars()).noneMatch(c -> c < ' ' || c == 0x202e || c == 0xd800);
        JsonNode told = STRICT.readTree(text).get("error");
        assertThat(told.get("message").asText())
                .hasSize(JsonReply.MAX_MESSAGE_CHARS)
                .startsWith("a  +OK  ");
        assertThat(text).hasSizeLessThan(12_000);
    }
}
