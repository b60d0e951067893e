package io.moa.transport.netty;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Turns host names into addresses off the event loops, for the JDK's resolver blocks: for a minute, if the name server is
 * silent. So names have few threads, which end when there is nothing to do, and whoever asks for a name that is being asked for
 * shares the answer. Nothing is kept; the JDK does that. Safe for many threads.
 */
final class NameResolver implements AutoCloseable {

    /** How many names are asked for at once. */
    static final int THREADS = 16;

    /** How many names may wait for a thread. */
    static final int WAITING = 1_000;

    private static final long IDLE_SECONDS = 10;

    /** Asks for one name, and blocks. */
    @FunctionalInterface
    interface Source {
        InetAddress address(String name) throws UnknownHostException;
    }

    private final Source source;
    private final ThreadPoolExecutor threads;
    private final Map<String, CompletableFuture<InetAddress>> asked = new ConcurrentHashMap<>();

    NameResolver() {
        this(name -> InetAddress.getAllByName(name)[0]);
    }

    NameResolver(Source source) {
        this.source = source;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "moa-names-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The first address of a name; fails with an {@link UnknownHostException} if there is none, and with a {@link
     * RejectedExecutionException} if too many names wait. Does not block; completes on a thread of this resolver.
     */
    CompletableFuture<InetAddress> resolve(String name) {
        CompletableFuture<InetAddress> mine = new CompletableFuture<>();
        CompletableFuture<InetAddress> running = asked.putIfAbsent(name, mine);
        if (running != null) {
            return running;
        }
        try {
            threads.execute(() -> ask(name, mine));
        } catch (RejectedExecutionException full) {
            asked.remove(name, mine);
            mine.completeExceptionally(new RejectedExecutionException(
                    "its name cannot be asked for now: the name server answers slowly, and " + WAITING
                            + " names wait"));
        }
        return mine;
    }

    private void ask(String name, CompletableFuture<InetAddress> answer) {
        InetAddress address;
        try {
            address = source.address(name);
        } catch (UnknownHostException | RuntimeException e) {
            asked.remove(name, answer);
            answer.completeExceptionally(e);
            return;
        }
        asked.remove(name, answer);
        answer.complete(address);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
