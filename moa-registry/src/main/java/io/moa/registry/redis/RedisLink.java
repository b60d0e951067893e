package io.moa.registry.redis;

import io.moa.invoke.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
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
 * <p>The command connection opens when something needs it, or when a registry is opened, and closes when nothing has needed it for
 * 30 s. What fails is tried again after a pause of 100 ms to 2.5 s, drawn at random; with Sentinels sooner, once they tell another
 * master. Of failures one line a minute is logged.
 *
 * <p>Safe for many threads. Whoever opened a link closes it, after what uses it.
 */
public final class RedisLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(1).toNanos();

    /** Work for the link's thread. */
    @FunctionalInterface
    interface Work<T> {
        T run(RedisConnection connection) throws IOException;
    }

    private final RedisConfig config;
    private final RedisKeys keys;
    private final Ticker ticker;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final MasterConnector connector;
    private final HintListener hints;
    private final Complaints complaints;
    private final Questions questions = new Questions();
    private final List<ChoreSlot> slots = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wakeUp = lock.newCondition();
    private boolean woken; // guarded by lock
    private boolean prepared; // guarded by lock; asked for, and not yet tried
    private @Nullable Thread thread; // guarded by lock
    private boolean closing; // guarded by lock
    private long closeBy; // guarded by lock

    private volatile @Nullable RedisConnection connection; // written by the thread
    private volatile String state = "not connected yet";

    private volatile boolean idle; // it worked when it was last used
    // The thread's own.
    private long usedAt;

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
        this.complaints = new Complaints(config.where(), ticker);
        this.connector = new MasterConnector(config, keys, ticker, random);
        this.hints = new HintListener(config, random, this::hinted, this::complain, LockSupport::parkNanos);
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

    /** Connects now, once, if it can, and loads what reading takes: who needs both soon need not wait for them. */
    void prepare() {
        lock.lock();
        try {
            prepared = true;
        } finally {
            lock.unlock();
        }
        wake();
    }

    // ---- for chores and desks

    /** Begins a chore. */
    void add(Chore chore) {
        slots.add(new ChoreSlot(chore));
        wake();
    }

    /** Ends a chore. */
    void remove(Chore chore) {
        slots.removeIf(slot -> slot.is(chore));
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
     * @return the answer, or {@link RegistryUnavailableException} if there is none within 5 s, or at once if Redis refuses the login
     */
    <T> CompletableFuture<T> ask(Work<T> work) {
        CompletableFuture<T> answer = questions.add(work, where(), ticker.nanos());
        wake();
        return answer;
    }

    String where() {
        return config.where();
    }

    /** Tells a failure to the log, once a minute. */
    void complain(String what) {
        complaints.tell(what);
    }

    private void hinted(String channel) {
        for (ChoreSlot slot : slots) {
            slot.chore().hinted(channel);
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
                    log.error("{}: a step of the link failed; it goes on with a new connection", where(), e);
                    drop();
                    wait = LONGEST_WAIT_NANOS;
                }
                if (wait < 0) {
                    return;
                }
                await(wait);
            }
        } finally {
            drop();
            connector.close();
            questions.close("The link to " + where() + " was closed");
        }
    }

    @SuppressWarnings("WaitNotInLoop") // who wakes for nothing looks what is due, finds nothing, and comes back
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
        questions.refuseOverdue(where(), state, now);
        listen(now);
        boolean preparing = isToPrepare();
        long due = preparing ? 0 : dueIn(now);
        if (due > 0) {
            return Math.min(due, rest(now));
        }
        try {
            RedisConnection open = connection;
            if (open == null) {
                long wait = connector.waitNanos(now);
                if (wait > 0) {
                    return wait;
                }
                open = connect(now);
            } else if (hasMoved(open, now)) {
                return 0;
            }
            usedAt = now;
            if (preparing) {
                Rehearsal.run();
            }
            runDue(open);
            connector.worked();
            return 0;
        } catch (RedisError e) {
            if (e.movedTo() != null && connector.redirected(e)) {
                drop();
                return 0;
            }
            return lost(e);
        } catch (IOException e) {
            return lost(e);
        }
    }

    private boolean isToPrepare() {
        lock.lock();
        try {
            boolean asked = prepared;
            prepared = false;
            return asked;
        } finally {
            lock.unlock();
        }
    }

    private long dueIn(long now) {
        if (!questions.isEmpty()) {
            return 0;
        }
        long due = Long.MAX_VALUE;
        for (ChoreSlot slot : slots) {
            due = Math.min(due, slot.dueIn(now));
        }
        return due;
    }

    /** What there is to do when nothing is due; the nanoseconds until there is more of that. */
    private long rest(long now) {
        RedisConnection open = connection;
        if (open != null) {
            if (now - usedAt > IDLE_NANOS) {
                drop();
                idle = true;
                connector.close(); // it asks anew when it is needed
                state = "idle";
            } else {
                hasMoved(open, now);
            }
        }
        return Math.min(LONGEST_WAIT_NANOS, hints.keepAliveIn(now));
    }

    private boolean hasMoved(RedisConnection open, long now) {
        if (!connector.hasMoved(open.address(), now)) {
            return false;
        }
        log.info("{}: the master is no longer at {}", where(), open.address());
        drop();
        return true;
    }

    private RedisConnection connect(long now) throws IOException {
        RedisConnection open = connector.connect();
        connection = open;
        state = "connected to " + open.address();
        hints.moveTo(open.address());
        for (ChoreSlot slot : slots) {
            slot.connected(now);
        }
        return open;
    }

    private void runDue(RedisConnection open) throws IOException {
        for (ChoreSlot slot : slots) {
            long now = ticker.nanos();
            if (slot.dueIn(now) > 0) {
                continue;
            }
            try {
                slot.run(open, now);
            } catch (RedisError e) {
                if (e.ofTheServer()) {
                    throw e;
                }
                slot.pause(ticker.nanos(), random);
                complain(slot.chore() + ": " + e.getMessage());
            } catch (RuntimeException e) { // a defect in one chore is no reason to stop another
                log.error("{}: {} failed; it is tried again", where(), slot.chore(), e);
                slot.pause(ticker.nanos(), random);
            }
        }
        questions.answer(open);
    }

    private long lost(Exception e) {
        drop();
        String lasting = Lasting.why(e);
        String what = e.getMessage() + (lasting == null ? "" : " (" + lasting + ")");
        state = "not connected: " + what;
        complain("Redis cannot be used, and is tried again: " + what);
        if (lasting != null) {
            questions.refuseAll(where() + " cannot be asked: " + what); // who waits, waits for nothing
        }
        return connector.failed(e);
    }

    private void drop() {
        RedisConnection open = connection;
        connection = null;
        idle = false;
        if (open != null) {
            open.close();
        }
    }

    private void listen(long now) {
        Set<String> wanted = new HashSet<>();
        for (ChoreSlot slot : slots) {
            wanted.addAll(slot.chore().channels());
        }
        hints.want(wanted);
        hints.keepAlive(now);
    }

    private boolean isClosing(long now) {
        lock.lock();
        try {
            if (!closing || (connection == null && !idle) || now - closeBy > 0) {
                return closing;
            }
        } finally {
            lock.unlock();
        }
        return questions.isEmpty()
                && slots.stream().noneMatch(slot -> slot.chore().wantsFarewell());
    }

    /**
     * Ends both threads. While Redis answers, what was withdrawn is still withdrawn there, and what was asked before is still answered:
     * this waits for that, at most twice the socket timeout, unless it is called by the link's own thread. Idempotent.
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
            questions.close("The link to " + where() + " was closed");
            return;
        }
        if (ending == Thread.currentThread()) {
            return;
        }
        try {
            if (isConnected() || idle) {
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
