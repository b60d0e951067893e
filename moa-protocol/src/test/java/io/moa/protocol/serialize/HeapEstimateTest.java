package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decoding allocates no more than was estimated before it began. Allocation is what the JVM counts for this thread. */
class HeapEstimateTest {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final SerializationLimits ROOMY =
            SerializationLimits.builder().maxHeapBytes(1L << 30).build();

    private final AllowList shop = Samples.shop();
    private final BodyCodec codec = new HessianSerializer(ROOMY).result(Object.class, shop);
    private HessianReader reader = new HessianReader(ROOMY, shop.hessianTypes());

    private record Taken(long allocated, long estimated) {
        boolean isTrue() {
            return allocated <= estimated;
        }
    }

    /** Reads with a reader whose tables are as small as at first, so that their growth counts. */
    private Taken read(byte[] body, Class<?> declared) {
        ByteBuf buffer = Unpooled.wrappedBuffer(body);
        Class<?>[] types = {declared};
        HessianReader fresh = new HessianReader(ROOMY, shop.hessianTypes());
        reader = fresh;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        fresh.read(buffer, shop.hessianTypes(), types, false);
        long after = THREADS.getCurrentThreadAllocatedBytes();
        return new Taken(after - before, fresh.lastHeap());
    }

    /** What a class takes when it is first used is not the body's; so the better of some tries counts. */
    private Taken settled(byte[] body, Class<?> declared) {
        Taken taken = read(body, declared);
        for (int i = 0; i < 3 && !taken.isTrue(); i++) {
            taken = read(body, declared);
        }
        return taken;
    }

    private static Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = SampleValues.all();
        List<Integer> numbers = new ArrayList<>();
        Map<String, Integer> map = new HashMap<>();
        Set<String> collide = new LinkedHashSet<>();
        for (int i = 0; i < 5_000; i++) {
            numbers.add(i * 1_000);
            map.put("key " + i, i);
        }
        // Texts with one hash: each bit chooses between Aa and BB.
        for (int i = 0; i < 1_024; i++) {
            StringBuilder text = new StringBuilder();
            for (int bit = 0; bit < 10; bit++) {
                text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            collide.add(text.toString());
        }
        values.put("5,000 numbers", numbers);
        values.put("5,000 entries", map);
        values.put("5,000 sorted entries", new TreeMap<>(map));
        values.put("5,000 concurrent entries", new ConcurrentHashMap<>(map));
        values.put("5,000 in a set", new HashSet<>(numbers));
        values.put("5,000 in a copying list", new CopyOnWriteArrayList<>(numbers));
        values.put("1,024 that collide", collide);
        values.put("1,024 that collide in a HashSet", new HashSet<>(collide));
        values.put("5,000 int[]", new int[5_000]);
        values.put("5,000 double[]", new double[5_000]);
        values.put(
                "300 users",
                Collections.nCopies(300, null).stream().map(x -> Samples.user()).toList());
        values.put(
                "empty lists",
                new ArrayList<>(Collections.nCopies(3_000, null).stream()
                        .map(x -> new ArrayList<>())
                        .toList()));
        return values;
    }

    @Test
    void isNeverBelowWhatEverySampleTakes() {
        values().forEach((name, value) -> {
            byte[] body = Samples.encode(codec, value);
            Taken taken = settled(body, Object.class);
            assertThat(taken.allocated()).as("%s: %s", name, taken).isLessThanOrEqualTo(taken.estimated());
        });
    }

    /** One by one a value hides behind what every body is allowed. */
    @Test
    void isNeverBelowWhatManyOfOneKindTake() {
        SampleValues.all().forEach((name, value) -> {
            byte[] one = Samples.encode(codec, value);
            if (one.length > 2_000) {
                return;
            }
            // Each of them an object of its own, or they would be references.
            List<@Nullable Object> many = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                many.add(Samples.decode(codec, one));
            }
            Taken taken = settled(Samples.encode(codec, many), Object.class);
            assertThat(taken.allocated()).as("500 times %s: %s", name, taken).isLessThanOrEqualTo(taken.estimated());
        });
    }

    @Test
    void isNotManyTimesWhatACommonValueTakes() {
        byte[] body = Samples.encode(codec, values().get("300 users"));
        Taken taken = settled(body, Object.class);
        assertThat(taken.estimated()).as("%s", taken).isLessThan(4 * taken.allocated());
    }

    @Test
    void isNeverBelowWhatAnOpenListTakes() {
        for (String type : new String[] {
            null,
            "java.util.LinkedList",
            "java.util.HashSet",
            "[int",
            "[string",
            "[object",
            "java.util.concurrent.CopyOnWriteArrayList",
            "java.util.ArrayDeque",
            "Set.of",
            "List.of"
        }) {
            byte[] body = Samples.byHand(out -> {
                out.writeListBegin(-1, type);
                for (int i = 0; i < 3_000; i++) {
                    if ("[string".equals(type)) {
                        out.writeString("");
                    } else {
                        out.writeInt(i);
                    }
                }
                out.writeListEnd();
            });
            Taken taken = settled(body, Object.class);
            assertThat(taken.allocated()).as("%s: %s", type, taken).isLessThanOrEqualTo(taken.estimated());
        }
    }

    @Test
    void isNeverBelowWhatMutatedBodiesTake() {
        List<byte[]> bodies = new ArrayList<>();
        SampleValues.all().values().forEach(value -> bodies.add(Samples.encode(codec, value)));
        bodies.removeIf(body -> body.length > 2_000);
        SplittableRandom random = new SplittableRandom(7);
        int read = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] body = bodies.get(random.nextInt(bodies.size())).clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(body.length);
                body[at] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "QCOVXHMZWUNIASRB`pqxyz".charAt(random.nextInt(22));
            }
            Class<?> declared =
                    random.nextBoolean() ? Object.class : random.nextBoolean() ? Set.class : Samples.Order.class;
            try {
                Taken taken = settled(body, declared);
                read++;
                assertThat(taken.allocated())
                        .as("%s for %s", taken, HexFormat.of().formatHex(body))
                        .isLessThanOrEqualTo(taken.estimated());
            } catch (SerializationException
                    | NullPointerException
                    | ClassCastException
                    | IndexOutOfBoundsException
                    | StackOverflowError
                    | IllegalArgumentException e) {
                // What a broken body is answered with is the concern of other tests.
            }
        }
        assertThat(read).as("bodies that stayed whole").isGreaterThan(5_000);
    }

    @Test
    void refusesBeforeAnythingIsMadeAndSaysWhichSetting() {
        SerializationLimits small =
                SerializationLimits.builder().maxHeapBytes(64 << 10).build();
        BodyCodec narrow = new HessianSerializer(small).result(Object.class, shop);
        byte[] body = Samples.encode(codec, values().get("5,000 entries"));
        SerializationException refusal =
                catchThrowableOfType(SerializationException.class, () -> Samples.decode(narrow, body));
        assertThat(refusal.reason()).isEqualTo(SerializationException.Reason.OVER_LIMIT);
        assertThat(refusal)
                .hasMessageContaining("maxHeapBytes, 65536")
                .hasMessageMatching(".* about \\d{6,7} bytes .*");
        ByteBuf buffer = Unpooled.wrappedBuffer(body);
        boolean refused = false;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            narrow.decode(buffer);
        } catch (SerializationException e) {
            refused = true;
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(refused).isTrue();
        assertThat(allocated).isLessThan(body.length);
    }

    @Test
    void refusesAPlainValueOverTheBudgetToo() {
        SerializationLimits small =
                SerializationLimits.builder().maxHeapBytes(64 << 10).build();
        BodyCodec narrow = new HessianSerializer(small).result(Object.class, shop);
        assertThat(Samples.roundTrip(narrow, new byte[60_000])).isInstanceOf(byte[].class);
        for (Object value : List.of(new byte[70_000], "x".repeat(70_000))) {
            byte[] body = Samples.encode(codec, value);
            assertThatThrownBy(() -> Samples.decode(narrow, body)).hasMessageContaining("maxHeapBytes");
        }
    }

    /** One list, and many fields of another kind that refer to it: each would be a copy. */
    @Test
    void countsTheCopiesOfACollectionThatIsReferredTo() {
        int copies = 500;
        byte[] body = Samples.byHand(out -> {
            out.writeListBegin(copies + 1, null);
            List<Integer> shared = new ArrayList<>(Collections.nCopies(1_000, 7));
            out.writeObject(shared);
            for (int i = 0; i < copies; i++) {
                Samples.object(out, Sets.class.getName(), "numbers", Samples.hand(inner -> inner.writeObject(shared)));
            }
        });
        AllowList allowed = AllowList.ofValues().plus(Sets.class);
        SerializationLimits small =
                SerializationLimits.builder().maxHeapBytes(4 << 20).build();
        assertThatThrownBy(() -> Samples.decode(new HessianSerializer(small).result(Object.class, allowed), body))
                .hasMessageContaining("maxHeapBytes");
        assertThat(Samples.decode(new HessianSerializer(ROOMY).result(Object.class, allowed), body))
                .isInstanceOf(List.class);
    }

    static final class Sets {
        Set<Integer> numbers = Set.of();
    }

    /** Before it is known to be good, a body takes little: the tables of the guard. */
    @Test
    void takesLittleForABodyThatIsRefused() {
        byte[] lists = new byte[50_001];
        Arrays.fill(lists, (byte) 0x78);
        lists[0] = 0x57;
        byte[] classes = HexFormat.of().parseHex("57" + "4301789060".repeat(4_000));
        for (byte[] body : List.of(lists, classes)) {
            HessianReader fresh = new HessianReader(ROOMY, shop.hessianTypes());
            ByteBuf buffer = Unpooled.wrappedBuffer(body);
            Class<?>[] types = {Object.class};
            String message = "";
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                fresh.read(buffer, shop.hessianTypes(), types, false);
            } catch (SerializationException e) {
                message = e.getMessage();
            }
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertThat(message).contains("cut short");
            // Growing tables are dropped on the way: what stands at one time is less than half of this.
            assertThat(allocated).isLessThan(20L * body.length);
        }
    }
}
