package io.moa.node.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a status of HTTP says of a call, and what it does not: whether it ran. */
class HttpStatusTest {

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT",
        "422, INVALID_ARGUMENT",
        "401, UNAUTHENTICATED",
        "403, PERMISSION_DENIED",
        "404, UNIMPLEMENTED",
        "405, UNIMPLEMENTED",
        "501, UNIMPLEMENTED",
        "413, TOO_LARGE",
        "429, REJECTED",
        "502, UNAVAILABLE",
        "503, OVERLOADED",
        "504, DEADLINE_EXCEEDED",
        "500, INTERNAL",
        "302, INTERNAL",
        "999, INTERNAL",
    })
    void noStatusSaysThatNothingRan(int status, Status meant) {
        ByteBuf body = body("<h1>no</h1>");
        LocalProcessException failure =
                catchThrowableOfType(LocalProcessException.class, () -> HttpStatus.answer(status, body, "it broke"));
        assertThat(failure.status()).isEqualTo(meant);
        assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
        assertThat(failure).hasMessageContaining(Integer.toString(status)).hasMessageContaining("it broke");
        assertThat(body.refCnt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":{\"executed\":\"no\"}}", " {\n \"error\" : {}}"})
    void anErrorInJsonSpeaksForItselfWhateverTheStatus(String json) throws Exception {
        ByteBuf body = body(json);
        assertThat(HttpStatus.answer(503, body, "")).isSameAs(body);
        body.release();
    }

    @Test
    void aCheckIsPassedByAnythingButAServersError() throws Exception {
        for (int status : new int[] {200, 204, 302, 404, 405}) {
            assertThat(HttpStatus.checked(status, body(""), false, "").isReadable())
                    .isFalse();
        }
        for (int status : new int[] {500, 503, 599}) {
            assertThat(catchThrowableOfType(
                            LocalProcessException.class, () -> HttpStatus.checked(status, body(""), false, "")))
                    .hasMessageContaining(Integer.toString(status));
        }
        assertThat(catchThrowableOfType(LocalProcessException.class, () -> HttpStatus.checked(404, body(""), true, "")))
                .hasMessageContaining("404");
    }

    private static ByteBuf body(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
