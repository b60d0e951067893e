package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that a peer chose so that hashing or comparing them would take for ever. Each of these ends at once, or never. */
class KeyGuardTest {

    record Point(int x, int y) {}

    record Holder(Set<Object> set) {}

    /** What object mappers advise for entities whose key is not known yet. */
    static final class Entity {
        int id;

        Entity() {}

        Entity(int id) {
            this.id = id;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entity entity && entity.id == id;
        }

        @Override
        public int hashCode() {
            return 7;
        }
    }

    /** Whose signatures allow the classes of this test. */
    interface Places {
        Point point(Holder holder, Entity entity);
    }

    private final AllowList allowed = AllowList.ofService(Places.class);
    private final HessianSerializer hessian = new HessianSerializer();
    private final BodyCodec anything = hessian.result(Object.class, allowed);
    private final JsonSerializer json = new JsonSerializer();

    // ---- graphs that unfold

    /** A list O of a chain that unfolds to 2^n values, and a map in it whose key is another such chain that ends in O. */
    private static byte[] bombAroundAnOpenList(int outer, int inner, byte... before) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before);
        out.write('W');
        int ref = chain(out, 1, outer, -1);
        out.write('H');
        chain(out, ref + 1, inner, 0);
        out.write('N');
        out.write('Z');
        out.write('Z');
        return out.toByteArray();
    }

    /** A list of a list and that list once more, and so on; returns the number of the next reference. */
    private static int chain(ByteArrayOutputStream out, int ref, int levels, int leaf) {
        if (levels == 0) {
            out.write(0x79);
            if (leaf < 0) {
                out.write(0x90);
            } else {
                reference(out, leaf);
            }
            return ref + 1;
        }
        out.write(0x7a);
        int next = chain(out, ref + 1, levels - 1, leaf);
        reference(out, ref + 1);
        return next;
    }

    private static void reference(ByteArrayOutputStream out, int ref) {
        out.write('Q');
        number(out, ref);
    }

    private static void number(ByteArrayOutputStream out, int value) {
        out.write('I');
        out.write(value >>> 24);
        out.write(value >>> 16);
        out.write(value >>> 8);
        out.write(value);
    }

    @Test
    void aKeyThatRefersToAListStillOpenIsNotHashedForEver() {
        byte[] bomb = bombAroundAnOpenList(20, 20);
        assertThat(bomb.length).isLessThan(400);
        for (BodyCodec codec : List.of(
                anything,
                hessian.result(String.class, allowed),
                hessian.arguments(List.of(String.class), allowed),
                hessian.result(Point.class, allowed))) {
            assertThatThrownBy(() -> Samples.decode(codec, bomb))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("to hash and compare");
        }
    }

    @Test
    void norInAFieldThatIsSkipped() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('C');
        text(out, Point.class.getName());
        out.write(0x91);
        text(out, "unknown");
        out.write(0x60);
        // The object is reference 0, so the list is 1.
        out.write('W');
        int ref = chain(out, 2, 20, -1);
        out.write('H');
        chain(out, ref + 1, 20, 1);
        out.write('N');
        out.write('Z');
        out.write('Z');
        assertThatThrownBy(() -> Samples.decode(anything, out.toByteArray()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("to hash and compare");
    }

    @Test
    void norWhenAListBecomesASetBecauseASetIsDeclared() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('C');
        text(out, Holder.class.getName());
        out.write(0x91);
        text(out, "set");
        out.write('W');
        int ref = chain(out, 1, 20, -1);
        out.write(0x60);
        out.write(0x79);
        chain(out, ref + 2, 20, 0);
        out.write('Z');
        assertThatThrownBy(() -> Samples.decode(anything, out.toByteArray()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("to hash and compare");
    }

    @Test
    void aKeyThatHoldsItselfIsRefusedWithoutRunningOverTheStack() {
        byte[] body = {'H', 0x79, 'Q', (byte) 0x91, 'N', 'Z'};
        assertThatThrownBy(() -> Samples.decode(anything, body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("holds itself")
                .hasNoCause();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length < 32) {
            out.write(bytes.length);
        } else {
            out.write(0x30 + (bytes.length >> 8));
            out.write(bytes.length);
        }
        out.writeBytes(bytes);
    }

    // ---- keys of one hash

    private static List<Object> colliding(int number) {
        List<Object> lists = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            lists.add(new ArrayList<>(List.of(i, -31 * i)));
        }
        assertThat(new HashSet<>(lists.stream().map(Object::hashCode).toList())).hasSize(1);
        return lists;
    }

    @Test
    void manyKeysOfOneHashAreRefused() {
        // The bytes of a list, as a set's: a set made here would take as long as the attack.
        byte[] list = Samples.encode(anything, colliding(10_000));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('V');
        text(out, HashSet.class.getName());
        out.write(list, 1, list.length - 1);
        assertThatThrownBy(() -> Samples.decode(anything, out.toByteArray()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("same hash");
    }

    @Test
    void recordsOfOneHashAreRefusedToo() {
        List<Object> points = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            points.add(new Point(i, -31 * i));
        }
        assertThatThrownBy(() -> Samples.decode(hessian.result(Set.class, allowed), Samples.encode(anything, points)))
                .hasMessageContaining("same hash");
    }

    @Test
    void inJsonToo() throws Exception {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < 10_000; i++) {
            text.append(i == 0 ? "" : ",")
                    .append("[")
                    .append(i)
                    .append(",")
                    .append(-31 * i)
                    .append("]");
        }
        BodyCodec codec = json.result(SetOfLists.class.getDeclaredField("set").getGenericType(), allowed);
        assertThatThrownBy(() -> codec.decode(
                        Unpooled.wrappedBuffer(text.append("]").toString().getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("same hash");
    }

    static final class SetOfLists {
        Set<List<Integer>> set;
    }

    // ---- decimals in order

    @Test
    void decimalsOfAMillionDigitsAreRefusedBeforeTheyAreComparedOrCounted() {
        List<Object> decimals = new ArrayList<>();
        decimals.add(new BigDecimal(BigInteger.ONE.shiftLeft(3_400_000), 999_999));
        for (int i = 1; i <= 50; i++) {
            decimals.add(new BigDecimal(BigInteger.valueOf(10_000_000L + i), 7));
        }
        byte[] list = Samples.encode(anything, decimals);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('V');
        text(out, TreeSet.class.getName());
        out.write(list, 1, list.length - 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> Samples.decode(anything, out.toByteArray()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("1000 digits");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(32L << 20);
    }

    // ---- what is in order

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000})
    void entitiesOfOneHashPassAsLongAsTheyAreNotTooMany(int number) {
        Set<Object> entities = new HashSet<>();
        for (int i = 0; i < number; i++) {
            entities.add(new Entity(i));
        }
        assertThat(Samples.roundTrip(anything, entities)).isEqualTo(entities);
    }

    @Test
    void mapsAndSetsOfOrdinaryKeysPass() {
        Map<Object, Object> points = new HashMap<>();
        Map<Object, Object> times = new TreeMap<>();
        Set<Object> lists = new HashSet<>();
        Set<Object> decimals = new TreeSet<>();
        for (int i = 0; i < 20_000; i++) {
            points.put(new Point(i % 200, i / 200), i);
            times.put(LocalDateTime.of(2026, 1, 1, 0, 0).plusMinutes(i), i);
            lists.add(List.of("a", i, List.of(i)));
            decimals.add(new BigDecimal(BigInteger.valueOf(i), 2));
        }
        for (Object each : List.of(points, times, lists, decimals)) {
            assertThat(Samples.roundTrip(anything, each)).isEqualTo(each);
        }
    }

    @Test
    void aTableOfHashesKeepsCountWhileItGrows() {
        HashCounts counts = new HashCounts(bytes -> {});
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5_000; i++) {
                assertThat(counts.add(i << 16)).isEqualTo(round);
            }
        }
    }
}
