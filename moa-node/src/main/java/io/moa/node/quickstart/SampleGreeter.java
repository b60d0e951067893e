package io.moa.node.quickstart;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Greets, and counts. Safe for many threads. */
public final class SampleGreeter implements Greeter {

    private static final int LONGEST_THOUGHT_MILLIS = 10_000;

    private final String name;
    private final LongAdder runs = new LongAdder();
    private final AtomicInteger notes = new AtomicInteger();

    /**
     * A greeter.
     *
     * @param name signs its greetings
     */
    public SampleGreeter(String name) {
        this.name = name;
    }

    @Override
    public Greeting greet(String whom) {
        runs.increment();
        return greeting(whom);
    }

    @Override
    public CompletableFuture<Greeting> greetLater(String whom) {
        runs.increment();
        return CompletableFuture.completedFuture(greeting(whom));
    }

    @Override
    public Greeting find(String whom) {
        runs.increment();
        work(2);
        return greeting(whom);
    }

    @Override
    public Greeting ponder(String whom, int millis) {
        if (millis < 0 || millis > LONGEST_THOUGHT_MILLIS) {
            throw new IllegalArgumentException(
                    "A greeter ponders 0 to " + LONGEST_THOUGHT_MILLIS + " ms, not " + millis);
        }
        runs.increment();
        work(millis);
        return greeting(whom);
    }

    @Override
    public void note(String text) {
        runs.increment();
        notes.incrementAndGet();
    }

    /** How many calls it has run. */
    public long runs() {
        return runs.sum();
    }

    /** How many notes it has taken. */
    public int notes() {
        return notes.get();
    }

    private Greeting greeting(String whom) {
        return new Greeting("Hello, " + whom, name);
    }

    /** What a real service would spend on a database. */
    private static void work(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while working", e);
        }
    }
}
