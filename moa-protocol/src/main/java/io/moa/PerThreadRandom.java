package io.moa;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The chance of production: a generator per thread, so that threads do not wait for one another. */
final class PerThreadRandom implements RandomGenerator {

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public int nextInt(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }
}
