package io.moa.log;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that makes and writes the lines of a {@link CallLog}: an appender may wait for a disk, and those who end calls are event loops. It
 * begins with the first line. Safe for many threads.
 */
final class LineWriter implements AutoCloseable {

    /** So many lines wait for a disk at most. */
    private static final int ROOM = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(LineWriter.class);

    private final BlockingQueue<Runnable> lines = new ArrayBlockingQueue<>(ROOM);
    private final String name;
    private final Runnable idle;
    private volatile boolean closed;
    private @Nullable Thread thread; // guarded by this

    /**
     * A writer without a thread yet.
     *
     * @param idle run by the thread when a second has passed without a line
     */
    LineWriter(String name, Runnable idle) {
        this.name = name;
        this.idle = idle;
    }

    /** Has a line written. False if too many wait already, or this is closed. */
    boolean offer(Runnable line) {
        if (closed || !lines.offer(line)) {
            return false;
        }
        begin();
        return true;
    }

    private synchronized void begin() {
        if (thread == null && !closed) {
            thread = new Thread(this::write, name);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void write() {
        while (true) {
            try {
                Runnable line = lines.poll(1, TimeUnit.SECONDS);
                if (line != null) {
                    line.run();
                } else if (closed) {
                    return;
                } else {
                    idle.run();
                }
            } catch (InterruptedException ending) {
                return;
            } catch (RuntimeException | Error e) { // of an appender: the next line may be written
                LOG.debug("a line of the call log could not be written", e);
            }
        }
    }

    /** Writes what waits, and ends. Does not wait for it. */
    @Override
    public void close() {
        closed = true;
        lines.offer(() -> {}); // wakes it
    }
}
