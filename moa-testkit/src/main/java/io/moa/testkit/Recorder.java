package io.moa.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A listener that remembers what it was told, by which thread, and whether it was ever told two things at once.
 *
 * <p>Safe for many threads.
 *
 * @param <T> what it is told; never null
 */
public final class Recorder<T> implements Consumer<T> {

    private final Consumer<? super T> then;
    private final List<T> told = new ArrayList<>(); // guarded by itself
    private final List<Thread> tellers = new ArrayList<>(); // guarded by told
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
    private volatile boolean overlapped;

    /** A listener that only remembers. */
    public Recorder() {
        this(value -> {});
    }

    /**
     * A listener that remembers and then does something.
     *
     * @param then what it does; what it throws comes out of {@link #accept}
     */
    public Recorder(Consumer<? super T> then) {
        this.then = then;
    }

    @Override
    public void accept(T value) {
        if (!inside.compareAndSet(null, Thread.currentThread())) {
            overlapped = true; // by another thread, or by this one further up its stack: neither is "one at a time"
        }
        try {
            synchronized (told) {
                told.add(value);
                tellers.add(Thread.currentThread());
            }
            then.accept(value);
        } finally {
            inside.set(null);
        }
    }

    /** What it was told, oldest first. A copy. */
    public List<T> told() {
        synchronized (told) {
            return List.copyOf(told);
        }
    }

    /** By which threads it was told, in the order of {@link #told()}. A copy. */
    public List<Thread> tellers() {
        synchronized (told) {
            return List.copyOf(tellers);
        }
    }

    /** How often it was told something. */
    public int count() {
        synchronized (told) {
            return told.size();
        }
    }

    /**
     * What it was told last.
     *
     * @throws AssertionError if it was told nothing yet
     */
    public T last() {
        synchronized (told) {
            if (told.isEmpty()) {
                throw new AssertionError("The listener was told nothing yet");
            }
            return told.get(told.size() - 1);
        }
    }

    /** Whether it was told something while it was still busy with something else. */
    public boolean overlapped() {
        return overlapped;
    }

    /**
     * Waits until it is told something of a kind, or has been.
     *
     * @param expected in words, for the message
     * @return the first such value
     * @throws AssertionError that shows everything it was told, if there is none in time
     */
    public T await(Eventually eventually, Predicate<? super T> condition, String expected) {
        AtomicReference<@Nullable T> found = new AtomicReference<>();
        eventually.until(
                () -> {
                    for (T value : told()) {
                        if (condition.test(value)) {
                            found.set(value);
                            return true;
                        }
                    }
                    return false;
                },
                () -> "expected to be told " + expected + ", was told " + told());
        T value = found.get();
        if (value == null) {
            throw new AssertionError("unreachable");
        }
        return value;
    }

    @Override
    public String toString() {
        return "Recorder" + told();
    }
}
