package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.caucho.hessian.io.Hessian2Output;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The direct way and the library's way read each other's bytes. */
class HessianDirectTest {

    private final HessianSerializer hessian = new HessianSerializer();
    private final AllowList values = AllowList.ofValues();

    static Stream<@Nullable Object> plainValues() {
        Stream<@Nullable Object> fixed = Stream.of(
                null,
                true,
                false,
                "",
                "hello",
                "é",
                "x".repeat(31),
                "x".repeat(32),
                "x".repeat(1023),
                "x".repeat(1024),
                "x".repeat(0x8000),
                "中".repeat(0x8001),
                new byte[0],
                new byte[15],
                new byte[16],
                new byte[1023],
                new byte[1024],
                new byte[0xffff],
                new byte[0x10000],
                new byte[300_000],
                0.0,
                -0.0,
                1.0,
                12.0,
                -1000.0,
                0.5,
                Double.NaN,
                Double.MAX_VALUE);
        SplittableRandom random = new SplittableRandom(1);
        Stream<Object> numbers = Stream.generate(() -> {
                    long number = random.nextLong() >> random.nextInt(64);
                    return random.nextBoolean() ? (Object) number : (Object) (int) number;
                })
                .limit(500);
        return Stream.concat(fixed, numbers);
    }

    @ParameterizedTest
    @MethodSource("plainValues")
    void isReadByTheLibrary(@Nullable Object value) {
        // An array is not plain, so what stands before it goes the long way.
        byte[] direct = Samples.encode(hessian.result(Object.class, values), value);
        byte[] two = Arrays.copyOf(direct, direct.length + 1);
        two[direct.length] = 0x78;
        Object[] back = (Object[]) Samples.decode(hessian.arguments(List.of(Object.class, List.class), values), two);
        assertSame(back[0], value);
    }

    @ParameterizedTest
    @MethodSource("plainValues")
    void readsWhatTheLibraryWrites(@Nullable Object value) {
        if (value instanceof Double number && number == 0 && 1 / number < 0) {
            return; // The library writes -0.0 as 0.0.
        }
        byte[] library = Samples.byHand((Hessian2Output out) -> out.writeObject(value));
        assertSame(Samples.decode(hessian.result(Object.class, values), library), value);
        Object[] back = (Object[]) Samples.roundTrip(
                hessian.arguments(List.of(Object.class, Object.class), values), new @Nullable Object[] {value, value});
        assertSame(back[0], value);
        assertSame(back[1], value);
    }

    private static void assertSame(@Nullable Object back, @Nullable Object value) {
        assertThat(Arrays.deepEquals(new @Nullable Object[] {back}, new @Nullable Object[] {value}))
                .isTrue();
    }

    @Test
    void answersEveryTruncationWithAnError() {
        BodyCodec codec = hessian.result(Object.class, values);
        for (@Nullable Object value : plainValues().limit(100).toList()) {
            byte[] body = Samples.encode(codec, value);
            int step = body.length > 2_000 ? 499 : 1;
            for (int length = 0; length < body.length; length += step) {
                byte[] cut = Arrays.copyOf(body, length);
                assertThatThrownBy(() -> Samples.decode(codec, cut)).isInstanceOf(SerializationException.class);
            }
            assertThatThrownBy(() -> Samples.decode(codec, Arrays.copyOf(body, body.length + 1)))
                    .isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void readsFromTheMiddleOfABuffer() {
        BodyCodec codec = hessian.result(String.class, values);
        for (ByteBuf buffer : List.of(Unpooled.buffer(), Unpooled.directBuffer(), Unpooled.compositeBuffer())) {
            buffer.writeInt(7);
            codec.encode("hello", buffer);
            buffer.writeInt(9);
            buffer.readInt();
            assertThat(codec.decode(buffer.readSlice(buffer.readableBytes() - 4)))
                    .isEqualTo("hello");
            assertThat(buffer.readInt()).isEqualTo(9);
            buffer.release();
        }
    }
}
