package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The subscription: one thread with one connection, open while there is a channel to listen on. Whatever Redis answers, the
 * thread goes on and tries again. Nothing depends on its messages; they only make followers look sooner.
 *
 * <p>The link's thread writes (channels, signs of life), this thread reads; a silence longer than {@link #SILENCE} ends the
 * connection.
 */
final class HintListener {

    private static final Duration SILENCE = Duration.ofSeconds(8);
    private static final int MAX_CHANNELS = 200;
    private static final long LONGEST_REST_NANOS = Duration.ofMillis(40).toNanos();
    private static final long PING_NANOS = Duration.ofSeconds(3).toNanos();

    private final RedisConfig config;
    private final RandomGenerator random;
    private final Consumer<String> hinted;
    private final Consumer<String> complaints;

    // After a message others may come by hundreds, and each that is waited for alone wakes this thread. What comes
    // while it
    // rests is read in one go; the followers gather changes for twice as long anyway.
    private final LongConsumer pause;
    private final long restNanos;

    private final Object lock = new Object();
    // All guarded by lock.
    private Set<String> given = Set.of();
    private Set<String> wanted = Set.of();
    private final Set<String> asked = new HashSet<>();
    private Address.@Nullable Tcp address;
    private @Nullable RedisConnection connection;
    private @Nullable Thread thread;
    private boolean closed;
    private long pingedAt;

    /**
     * A listener that begins with the first channel.
     *
     * @param hinted told each channel on which there was a message, or may have been one
     * @param pause lets the thread rest for so many nanoseconds, when it has told of all that has come
     */
    HintListener(
            RedisConfig config,
            RandomGenerator random,
            Consumer<String> hinted,
            Consumer<String> complaints,
            LongConsumer pause) {
        this.config = config;
        this.random = random;
        this.hinted = hinted;
        this.complaints = complaints;
        this.pause = pause;
        this.restNanos = Math.min(LONGEST_REST_NANOS, config.coalesce().toNanos() / 2);
    }

    /**
     * Replaces the channels.
     *
     * @param channels of which the first {@value #MAX_CHANNELS} are listened to; a longer list would not fit into the socket's
     *     buffer, and who writes it would wait
     */
    void want(Set<String> channels) {
        synchronized (lock) {
            if (channels.equals(given)) {
                return; // it is said at every step of the link
            }
            given = channels;
            Set<String> next = channels.stream().sorted().limit(MAX_CHANNELS).collect(Collectors.toUnmodifiableSet());
            if (closed || next.equals(wanted)) {
                return;
            }
            wanted = next;
            if (thread == null && !wanted.isEmpty()) {
                thread = new Thread(this::run, "moa-redis-hints-" + config.prefix());
                thread.setDaemon(true);
                thread.start();
            }
            if (connection != null) {
                askForChannels(connection);
            }
            lock.notifyAll();
        }
    }

    /** Says where the master is. */
    void moveTo(Address.Tcp master) {
        synchronized (lock) {
            if (!master.equals(address)) {
                address = master;
                if (connection != null) {
                    connection.cut();
                }
                lock.notifyAll();
            }
        }
    }

    /** Sends a sign of life if it is time. */
    void keepAlive(long nowNanos) {
        synchronized (lock) {
            if (connection != null && nowNanos - pingedAt >= PING_NANOS) {
                pingedAt = nowNanos;
                write(connection, RedisCommand.of("PING"));
            }
        }
    }

    /** How long until {@link #keepAlive} has something to do. */
    long keepAliveIn(long nowNanos) {
        synchronized (lock) {
            return thread == null ? Long.MAX_VALUE : Math.max(0, PING_NANOS - (nowNanos - pingedAt));
        }
    }

    void close() {
        synchronized (lock) {
            closed = true;
            if (connection != null) {
                connection.cut();
            }
            lock.notifyAll();
        }
    }

    private void run() {
        int failures = 0;
        while (true) {
            RedisConnection opened = null;
            try {
                Address.Tcp target = awaitWork(failures);
                if (target == null) {
                    return;
                }
                opened = RedisConnection.open(config, target, config.user(), config.password(), SILENCE);
                if (begin(opened, target)) {
                    while (true) {
                        boolean told = read(opened.next());
                        failures = 0;
                        if (told && !opened.hasNext()) {
                            pause.accept(restNanos);
                        }
                    }
                }
            } catch (IOException | RuntimeException e) {
                if (!isWithoutWork()) {
                    failures++;
                    complaints.accept("The subscription failed and is tried again: " + e.getMessage());
                }
            } finally {
                end(opened);
            }
        }
    }

    /** Where to connect; null at the end. */
    private Address.@Nullable Tcp awaitWork(int failures) {
        synchronized (lock) {
            long pauseMillis = failures == 0 ? 0 : Jitter.pause(failures, random) / 1_000_000;
            long end = System.nanoTime() + pauseMillis * 1_000_000;
            while (!closed) {
                long leftMillis = (end - System.nanoTime()) / 1_000_000;
                try {
                    if (leftMillis > 0) {
                        lock.wait(leftMillis);
                    } else if (address == null || wanted.isEmpty()) {
                        lock.wait();
                    } else {
                        return address;
                    }
                } catch (InterruptedException e) {
                    // Nobody may end this thread but close(); the interrupt was meant for something else.
                }
            }
            return null;
        }
    }

    private boolean begin(RedisConnection opened, Address.Tcp target) {
        synchronized (lock) {
            if (closed || wanted.isEmpty() || !target.equals(address)) {
                return false;
            }
            connection = opened;
            asked.clear();
            askForChannels(opened);
            return true;
        }
    }

    private void end(@Nullable RedisConnection opened) {
        synchronized (lock) {
            connection = null;
        }
        if (opened != null) {
            opened.close();
        }
    }

    private boolean isWithoutWork() {
        synchronized (lock) {
            return closed || wanted.isEmpty();
        }
    }

    private void askForChannels(RedisConnection to) {
        if (wanted.isEmpty()) {
            to.cut(); // nothing to listen to: the thread closes it and waits
            return;
        }
        List<String> more = new ArrayList<>(wanted);
        more.removeAll(asked);
        List<String> less = new ArrayList<>(asked);
        less.removeAll(wanted);
        asked.addAll(more);
        less.forEach(asked::remove);
        if (!more.isEmpty()) {
            write(to, RedisCommand.of("SUBSCRIBE", more));
        }
        if (!less.isEmpty()) {
            write(to, RedisCommand.of("UNSUBSCRIBE", less));
        }
    }

    private static void write(RedisConnection to, RedisCommand command) {
        try {
            to.write(List.of(command));
        } catch (IOException e) {
            to.cut(); // the reading thread notices, and begins anew
        }
    }

    /** Whether it was a hint. */
    private boolean read(@Nullable Object message) {
        List<@Nullable Object> parts = Replies.list(message);
        if (parts.size() < 3) {
            return false; // the answer to a sign of life
        }
        String kind = Replies.text(parts.get(0));
        String channel = Replies.text(parts.get(1));
        // Also when the subscription begins: what was said before that was not heard.
        if (channel != null && ("message".equals(kind) || "subscribe".equals(kind))) {
            hinted.accept(channel);
            return true;
        }
        return false;
    }
}
