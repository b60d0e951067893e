package io.moa.e2e.mesh;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts how often each call ran. */
@MoaService(name = "mesh.Counted")
@Timeout(millis = 60_000)
public interface Counted {

    /** May run twice. */
    @Idempotent
    int again(int number) throws InterruptedException;

    /** May not. */
    int once(int number) throws InterruptedException;

    /** Waits a moment in each call, so that some are under way at any time. */
    final class Counter implements Counted {
        final Map<Integer, Integer> ran = new ConcurrentHashMap<>();

        @Override
        public int again(int number) throws InterruptedException {
            return once(number);
        }

        @Override
        public int once(int number) throws InterruptedException {
            ran.merge(number, 1, Integer::sum);
            Object moment = new Object();
            synchronized (moment) {
                moment.wait(1);
            }
            return number;
        }

        /** How many calls of some ran more than once. */
        long twice(Collection<Integer> numbers) {
            return numbers.stream()
                    .filter(each -> ran.getOrDefault(each, 0) > 1)
                    .count();
        }
    }
}
