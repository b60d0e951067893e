package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import com.caucho.hessian.io.Hessian2Input;
import com.caucho.hessian.io.SerializerFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What MOA writes the library {@code com.caucho:hessian} reads, and the other way round, with equal results. */
class HessianOracleTest {

    /** Fields of all kinds that both carry. */
    static final class Leaf implements Serializable {
        private static final long serialVersionUID = 1L;
        int number;
        long large;
        double real;
        boolean flag;
        short small;
        byte tiny;
        float ratio;

        @Nullable
        String text;

        @Nullable
        Date when;

        @Nullable
        Integer boxed;

        int @Nullable [] numbers;

        @Nullable
        List<Object> list;

        @Nullable
        Map<Object, Object> map;

        @Nullable
        Leaf next;

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Leaf leaf
                    && number == leaf.number
                    && large == leaf.large
                    && Double.doubleToLongBits(real) == Double.doubleToLongBits(leaf.real)
                    && flag == leaf.flag
                    && small == leaf.small
                    && tiny == leaf.tiny
                    && Float.floatToIntBits(ratio) == Float.floatToIntBits(leaf.ratio)
                    && Objects.equals(text, leaf.text)
                    && Objects.equals(when, leaf.when)
                    && Objects.equals(boxed, leaf.boxed)
                    && Arrays.equals(numbers, leaf.numbers)
                    && sameList(list, leaf.list)
                    && sameMap(map, leaf.map)
                    && Objects.equals(next, leaf.next);
        }

        @Override
        public int hashCode() {
            return Objects.hash(number, text);
        }
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        return Arrays.deepEquals(new @Nullable Object[] {plain(a)}, new @Nullable Object[] {plain(b)});
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().map(HessianOracleTest::plain).toArray()
                : value;
    }

    private static boolean sameList(@Nullable List<Object> a, @Nullable List<Object> b) {
        return same(a, b);
    }

    private static boolean sameMap(@Nullable Map<Object, Object> a, @Nullable Map<Object, Object> b) {
        return a == null || b == null
                ? a == b
                : a.keySet().equals(b.keySet()) && a.keySet().stream().allMatch(key -> same(a.get(key), b.get(key)));
    }

    private final BodyCodec codec = new HessianSerializer(
                    SerializationLimits.builder().maxHeapBytes(1L << 28).build())
            .result(Object.class, AllowList.ofValues().plus(Leaf.class));
    private final SerializerFactory factory = new SerializerFactory();

    private @Nullable Object readByLibrary(byte[] body) {
        Hessian2Input in = new Hessian2Input(new ByteArrayInputStream(body));
        in.setSerializerFactory(factory);
        try {
            Object value = in.readObject();
            assertThat(in.read()).as("bytes left over").isEqualTo(-1);
            return value;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void check(@Nullable Object value) {
        // In a list, so that a plain value takes the way of all others too.
        for (Object each : new @Nullable Object[] {value, new ArrayList<>(Arrays.asList(value, 7, value))}) {
            assertThat(same(readByLibrary(Samples.encode(codec, each)), each))
                    .as("written by MOA: %s", name(each))
                    .isTrue();
            byte[] library = Samples.byHand(out -> {
                out.setSerializerFactory(factory);
                out.writeObject(each);
            });
            assertThat(same(Samples.decode(codec, library), each))
                    .as("written by the library: %s", name(each))
                    .isTrue();
        }
    }

    private static String name(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() > 100 ? text.substring(0, 100) + "… of " + text.length() : text;
    }

    @Test
    void agreesAtEveryBorderOfANumber() {
        for (long border : new long[] {
            0, 8, 16, 48, 128, 256, 2_048, 32_768, 65_536, 262_144, 1L << 31, 1L << 32, 1L << 53, Long.MAX_VALUE
        }) {
            for (long step = -2; step <= 2; step++) {
                for (long each : new long[] {border + step, -border + step}) {
                    check(each);
                    check((int) each);
                    check((double) each + 0.0);
                    check(each / 1000.0 + 0.0);
                }
            }
        }
        for (double each : new double[] {
            0.001,
            12.34,
            0.5,
            1e300,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.MIN_VALUE,
            2_147_483.647,
            2_147_483.648
        }) {
            check(each);
            check(-each);
        }
        for (long minute : new long[] {0, 60_000, 60_000L << 31, -60_000, -60_000L << 31, 1_700_000_000_123L}) {
            for (long step : new long[] {-60_000, -1, 0, 1, 60_000}) {
                check(new Date(minute + step));
            }
        }
    }

    @Test
    void agreesAtEveryBorderOfATextOrOfBytes() {
        for (int border :
                new int[] {0, 16, 32, 256, 1_024, 4_096, 8_192, 0x8000, 0x10000, 2 * 0x8000, 3 * 0x8000, 2 * 0xffff}) {
            for (int length = Math.max(0, border - 2); length <= border + 2; length++) {
                check(new byte[length]);
                for (String letter : new String[] {"x", "\u00e9", "\u4e2d"}) {
                    check(letter.repeat(length));
                }
                // A pair across the border of a chunk, at an even and an odd place.
                check("\ud83d\ude00".repeat(length / 2));
                check("x" + "\ud83d\ude00".repeat(length / 2));
                check("x".repeat(length) + "\u00e9");
            }
        }
        check("half \ud83d and \ude00 other");
        check("\u0000\u007f\u0080\u07ff\u0800\uffff");
    }

    @Test
    void readsEveryLegalFormOfATextAndOfBytes() {
        // In pieces of any size, as the grammar allows; the library itself writes pieces of one size.
        String text = "Zo\u00eb \u4e2d \ud83d\ude00 x".repeat(40);
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            List<Integer> cuts = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                cuts.add(random.nextInt(text.length()));
            }
            cuts.sort(null);
            ByteBuf body = Unpooled.buffer();
            int from = 0;
            for (int cut : cuts) {
                body.writeByte('R').writeShort(cut - from).writeBytes(Letters.encoded(text.substring(from, cut)));
                from = cut;
            }
            body.writeByte('S').writeShort(text.length() - from).writeBytes(Letters.encoded(text.substring(from)));
            byte[] inPieces = new byte[body.readableBytes()];
            body.readBytes(inPieces);
            assertThat(Samples.decode(codec, inPieces)).isEqualTo(text);
            assertThat(readByLibrary(inPieces)).isEqualTo(text);
        }
    }

    @Test
    void agreesOnRandomGraphs() {
        SplittableRandom random = new SplittableRandom(20_261_121);
        for (int i = 0; i < 3_000; i++) {
            List<Object> made = new ArrayList<>();
            check(value(random, 4, made));
        }
    }

    @Test
    void agreesOnManyReferencesAndTypes() {
        List<Object> all = new ArrayList<>();
        List<Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Leaf leaf = new Leaf();
            leaf.number = i;
            leaf.map = new TreeMap<>(Map.of("k", i));
            leaf.list = new LinkedList<>(List.of(i));
            leaves.add(leaf);
        }
        all.addAll(leaves);
        all.addAll(leaves);
        check(all);
        @SuppressWarnings("unchecked")
        List<Object> back = (List<Object>) readByLibrary(Samples.encode(codec, all));
        assertThat(back.get(700)).isSameAs(back.get(200));
    }

    @Test
    void agreesOnAGraphThatHoldsItself() {
        Leaf a = new Leaf();
        Leaf b = new Leaf();
        a.next = b;
        b.next = a;
        for (Object back : new @Nullable Object[] {
            readByLibrary(Samples.encode(codec, a)),
            Samples.decode(codec, Samples.byHand(out -> {
                out.setSerializerFactory(factory);
                out.writeObject(a);
            }))
        }) {
            Leaf leaf = (Leaf) back;
            assertThat(leaf.next.next).isSameAs(leaf);
        }
    }

    private static @Nullable Object value(SplittableRandom random, int depth, List<Object> made) {
        int kind = random.nextInt(depth > 0 ? 14 : 8);
        switch (kind) {
            case 0 -> {
                return null;
            }
            case 1 -> {
                return random.nextBoolean();
            }
            case 2 -> {
                return (int) random.nextLong() >> random.nextInt(32);
            }
            case 3 -> {
                return random.nextLong() >> random.nextInt(64);
            }
            case 4 -> {
                return random.nextBoolean()
                        ? random.nextInt() / 1000.0 + 0.0
                        : Double.longBitsToDouble(random.nextLong()) + 0.0;
            }
            case 5 -> {
                return text(random);
            }
            case 6 -> {
                byte[] bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                return bytes;
            }
            case 7 -> {
                return new Date(random.nextLong() >> 20);
            }
            case 8 -> {
                return made.isEmpty() ? 1 : made.get(random.nextInt(made.size()));
            }
            case 9, 10 -> {
                List<Object> list = random.nextBoolean() ? new ArrayList<>() : new LinkedList<>();
                for (int i = random.nextInt(12); i > 0; i--) {
                    list.add(value(random, depth - 1, made));
                }
                made.add(list);
                return list;
            }
            case 11 -> {
                Map<Object, Object> map = random.nextBoolean() ? new HashMap<>() : new LinkedHashMap<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    map.put(text(random), value(random, depth - 1, made));
                }
                return wrap(map);
            }
            default -> {
                Leaf leaf = leaf(random, depth, made);
                made.add(leaf);
                return leaf;
            }
        }
    }

    /** A map stands in a leaf, whose equals compares arrays in it too. */
    private static Leaf wrap(Map<Object, Object> map) {
        Leaf leaf = new Leaf();
        leaf.map = map;
        return leaf;
    }

    private static Leaf leaf(SplittableRandom random, int depth, List<Object> made) {
        Leaf leaf = new Leaf();
        leaf.number = (int) random.nextLong() >> random.nextInt(32);
        leaf.large = random.nextLong() >> random.nextInt(64);
        leaf.real = random.nextInt(10_000) / 8.0;
        leaf.flag = random.nextBoolean();
        leaf.small = (short) random.nextInt();
        leaf.tiny = (byte) random.nextInt();
        leaf.ratio = random.nextInt(1_000) / 7f;
        leaf.text = text(random);
        leaf.when = random.nextBoolean() ? null : new Date(random.nextInt());
        leaf.boxed = random.nextBoolean() ? null : random.nextInt();
        leaf.numbers =
                random.nextBoolean() ? null : random.ints(random.nextInt(20)).toArray();
        if (value(random, depth - 1, made) instanceof Leaf next) {
            leaf.next = next;
        }
        return leaf;
    }

    private static String text(SplittableRandom random) {
        int length = random.nextInt(10) == 0 ? random.nextInt(3_000) : random.nextInt(40);
        int most = new int[] {0x80, 0x100, 0x800, 0x10000}[random.nextInt(4)];
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(most));
        }
        return text.toString();
    }
}
