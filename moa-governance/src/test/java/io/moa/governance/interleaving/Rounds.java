package io.moa.governance.interleaving;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Plays a round of two threads thousands of times, each time with something new, and looks at what has become of it. The threads take part in
 * one round after the other and begin each at the same moment, unless one of them has no processor: the other does not wait for it then, and
 * so the time that this takes hardly depends on what else runs.
 */
final class Rounds {

    /** More would wait for processors, and not run together. */
    static final int THREADS = 2;

    /** So many are played of each scenario. */
    static final int PLAYED = 3_000;

    private static final int AT_ONCE = 250;
    private static final int PATIENCE = 1_000; // looks for the other thread, which take some microseconds

    /** What a thread does. */
    @FunctionalInterface
    interface Part<R> {
        /**
         * Plays a part.
         *
         * @param thread 0 or 1
         */
        void play(R round, int thread);
    }

    private Rounds() {}

    /**
     * Plays all.
     *
     * @param begun makes what a round is about
     * @param part is played by both threads at the same time
     * @param ended fails if a round has not ended as it must
     */
    static <R> void of(Supplier<R> begun, Part<R> part, Consumer<R> ended) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            for (int played = 0; played < PLAYED; played += AT_ONCE) {
                List<R> rounds = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    rounds.add(begun.get());
                }
                AtomicIntegerArray reached = new AtomicIntegerArray(THREADS);
                Future<?> first = pool.submit(() -> play(rounds, part, reached, 0));
                Future<?> second = pool.submit(() -> play(rounds, part, reached, 1));
                first.get();
                second.get();
                rounds.forEach(ended);
            }
        } finally {
            pool.shutdownNow();
            pool.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static <R> void play(List<R> rounds, Part<R> part, AtomicIntegerArray reached, int thread) {
        for (int i = 0; i < rounds.size(); i++) {
            reached.set(thread, i + 1);
            for (int looks = 0; reached.get(1 - thread) <= i && looks < PATIENCE; looks++) {
                Thread.onSpinWait();
            }
            part.play(rounds.get(i), thread);
        }
    }
}
