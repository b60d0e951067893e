package io.moa.governance.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TookBucketsTest {

    @Test
    void aTimeIsNoLongerThanItsClassAndLongerThanTheOneBefore() {
        Random chance = new Random(7);
        LongStream ends = LongStream.range(0, TookBuckets.COUNT - 1)
                .flatMap(each -> LongStream.of(TookBuckets.longest((int) each), TookBuckets.longest((int) each) + 1));
        LongStream any = LongStream.generate(() -> chance.nextLong(1L << chance.nextInt(1, 40)))
                .limit(10_000);
        LongStream.concat(ends, any).forEach(nanos -> {
            int bucket = TookBuckets.of(nanos);
            assertThat(TookBuckets.longest(bucket)).isGreaterThanOrEqualTo(nanos);
            if (bucket > 0) {
                assertThat(TookBuckets.longest(bucket - 1)).isLessThan(nanos);
            }
        });
    }

    @Test
    void aClassIsAQuarterWideAtMost() {
        for (int i = 1; i < TookBuckets.COUNT - 1; i++) {
            long shortest = TookBuckets.longest(i - 1) + 1;
            assertThat(TookBuckets.longest(i)).isGreaterThan(shortest).isLessThanOrEqualTo(shortest + shortest / 4);
        }
    }

    @Test
    void anyTimeHasAClass() {
        assertThat(TookBuckets.of(-1)).isZero();
        assertThat(TookBuckets.of(0)).isZero();
        assertThat(TookBuckets.of(Long.MAX_VALUE)).isEqualTo(TookBuckets.COUNT - 1);
    }
}
