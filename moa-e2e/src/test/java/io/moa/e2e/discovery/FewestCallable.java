package io.moa.e2e.discovery;

import io.moa.client.MoaClient;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Looks all the time how many instances a client would call. */
final class FewestCallable implements AutoCloseable {

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Thread thread;
    private volatile int fewest;

    /** Waits until there are so many, and watches from then on. */
    FewestCallable(MoaClient client, int all) {
        Market.eventually().value(() -> callable(client), count -> count == all, all + " callable instances");
        fewest = all;
        thread = new Thread(
                () -> {
                    while (!stopped.get()) {
                        fewest = Math.min(fewest, callable(client));
                        LockSupport.parkNanos(1_000_000);
                    }
                },
                "fewest-callable");
        thread.setDaemon(true);
        thread.start();
    }

    /** Those in doubt count: they are called, if last. */
    static int callable(MoaClient client) {
        String text = client.explain(Market.TILL);
        int end = text.indexOf(" of ");
        return end < 0 ? 0 : Integer.parseInt(text.substring(text.lastIndexOf(' ', end - 1) + 1, end));
    }

    int fewest() {
        stopped.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return fewest;
    }

    @Override
    public void close() {
        fewest();
    }
}
