package io.moa.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a command that runs until it is told to: by Ctrl+C, SIGTERM, or a limit of its own. The process then lives
 * until {@link #close()}, a bounded time, so that what the command holds is given back first.
 */
final class EndRequest implements AutoCloseable {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /**
     * Listens from now on.
     *
     * @param command names the command, for the name of the thread
     * @param graceSeconds how long the process waits for {@link #close()} at most
     */
    EndRequest(String command, long graceSeconds) {
        hook = new Thread(
                () -> {
                    asked.countDown();
                    try {
                        ended.await(graceSeconds, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "moa-" + command + "-end");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Waits for the end.
     *
     * @param limitMillis after which it ends by itself; null for never
     * @param everyMillis how often the command says something meanwhile
     */
    void await(@Nullable Long limitMillis, long everyMillis, Runnable say) throws InterruptedException {
        long left = limitMillis == null ? Long.MAX_VALUE : limitMillis;
        while (left > 0 && !asked.await(Math.min(left, everyMillis), TimeUnit.MILLISECONDS)) {
            left -= Math.min(left, everyMillis);
            if (left > 0) {
                say.run();
            }
        }
    }

    /** Asks for the end, as Ctrl+C does. */
    void ask() {
        asked.countDown();
    }

    /** All is given back: the process may end. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is what ended this
        }
    }
}
