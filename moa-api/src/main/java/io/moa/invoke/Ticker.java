package io.moa.invoke;

/**
 * A source of elapsed time. Every timeout, age and lease in MOA reads one that it was given, so a test can move it.
 *
 * <p>Values have no meaning of their own and may be negative; compare them by subtraction. Safe for many threads.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since some fixed moment; never decreases. */
    long nanos();

    /** The ticker of production: {@link System#nanoTime()}, which wall-clock jumps do not touch. */
    static Ticker system() {
        return System::nanoTime;
    }
}
