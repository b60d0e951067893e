package io.moa.disk;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that reads and writes, which is there only while there is something to do: a disk may take its time. What it is given runs in
 * that order. Safe for many threads.
 */
public final class DiskThread implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskThread.class);

    private final ThreadPoolExecutor thread;

    /** The one of an application, as its name says. */
    public DiskThread(String application) {
        thread = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread fresh = new Thread(task, "moa-disk-" + application);
            fresh.setDaemon(true);
            return fresh;
        });
    }

    /** @throws java.util.concurrent.RejectedExecutionException if it was closed */
    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    /**
     * What waits is still written, and waited for, up to a second: whoever closes what has a disk often ends the process next. A disk that
     * hangs is not waited for longer. Idempotent.
     */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.debug("the disk takes longer than a second; what is known may not be kept");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
