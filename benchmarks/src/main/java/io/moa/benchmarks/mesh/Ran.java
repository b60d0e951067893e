package io.moa.benchmarks.mesh;

import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** What is called: each call has a number, and may run once. */
@MoaService(name = "upgrades.Ran")
@Timeout(millis = 30_000)
public interface Ran {

    /** Remembers that it ran. */
    int once(int number) throws InterruptedException;

    /** So many characters. */
    String big(int characters);

    /** It. Takes 2 ms, so that some are under way at any time. */
    final class Counter implements Ran {
        private final AtomicIntegerArray times;
        private final AtomicInteger numbers = new AtomicInteger();

        Counter(int most) {
            times = new AtomicIntegerArray(most);
        }

        /** The number of the next call. */
        int next() {
            return numbers.getAndIncrement();
        }

        /** How many numbers were given. */
        int given() {
            return numbers.get();
        }

        /** How often a call ran. */
        int times(int number) {
            return times.get(number);
        }

        @Override
        public int once(int number) throws InterruptedException {
            times.incrementAndGet(number);
            Thread.sleep(2);
            return number;
        }

        @Override
        public String big(int characters) {
            return "x".repeat(characters);
        }
    }
}
