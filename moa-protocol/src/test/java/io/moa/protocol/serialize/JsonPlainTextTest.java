package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.moa.protocol.payload.BytesPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are read and written in one piece are what they would be character by character. */
class JsonPlainTextTest {

    private static final ObjectMapper PLAIN_JACKSON = JsonMapper.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final JsonSerializer json = new JsonSerializer();
    private final AllowList shop = Samples.shop();
    private final BodyCodec text = json.result(String.class, shop);
    private final BodyCodec texts = json.arguments(List.of(String.class, String.class), shop);
    private final BodyCodec textAndNumber = json.arguments(List.of(String.class, int.class), shop);

    /** Texts of many lengths, with each of some characters at each place. */
    private static List<String> samples() {
        List<String> all = new ArrayList<>(List.of("", "a", "😀", "語".repeat(40), "?".repeat(40)));
        String[] strange = {
            "\"", "\\", "\n", "\u0000", "\u001f", " ", "!", "#", "[", "]", "\u007f", "\u0080", "é", "ÿ", "Ā", "語", "😀",
            "?"
        };
        for (int length : new int[] {7, 31, 32, 33, 40, 71}) {
            String plain = "abcdefghijklmnopqrstuvwxyz~ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,:{}$"
                    .repeat(2)
                    .substring(0, length);
            for (int at = 0; at <= length; at++) {
                for (String each : strange) {
                    all.add(plain.substring(0, at) + each + plain.substring(at));
                }
            }
        }
        return all;
    }

    @Test
    void writesWhatJacksonWrites() throws Exception {
        for (String each : samples()) {
            byte[] wanted = PLAIN_JACKSON.writeValueAsBytes(each);
            assertThat(Samples.encode(text, each)).as(each).isEqualTo(wanted);
            BytesPayload made = text.payload(each, 10_000);
            if (made != null) {
                assertThat(made.sizeBytes()).as(each).isEqualTo(wanted.length);
                assertThat(ByteBufUtil.getBytes(made.content())).as(each).isEqualTo(wanted);
            }
        }
    }

    @Test
    void aTextOfItsOwnNeedsNoCountingAndKeepsToTheLimit() {
        String plain = "x".repeat(100);
        assertThat(text.payload(plain, 101)).isNull();
        BytesPayload made = Objects.requireNonNull(text.payload(plain, 102));
        made.retain().release();
        ByteBuf encoded = made.encoded(UnpooledByteBufAllocator.DEFAULT, 102);
        made.release();
        encoded.release();
        assertThat(made.content().toString(StandardCharsets.UTF_8)).isEqualTo("\"" + plain + "\"");
        assertThatThrownBy(() -> made.encoded(UnpooledByteBufAllocator.DEFAULT, 101))
                .isInstanceOf(SerializationException.class);
        assertThat(text.payload("é".repeat(100), 1_000)).isNull();
        assertThat(text.payload(null, 1_000)).isNull();
    }

    @Test
    void writesTextsWithinOtherValues() {
        String value = "a text that is long enough for it";
        BodyCodec list = json.result(Map.class, shop);
        assertThat(new String(Samples.encode(list, Map.of(value, List.of(value, 1))), StandardCharsets.UTF_8))
                .isEqualTo("{\"" + value + "\":[\"" + value + "\",1]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\udc00", "\ud800x", "\udc00x"})
    void halfASurrogatePairIsNoQuestionMark(String half) {
        String broken = "x".repeat(40) + half;
        Throwable refusal = catchThrowable(() -> PLAIN_JACKSON.writeValueAsBytes(broken));
        if (refusal == null) {
            assertThat(Samples.encode(text, broken)).doesNotContain('?');
        } else {
            assertThatThrownBy(() -> Samples.encode(text, broken)).isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void aTextThatIsTooLargeIsRefusedAndLeavesNothing() {
        var out = Unpooled.buffer();
        assertThatThrownBy(() -> text.encode("x".repeat(100), out, 101)).isInstanceOf(SerializationException.class);
        assertThat(out.isReadable()).isFalse();
        text.encode("x".repeat(100), out, 102);
        assertThat(out.readableBytes()).isEqualTo(102);
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        for (String each : samples()) {
            String written = PLAIN_JACKSON.writeValueAsString(each);
            assertThat(read(texts, "[" + written + "," + written + "]"))
                    .as(each)
                    .containsExactly(each, each);
            assertThat(read(textAndNumber, "[" + written + ",7]")).as(each).containsExactly(each, 7);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"a\",\"b\"] ",
                " [\"a\",\"b\"]",
                "[ \"a\" , \"b\" ]",
                "[\"a\",null]",
                "[\"a\\u0062\",\"\"]",
                "",
                "[",
                "[]",
                "[\"a\"]",
                "[\"a\",",
                "[\"a\",\"",
                "[\"a\",\"b",
                "[\"a\",\"b\"",
                "[\"a\",\"b\"]]",
                "[\"a\",\"b\",\"c\"]",
                "[\"a\",\"b\",]",
                "[\"a\"\"b\"]",
                "[\"a\";\"b\"]",
                "[,\"a\",\"b\"]",
                "[\"a\",7]",
                "[\"a\u0001\",\"b\"]",
                "[\"a\\\",\"b\"]",
                "{\"a\":\"b\"}",
            })
    void whatIsNoPlainListIsReadOrRefusedAsEver(String body) {
        // A third parameter of another type, and nothing is plain.
        BodyCodec other = json.arguments(List.of(CharSequence.class, String.class), shop);
        Throwable refusal = catchThrowable(() -> read(other, body));
        if (refusal == null) {
            assertThat(read(texts, body)).isEqualTo(read(other, body));
        } else {
            assertThatThrownBy(() -> read(texts, body)).isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void longTextsAreRefused() {
        int most = SerializationLimits.DEFAULTS.jsonMaxStringChars();
        String longest = "x".repeat(most);
        assertThat(read(texts, "[\"" + longest + "\",\"\"]")).containsExactly(longest, "");
        assertThatThrownBy(() -> read(texts, "[\"" + longest + "x\",\"\"]"))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("over a limit");
    }

    private static Object[] read(BodyCodec codec, String body) {
        return (Object[]) Samples.decode(codec, body.getBytes(StandardCharsets.UTF_8));
    }
}
