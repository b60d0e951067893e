package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class BytesTableTest {

    @Test
    void findsWhatWasPutForEveryLength() {
        BytesTable<Integer> table = new BytesTable<>(1000, 42);
        for (int length = 0; length < 300; length++) {
            assertThat(table.put(WireSample.random(length, length), length)).isTrue();
        }
        assertThat(table.size()).isEqualTo(300);
        for (int length = 0; length < 300; length++) {
            ByteBuf in = Unpooled.directBuffer();
            in.writeZero(3).writeBytes(WireSample.random(length, length)).writeZero(9);
            assertThat(table.get(in, 3, length)).isEqualTo(length);
            if (length > 0) {
                in.setByte(3 + length / 2, in.getByte(3 + length / 2) ^ 1);
                assertThat(table.get(in, 3, length)).isNull();
            }
            in.release();
        }
    }

    @Test
    void tellsPrefixesAndPaddingApart() {
        BytesTable<String> table = new BytesTable<>(100, 42);
        table.put(new byte[] {1}, "one");
        table.put(new byte[] {1, 0}, "two");
        table.put(new byte[8], "eight");
        assertThat(table.get(Unpooled.wrappedBuffer(new byte[16]), 0, 8)).isEqualTo("eight");
        assertThat(table.get(Unpooled.wrappedBuffer(new byte[16]), 0, 7)).isNull();
        assertThat(table.get(Unpooled.wrappedBuffer(new byte[16]), 0, 9)).isNull();
        assertThat(table.get(Unpooled.wrappedBuffer(new byte[] {1, 0}), 0, 1)).isEqualTo("one");
        assertThat(table.get(Unpooled.wrappedBuffer(new byte[] {1, 0}), 0, 2)).isEqualTo("two");
    }

    @Test
    void aLaterValueReplacesAnEarlierOne() {
        BytesTable<String> table = new BytesTable<>(1, 42);
        assertThat(table.put(new byte[] {1}, "old")).isTrue();
        assertThat(table.put(new byte[] {1}, "new")).isTrue();
        assertThat(table.get(Unpooled.wrappedBuffer(new byte[] {1}), 0, 1)).isEqualTo("new");
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void takesNoMoreThanItsBound() {
        BytesTable<Integer> table = new BytesTable<>(64, 42);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            taken += table.put(WireSample.random(i, 20), i) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(table.size()).isEqualTo(64);
        assertThatThrownBy(() -> new BytesTable<>(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BytesTable<>(Integer.MAX_VALUE, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasRoomForAlmostAllKeysOfItsBound() {
        // Names that differ in few bits, as real ones do. A weak hash would crowd them and refuse many.
        BytesTable<Integer> table = new BytesTable<>(4096, 42);
        int refused = 0;
        for (int i = 0; i < 4096; i++) {
            byte[] key = CallHeader.encodeTarget(
                    io.moa.discovery.ServiceId.of("com.shop.Service" + i / 16),
                    new io.moa.invoke.MethodId("method" + i % 16, "()"),
                    1);
            refused += table.put(key, i) ? 0 : 1;
        }
        assertThat(refused).isLessThan(20);
    }

    @Test
    void keysThatCrowdUnderOneSeedDoNotUnderAnother() {
        // An attacker who knew the seed would collect keys of one slot.
        BytesTable<Integer> known = new BytesTable<>(1024, 1);
        List<byte[]> crowd = new ArrayList<>();
        Random random = new Random(8);
        while (crowd.size() < 60) {
            byte[] key = WireSample.random(random.nextLong(), 16);
            if (known.firstSlot(key) == 77) {
                crowd.add(key);
            }
        }
        BytesTable<Integer> other = new BytesTable<>(1024, 2);
        int takenByKnown = 0;
        int takenByOther = 0;
        for (int i = 0; i < crowd.size(); i++) {
            takenByKnown += known.put(crowd.get(i), i) ? 1 : 0;
            takenByOther += other.put(crowd.get(i), i) ? 1 : 0;
        }
        assertThat(takenByKnown).as("the bound on probes").isEqualTo(16);
        assertThat(takenByOther).isEqualTo(60);
    }

    @Test
    void manyThreadsSeeOnlyWholeEntries() throws Exception {
        BytesTable<String> table = new BytesTable<>(512, 42);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                int thread = t;
                done.add(pool.submit(() -> {
                    Random random = new Random(thread);
                    for (int i = 0; i < 20_000; i++) {
                        byte[] key =
                                ("key " + random.nextInt(400)).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                        String found = table.get(Unpooled.wrappedBuffer(key), 0, key.length);
                        String expected = new String(key, java.nio.charset.StandardCharsets.US_ASCII);
                        if (found == null) {
                            table.put(key, expected);
                        } else {
                            assertThat(found).isEqualTo(expected);
                        }
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            pool.shutdown();
        }
        assertThat(table.size()).isLessThanOrEqualTo(400);
    }
}
