package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.collection.LongObjectHashMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestTableTest {

    @Test
    void keepsWhatItIsGiven() {
        RequestTable<String> table = new RequestTable<>(new Random(1));
        table.put(-1, "last"); // ids are unsigned
        table.put(1, "first");
        table.put(1L << 63, "middle");
        assertThat(table.get(1)).isEqualTo("first");
        assertThat(table.get(2)).isNull();
        assertThat(table.values()).containsExactlyInAnyOrder("first", "middle", "last");
        assertThat(table.remove(-1)).isEqualTo("last");
        assertThat(table.remove(-1)).isNull();
        assertThat(table.size()).isEqualTo(2);
        table.clear();
        assertThat(table.isEmpty()).isTrue();
    }

    /** The places that Netty's table gives to ids in strides of a power of two, without and with scattering. */
    @Test
    void idsThatAPeerChoseToCollideAreScattered() {
        int slots = 1 << 15;
        long multiplier = new Random(7).nextLong() | 1;
        for (int stride : new int[] {15, 24, 32, 40, 47}) {
            boolean[] plain = new boolean[slots];
            boolean[] scattered = new boolean[slots];
            for (long i = 1; i <= 10_000; i++) {
                long id = i << stride | i << stride >>> 32; // the two halves take each other out
                plain[place(id, slots)] = true;
                scattered[place(RequestTable.scatter(id, multiplier), slots)] = true;
            }
            assertThat(used(plain)).as("places without scattering").isLessThan(2_000);
            assertThat(used(scattered)).as("places with scattering").isGreaterThan(5_000);
        }
    }

    /** As {@link LongObjectHashMap} does it. */
    private static int place(long key, int slots) {
        return (int) (key ^ (key >>> 32)) & (slots - 1);
    }

    private static int used(boolean[] places) {
        int used = 0;
        for (boolean place : places) {
            used += place ? 1 : 0;
        }
        return used;
    }
}
