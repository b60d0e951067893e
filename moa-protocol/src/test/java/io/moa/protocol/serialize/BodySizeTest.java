package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.StringValue;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.SerializationException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BodySizeTest {

    static Stream<Arguments> bodies() {
        AllowList shop = Samples.shop();
        List<Samples.User> users = new ArrayList<>(Collections.nCopies(300, Samples.user()));
        for (int i = 0; i < 300; i++) {
            users.set(
                    i,
                    new Samples.User(
                            i,
                            "user " + i,
                            Samples.Colour.RED,
                            List.of(i),
                            Samples.user().created()));
        }
        HessianSerializer hessian = new HessianSerializer();
        JsonSerializer json = new JsonSerializer();
        return Stream.of(
                Arguments.of("hessian text", hessian.result(String.class, shop), "x".repeat(5_000)),
                Arguments.of("hessian short text", hessian.result(String.class, shop), "é"),
                Arguments.of("hessian bytes", hessian.result(byte[].class, shop), new byte[5_000]),
                Arguments.of("hessian long", hessian.result(long.class, shop), Long.MAX_VALUE),
                Arguments.of("hessian graph", hessian.result(List.class, shop), users),
                Arguments.of(
                        "hessian arguments",
                        hessian.arguments(List.of(String.class, List.class), shop),
                        new Object[] {"a", users}),
                Arguments.of("json graph", json.result(List.class, shop), users),
                Arguments.of(
                        "json text", json.arguments(List.of(String.class), shop), new Object[] {"x".repeat(5_000)}),
                Arguments.of(
                        "protobuf",
                        new ProtobufSerializer().result(StringValue.class, shop),
                        StringValue.of("x".repeat(5_000))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void saysTooLargeAndLeavesTheBufferWhereItWas(String name, BodyCodec codec, Object value) {
        int size = Samples.encode(codec, value).length;
        for (int limit : new int[] {0, 1, size / 2, size - 1}) {
            ByteBuf byLimit = Unpooled.buffer();
            byLimit.writeInt(42);
            SerializationException given =
                    catchThrowableOfType(SerializationException.class, () -> codec.encode(value, byLimit, limit));
            assertTooLarge(given, byLimit);

            ByteBuf byCapacity = Unpooled.directBuffer(4, 4 + limit);
            byCapacity.writeInt(42);
            SerializationException full =
                    catchThrowableOfType(SerializationException.class, () -> codec.encode(value, byCapacity));
            assertTooLarge(full, byCapacity);
        }
        ByteBuf exact = Unpooled.directBuffer(4, 4 + size);
        exact.writeInt(42);
        codec.encode(value, exact, size);
        assertThat(exact.readableBytes()).isEqualTo(4 + size);
        exact.release();
    }

    private static void assertTooLarge(SerializationException e, ByteBuf buffer) {
        assertThat(e).isNotNull();
        assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(e.reason().status()).isEqualTo(Status.TOO_LARGE);
        assertThat(buffer.writerIndex()).isEqualTo(4);
        assertThat(buffer.readInt()).isEqualTo(42);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.release();
    }
}
