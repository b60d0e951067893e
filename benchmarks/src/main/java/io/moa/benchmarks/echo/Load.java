package io.moa.benchmarks.echo;

/**
 * Makes calls from {@link #start} on, and counts only those between {@link #begin} and {@link #end}: the same threads warm
 * up and are measured. Used by one controlling thread.
 */
interface Load {

    /** Starts calling; what is called now warms up and is not counted. */
    void start();

    /** Opens the window. */
    void begin();

    /** Closes the window and stops calling. Returns at once or after the calls in flight are answered. */
    Calls end() throws InterruptedException;
}
