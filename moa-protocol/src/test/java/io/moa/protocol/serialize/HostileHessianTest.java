package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostileHessianTest {

    private final HessianSerializer hessian = new HessianSerializer();
    private final AllowList shop = Samples.shop();
    private final BodyCodec anything = hessian.result(Object.class, shop);

    private static final String HASH_SET_OF_ONE =
            "7111" + HexFormat.of().formatHex("java.util.HashSet".getBytes(StandardCharsets.US_ASCII));

    static Stream<byte[]> bombs() {
        return Stream.of(
                HexFormat.of().parseHex("430178497fffffff"),
                HexFormat.of().parseHex("56045b696e74497fffffff"),
                HexFormat.of().parseHex("56075b737472696e67497fffffff"),
                HexFormat.of().parseHex("56075b6f626a6563744940000000"),
                HexFormat.of().parseHex("58497fffffff"),
                filled(0x57, 200_000),
                filled('H', 200_000),
                filled('C', 200_000),
                repeated("43017890", 50_000),
                repeated("7a91", 100_000),
                repeated("4d0178", 70_000),
                HexFormat.of().parseHex("5849ffffffff"),
                HexFormat.of().parseHex("5190"),
                HexFormat.of().parseHex("4f90"),
                HexFormat.of().parseHex("60"),
                HexFormat.of().parseHex("7090"),
                HexFormat.of().parseHex("7849"),
                HexFormat.of().parseHex("52ffff"),
                HexFormat.of().parseHex("41ffff"),
                HexFormat.of().parseHex("01ff"),
                new byte[0]);
    }

    private static byte[] filled(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] repeated(String hex, int times) {
        return HexFormat.of().parseHex(hex.repeat(times));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void refusesABombWithoutMakingAnything(byte[] bomb) {
        assertThatThrownBy(() -> Samples.decode(anything, bomb)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> Samples.decode(hessian.result(List.class, shop), bomb))
                .isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> Samples.decode(hessian.arguments(List.of(Object.class, int[].class), shop), bomb))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void refusesOneLevelMoreThanTheLimit() {
        assertThat(Samples.decode(anything, HexFormat.of().parseHex("79".repeat(64) + "90")))
                .isInstanceOf(List.class);
        assertThatThrownBy(() -> Samples.decode(anything, HexFormat.of().parseHex("79".repeat(65) + "90")))
                .hasMessageContaining("maxDepth, 64");
    }

    @Test
    void refusesMoreElementsThanTheLimit() {
        BodyCodec small = new HessianSerializer(
                        SerializationLimits.builder().maxElements(100).build())
                .result(Object.class, shop);
        assertThat(Samples.roundTrip(small, new int[100])).isInstanceOf(int[].class);
        assertThatThrownBy(() -> Samples.roundTrip(small, new int[101])).hasMessageContaining("maxElements");
        assertThatThrownBy(() -> Samples.decode(small, Samples.byHand(out -> {
                    out.writeListBegin(-1, null);
                    for (int i = 0; i < 101; i++) {
                        out.writeInt(i);
                    }
                    out.writeListEnd();
                })))
                .hasMessageContaining("maxElements");
    }

    @Test
    void refusesABodyOverTheLimitBeforeItReadsIt() {
        BodyCodec small = new HessianSerializer(
                        SerializationLimits.builder().maxBodyBytes(1024).build())
                .result(Object.class, shop);
        assertThatThrownBy(() -> Samples.decode(small, new byte[1025])).hasMessageContaining("maxBodyBytes");
    }

    /** Hashing the outermost list takes 2^n steps: a body of 200 bytes could keep a thread for years. */
    @Test
    void refusesAGraphThatUnfoldsWithoutEnd() {
        // A set of a list of (a list of (...), and that list once more). References count from the set, which is 0.
        int levels = 40;
        StringBuilder hex = new StringBuilder(HASH_SET_OF_ONE);
        hex.append("7a".repeat(levels)).append("78");
        for (int list = levels + 1; list > 1; list--) {
            hex.append("51").append(HexFormat.of().toHexDigits((byte) (0x90 + list)));
        }
        byte[] body = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> Samples.decode(anything, body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("unfold");
    }

    @Test
    void endsAHashOfAListInItselfWithAnError() {
        byte[] body = HexFormat.of().parseHex(HASH_SET_OF_ONE + "79" + "5191");
        assertThatThrownBy(() -> Samples.decode(anything, body)).isInstanceOf(SerializationException.class);
    }

    private List<byte[]> validBodies() {
        Samples.Order order = new Samples.Order(new UUID(1, 2));
        order.users.add(Samples.user());
        order.counts.put(Samples.Colour.BLUE, 1L);
        Samples.Node node = new Samples.Node();
        node.next = node;
        node.children.add(node);
        return List.of(
                Samples.encode(anything, Samples.user()),
                Samples.encode(anything, order),
                Samples.encode(anything, node),
                Samples.encode(anything, new Samples.Page<>(List.of(Samples.user(), Samples.user()), "é中😀")),
                Samples.encode(anything, new Samples.Query("text", Optional.of(LocalDate.EPOCH), 3)),
                Samples.encode(anything, Map.of("a", List.of(1, 2L, 3.5, "b"), "c", new int[][] {{1}, {2}})),
                Samples.encode(anything, "x".repeat(40_000)),
                Samples.encode(anything, new byte[70_000]),
                Samples.encode(
                        anything,
                        List.of(
                                java.util.EnumSet.of(Samples.Colour.RED),
                                new java.math.BigDecimal("1.5"),
                                java.time.Instant.EPOCH,
                                new java.util.TreeMap<>(Map.of("k", 'v')))));
    }

    @Test
    void answersEveryTruncationWithAnError() {
        for (byte[] body : validBodies()) {
            assertThat(Samples.decode(anything, body)).isNotNull();
            int step = body.length > 5_000 ? 997 : 1;
            for (int length = 0; length < body.length; length += step) {
                byte[] cut = Arrays.copyOf(body, length);
                assertThatThrownBy(() -> Samples.decode(anything, cut))
                        .as("%d of %d bytes", length, body.length)
                        .isInstanceOf(SerializationException.class);
            }
            byte[] longer = Arrays.copyOf(body, body.length + 1);
            assertThatThrownBy(() -> Samples.decode(anything, longer)).isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void answersEveryMutationWithAnErrorOrAValue() {
        List<byte[]> bodies = new ArrayList<>(validBodies());
        bodies.removeIf(body -> body.length > 5_000);
        BodyCodec typed = hessian.result(Samples.Order.class, shop);
        SplittableRandom random = new SplittableRandom(20_261_121);
        int values = 0;
        int errors = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] body = bodies.get(random.nextInt(bodies.size())).clone();
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                int at = random.nextInt(body.length);
                switch (random.nextInt(4)) {
                    case 0 -> body[at] = (byte) random.nextInt(256);
                    case 1 -> body[at] ^= (byte) (1 << random.nextInt(8));
                    case 2 -> body[at] = (byte) "QCOVXHMZWUNIASRB`pqxyz".charAt(random.nextInt(22));
                    default -> {
                        int from = random.nextInt(body.length);
                        int length = Math.min(random.nextInt(16), body.length - Math.max(from, at));
                        System.arraycopy(body, from, body, at, length);
                    }
                }
            }
            try {
                Samples.decode(random.nextBoolean() ? anything : typed, body);
                values++;
            } catch (SerializationException e) {
                errors++;
            } catch (Throwable e) {
                fail("body " + HexFormat.of().formatHex(body) + " at round " + i, e);
            }
        }
        assertThat(values).as("mutations that stay valid").isPositive();
        assertThat(errors).as("mutations that do not").isPositive();
    }

    @Test
    void readsWellAfterFailures() {
        byte[] good = Samples.encode(anything, Samples.user());
        for (int i = 0; i < good.length; i++) {
            byte[] cut = Arrays.copyOf(good, i);
            assertThatThrownBy(() -> Samples.decode(anything, cut)).isInstanceOf(SerializationException.class);
            assertThat(Samples.decode(anything, good)).isEqualTo(Samples.user());
        }
    }
}
