package io.moa.invoke;

/**
 * Runs something later. Every delay in MOA goes through one that it was given, so a test decides when time passes.
 *
 * <p>Safe for many threads. Tasks must be short and must not block.
 */
@FunctionalInterface
public interface Scheduler {

    /**
     * Runs {@code task} once, not earlier than after {@code delayNanos}.
     *
     * @param delayNanos from now; 0 or less means as soon as possible
     * @return a handle to take it back
     */
    Timer schedule(Runnable task, long delayNanos);

    /** A scheduled task. */
    @FunctionalInterface
    interface Timer {
        /** Takes the task back if it has not begun; otherwise does nothing. */
        void cancel();
    }
}
