package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's way to one Redis: at most one connection for commands and one for the subscription, each with a thread of its
 * own, and with Sentinels one more connection to one of them. Registry, rules and operator's desk share it. No other thread
 * ever waits for Redis.
 *
 * <p>The command connection opens when something needs it and closes when nothing has needed it for 30 s. What fails is tried
 * again after a pause of 100 ms to 3 s, drawn at random; of failures one line a minute is logged.
 *
 * <p>Safe for many threads. Whoever opened a link closes it, after what uses it.
 */
public final class RedisLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long ASK_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LOG_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MAX_ASKED = 1024;
    private static final int MAX_REDIRECTS = 5;

    /** Work for the link's thread. */
    @FunctionalInterface
    interface Work<T> {
        T run(RedisConnection connection) throws IOException;
    }

    /** A chore, and how it fares. Used by the link's thread. */
    private static final class Slot {
        final Chore chore;
        int failures;
        long pauseUntil;
        boolean paused;

        Slot(Chore chore) {
            this.chore = chore;
        }
    }

    /** A question that waits for the connection. */
    private record Asked<T>(Work<T> work, CompletableFuture<T> answer, long deadline) {
        void run(RedisConnection connection) throws IOException {
            try {
                answer.complete(work.run(connection));
            } catch (IOException e) {
                answer.completeExceptionally(new RegistryUnavailableException(
                        "The connection broke while Redis was asked; what was to be changed may have been changed", e));
                throw e;
            } catch (RedisError e) {
                answer.completeExceptionally(new RegistryUnavailableException("Redis refused: " + e.getMessage(), e));
                if (e.ofTheServer()) {
                    throw e;
                }
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }

    private final RedisConfig config;
    private final RedisKeys keys;
    private final Ticker ticker;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final MasterLocator locator;
    private final HintListener hints;
    private final List<Slot> slots = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wakeUp = lock.newCondition();
    private final Deque<Asked<?>> asked = new ArrayDeque<>(); // guarded by lock
    private boolean woken; // guarded by lock
    private @Nullable Thread thread; // guarded by lock
    private boolean closing; // guarded by lock
    private long closeBy; // guarded by lock

    private volatile @Nullable RedisConnection connection; // written by the thread
    private volatile String state = "not connected yet";

    // The thread's own.
    private int failures;
    private long reconnectAt;
    private boolean reconnectLater;
    private int redirects;
    private long usedAt;
    private Set<String> channels = Set.of();

    private final Object complaining = new Object();
    private long complainedAt; // guarded by complaining
    private boolean complained; // guarded by complaining
    private int suppressed; // guarded by complaining

    /**
     * A link that connects when it is needed.
     *
     * @param ticker for every timeout and age
     * @param clock for the times that are written down for people
     * @param random for the jitter; must be safe for many threads
     */
    public RedisLink(RedisConfig config, Ticker ticker, InstantSource clock, RandomGenerator random) {
        this.config = config;
        this.keys = new RedisKeys(config.prefix());
        this.ticker = ticker;
        this.clock = clock;
        this.random = random;
        this.locator = MasterLocator.of(config, random);
        this.hints = new HintListener(config, random, this::hinted, this::complain);
    }

    /** A link on the system's clocks. */
    public static RedisLink open(RedisConfig config) {
        return new RedisLink(config, Ticker.system(), InstantSource.system(), new java.util.Random());
    }

    /** The settings. */
    public RedisConfig config() {
        return config;
    }

    /** Whether a command connection is open now. */
    public boolean isConnected() {
        return connection != null;
    }

    /** The master in use, or why there is none; for people. */
    public String state() {
        return state;
    }

    RedisKeys keys() {
        return keys;
    }

    Ticker ticker() {
        return ticker;
    }

    InstantSource clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    // ---- for chores and desks

    /** Begins a chore. */
    void add(Chore chore) {
        slots.add(new Slot(chore));
        wake();
    }

    /** Ends a chore. */
    void remove(Chore chore) {
        slots.removeIf(slot -> slot.chore == chore);
        wake();
    }

    /** Lets the thread look what is due. */
    void wake() {
        lock.lock();
        try {
            if (thread == null && !closing) {
                thread = new Thread(this::run, "moa-redis-" + config.prefix());
                thread.setDaemon(true);
                thread.start();
            }
            woken = true;
            wakeUp.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks Redis something, once, on the link's thread.
     *
     * @return the answer, or {@link RegistryUnavailableException} if there is none within 5 s
     */
    <T> CompletableFuture<T> ask(Work<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        lock.lock();
        try {
            if (closing) {
                answer.completeExceptionally(new RegistryUnavailableException("The link to " + where() + " is closed"));
                return answer;
            }
            if (asked.size() >= MAX_ASKED) {
                answer.completeExceptionally(new RegistryUnavailableException(
                        MAX_ASKED + " questions already wait for " + where() + "; ask again later"));
                return answer;
            }
            asked.add(new Asked<>(work, answer, ticker.nanos() + ASK_NANOS));
        } finally {
            lock.unlock();
        }
        wake();
        return answer;
    }

    String where() {
        return config.where();
    }

    /** Tells a failure to the log, once a minute. */
    void complain(String what) {
        int more;
        synchronized (complaining) {
            long now = ticker.nanos();
            if (complained && now - complainedAt < LOG_NANOS) {
                suppressed++;
                return;
            }
            complained = true;
            complainedAt = now;
            more = suppressed;
            suppressed = 0;
        }
        log.warn("{}: {}{}", where(), what, more == 0 ? "" : " (" + more + " more since the last line)");
    }

    private void hinted(String channel) {
        for (Slot slot : slots) {
            slot.chore.hinted(channel);
        }
    }

    // ---- the thread

    private void run() {
        try {
            while (true) {
                long wait;
                try {
                    wait = step(ticker.nanos());
                } catch (RuntimeException | Error e) { // a defect must not end the registry of the process
                    log.error("{}: a step of the link failed; it goes on", where(), e);
                    wait = LONGEST_WAIT_NANOS;
                }
                if (wait < 0) {
                    return;
                }
                await(wait);
            }
        } finally {
            drop();
            locator.close();
            refuseAll("The link to " + where() + " was closed");
        }
    }

    private void await(long nanos) {
        lock.lock();
        try {
            if (!woken && nanos > 0) {
                wakeUp.awaitNanos(Math.min(nanos, LONGEST_WAIT_NANOS));
            }
            woken = false;
        } catch (InterruptedException e) {
            // Nobody may end this thread but close(); the interrupt was meant for something else.
        } finally {
            lock.unlock();
        }
    }

    /** Does what is due; the nanoseconds until the next, or -1 for the end. */
    private long step(long now) {
        if (isClosing(now)) {
            return -1;
        }
        refuseOverdue(now);
        listen(now);
        long due = dueIn(now);
        if (due > 0) {
            return Math.min(due, rest(now));
        }
        try {
            RedisConnection open = connection;
            if (open == null) {
                if (reconnectLater && reconnectAt - now > 0) {
                    return reconnectAt - now;
                }
                open = connect(now);
            } else if (hasMoved(open, now)) {
                return 0;
            }
            usedAt = now;
            runDue(open);
            failures = 0;
            redirects = 0;
            return 0;
        } catch (RedisError e) {
            return e.movedTo() == null ? lost(e) : redirect(e);
        } catch (IOException e) {
            return lost(e);
        }
    }

    private long dueIn(long now) {
        lock.lock();
        try {
            if (!asked.isEmpty()) {
                return 0;
            }
        } finally {
            lock.unlock();
        }
        long due = Long.MAX_VALUE;
        for (Slot slot : slots) {
            due = Math.min(due, dueIn(slot, now));
        }
        return due;
    }

    private static long dueIn(Slot slot, long now) {
        long wanted = slot.chore.dueIn(now);
        return slot.paused && wanted != Long.MAX_VALUE ? Math.max(wanted, slot.pauseUntil - now) : wanted;
    }

    /** What there is to do when nothing is due; the nanoseconds until there is more of that. */
    private long rest(long now) {
        RedisConnection open = connection;
        if (open != null) {
            if (now - usedAt > IDLE_NANOS) {
                drop();
                state = "idle";
            } else {
                hasMoved(open, now);
            }
        }
        return Math.min(LONGEST_WAIT_NANOS, hints.keepAliveIn(now));
    }

    private boolean hasMoved(RedisConnection open, long now) {
        if (!locator.hasMoved(open.address(), now)) {
            return false;
        }
        log.info("{}: the master is no longer at {}", where(), open.address());
        drop();
        return true;
    }

    private RedisConnection connect(long now) throws IOException {
        Address.Tcp address = locator.locate();
        RedisConnection open = null;
        try {
            open = RedisConnection.open(config, address);
            String role = Replies.text(Replies.list(open.call("ROLE")).get(0));
            if (config.mode() == RedisMode.CLUSTER) {
                open.call("EXISTS", keys.processes()); // the owner of the slot answers, another says who it is
            }
            if (!"master".equals(role)) {
                throw new IOException("Redis at " + address + " is a " + role + " and takes no writes"
                        + (config.mode() == RedisMode.STANDALONE
                                ? "; say the master's address, or use Sentinels"
                                : ""));
            }
        } catch (IOException | RuntimeException e) {
            if (open != null) {
                open.close();
            }
            if (!(e instanceof RedisError error && error.movedTo() != null)) {
                locator.failed(address);
            }
            throw e;
        }
        connection = open;
        state = "connected to " + address;
        hints.moveTo(address);
        for (Slot slot : slots) {
            slot.paused = false;
            slot.chore.connected(now);
        }
        return open;
    }

    private void runDue(RedisConnection open) throws IOException {
        for (Slot slot : slots) {
            long now = ticker.nanos();
            if (dueIn(slot, now) > 0) {
                continue;
            }
            try {
                slot.chore.run(open, now);
                slot.failures = 0;
                slot.paused = false;
            } catch (RedisError e) {
                if (e.ofTheServer()) {
                    throw e;
                }
                pause(slot, e);
            } catch (RuntimeException e) { // a defect in one chore is no reason to stop another
                log.error("{}: {} failed; it is tried again", where(), slot.chore, e);
                pause(slot, e);
            }
        }
        for (Asked<?> question = nextAsked(); question != null; question = nextAsked()) {
            question.run(open);
        }
    }

    private void pause(Slot slot, RuntimeException e) {
        slot.failures++;
        slot.paused = true;
        slot.pauseUntil = ticker.nanos() + Jitter.pause(slot.failures, random);
        complain(slot.chore + ": " + e.getMessage());
    }

    private long lost(Exception e) {
        drop();
        failures++;
        state = "not connected: " + e.getMessage();
        long pause = Jitter.pause(failures, random);
        reconnectLater = true;
        reconnectAt = ticker.nanos() + pause;
        complain("Redis cannot be used, and is tried again: " + e.getMessage());
        return pause;
    }

    private long redirect(RedisError e) {
        String to = String.valueOf(e.movedTo());
        int colon = to.lastIndexOf(':');
        try {
            RedisConnection open = connection;
            // An empty host means the one that answered.
            String host = colon > 0
                    ? to.substring(0, colon)
                    : open == null ? "" : open.address().host();
            locator.redirected(new Address.Tcp(host, Integer.parseInt(to.substring(colon + 1))));
        } catch (IllegalArgumentException bad) {
            return lost(e);
        }
        drop();
        if (redirects++ >= MAX_REDIRECTS) {
            redirects = 0;
            return lost(new IOException("The nodes of the Cluster point at each other for the registry's slot", e));
        }
        reconnectLater = false;
        return 0;
    }

    private void drop() {
        RedisConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    private void listen(long now) {
        Set<String> wanted = new HashSet<>();
        for (Slot slot : slots) {
            wanted.addAll(slot.chore.channels());
        }
        if (!wanted.equals(channels)) {
            channels = wanted;
            hints.want(wanted);
        }
        hints.keepAlive(now);
    }

    private @Nullable Asked<?> nextAsked() {
        lock.lock();
        try {
            return asked.poll();
        } finally {
            lock.unlock();
        }
    }

    private void refuseOverdue(long now) {
        while (true) {
            Asked<?> late;
            lock.lock();
            try {
                late = asked.peek();
                if (late == null || late.deadline() - now > 0) {
                    return;
                }
                asked.remove();
            } finally {
                lock.unlock();
            }
            late.answer()
                    .completeExceptionally(
                            new RegistryUnavailableException(where() + " could not be asked within 5 s: " + state));
        }
    }

    private void refuseAll(String why) {
        for (Asked<?> left = nextAsked(); left != null; left = nextAsked()) {
            left.answer().completeExceptionally(new RegistryUnavailableException(why));
        }
    }

    private boolean isClosing(long now) {
        lock.lock();
        try {
            if (!closing) {
                return false;
            }
            if (connection == null || now - closeBy > 0) {
                return true;
            }
        } finally {
            lock.unlock();
        }
        return slots.stream().noneMatch(slot -> slot.chore.wantsFarewell());
    }

    /**
     * Ends both threads. While Redis answers, what was withdrawn is still withdrawn there: this waits for that, at most twice
     * the socket timeout, unless it is called by the link's own thread. Idempotent.
     */
    @Override
    public void close() {
        Thread ending;
        lock.lock();
        try {
            if (!closing) {
                closing = true;
                closeBy = ticker.nanos() + 2 * config.socketTimeout().toNanos();
            }
            ending = thread;
            woken = true;
            wakeUp.signal();
        } finally {
            lock.unlock();
        }
        hints.close();
        if (ending == null) {
            refuseAll("The link to " + where() + " was closed");
            return;
        }
        if (ending == Thread.currentThread()) {
            return;
        }
        try {
            if (isConnected()) {
                ending.join(2 * config.socketTimeout().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "RedisLink[" + where() + ", " + state + "]";
    }
}
