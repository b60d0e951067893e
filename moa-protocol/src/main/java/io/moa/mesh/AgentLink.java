package io.moa.mesh;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.invoke.Scheduler;
import io.moa.transport.Connection;
import io.moa.transport.Wanted;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The way to one agent: a connection that is kept and asked for signs of life all the time, so that it is known before a call comes whether it
 * leads anywhere. Safe for many threads.
 */
public final class AgentLink {

    /**
     * Where an agent is.
     *
     * @param application as which it has to introduce itself
     */
    public record Goal(Address address, String application) {}

    /** Told when calls begin or cease to go this way. By any thread, which it must not block. */
    public interface Listener {
        void changed(AgentLink link, boolean good, String why);
    }

    /** How often an agent is asked whose turn has not come. */
    private static final long STANDBY_NANOS = 1_000_000_000;

    private static final long FIRST_PAUSE_NANOS = 50_000_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
    private static final long IDLE_CHECK_NANOS = 50_000_000;

    private final Moa moa;
    private final MeshStep step;
    private final IntFunction<@Nullable Goal> goals;
    private final @Nullable String token;
    private final MeshConfig config;
    private final Listener listener;
    private final Consumer<Connection> silence = this::silent;
    private volatile boolean inUse;
    private volatile @Nullable Connection good; // where calls go; the fast path reads only this

    // Guarded by this.
    private final AgentStanding standing;
    private @Nullable Goal goal; // of the latest try
    private @Nullable Connection connection;
    private boolean connecting;
    private int failures;
    private long nextConnectNanos;
    private boolean asking;
    private long askedNanos;
    private boolean silent;
    private long lastTickNanos;
    private long waitedNanos;
    private String trouble = "it was not looked for yet";
    private boolean closed;
    private Scheduler.@Nullable Timer timer;

    /**
     * A way that leads nowhere yet; {@link #open} begins.
     *
     * @param goals says where to try next, by how many tries have failed in a row; null for nowhere
     * @param token what is said to be let in; null for nothing
     */
    public AgentLink(
            Moa moa,
            MeshStep step,
            IntFunction<@Nullable Goal> goals,
            @Nullable String token,
            MeshConfig config,
            Listener listener) {
        this.moa = moa;
        this.step = step;
        this.goals = goals;
        this.token = token;
        this.config = config;
        this.listener = listener;
        this.standing = new AgentStanding(config);
    }

    public MeshStep step() {
        return step;
    }

    /** Where it leads, for people. */
    public synchronized String where() {
        return connection != null
                ? "" + connection.address()
                : goal == null ? "none that is known" : "" + goal.address();
    }

    /** Whether calls go this way, or would; else it is asked seldom. */
    public void inUse(boolean value) {
        inUse = value;
    }

    private long periodNanos() {
        return inUse
                ? config.pingEvery().toNanos()
                : Math.max(STANDBY_NANOS, config.pingEvery().toNanos());
    }

    /** Looks for the agent from now on. */
    public void open() {
        synchronized (this) {
            lastTickNanos = moa.ticker().nanos();
            nextConnectNanos = lastTickNanos;
        }
        tick();
    }

    /** Where calls go; null while they do not go this way. */
    @Nullable
    public Connection good() {
        Connection known = good;
        return known != null && known.usable() ? known : null;
    }

    /** Why calls do not go this way, for people. */
    public synchronized String trouble() {
        long away = standing.awayForNanos(moa.ticker().nanos());
        return away == 0
                ? trouble
                : trouble + "; it gets calls again in " + (away / 1_000_000 + 1) + " ms at the earliest";
    }

    private void tick() {
        Connection ask = null;
        Connection fallen = null;
        boolean connect = false;
        synchronized (this) {
            if (closed) {
                return;
            }
            long now = moa.ticker().nanos();
            long late = now - lastTickNanos - waitedNanos;
            lastTickNanos = now;
            if (late > waitedNanos) {
                askedNanos += late; // this process stood still, and what it did not hear meanwhile is nobody's fault
            }
            if (connection == null) {
                connect = !connecting && now - nextConnectNanos >= 0;
                connecting |= connect;
            } else if (!asking) {
                ask = connection;
                asking = true;
                askedNanos = now;
            } else if (!silent && now - askedNanos >= config.silentAfter().toNanos()) {
                silent = true;
                fallen = connection;
            }
        }
        if (connect) {
            connect();
        } else if (ask != null) {
            ask(ask);
        } else if (fallen != null) {
            lost("it has said nothing for " + config.silentAfter().toMillis() + " ms");
            fallen.tellSilence(); // after calls go elsewhere
        }
        again();
    }

    private void again() {
        long period = periodNanos();
        try {
            synchronized (this) {
                waitedNanos = period;
            }
            Scheduler.Timer next = moa.scheduler().schedule(this::tick, period);
            synchronized (this) {
                timer = next;
                if (closed) {
                    next.cancel();
                }
            }
        } catch (RejectedExecutionException runtimeClosed) {
            lost("the runtime is closed");
        }
    }

    private void connect() {
        Goal next;
        synchronized (this) {
            next = goals.apply(failures);
            goal = next;
        }
        if (next == null) {
            failed(new IllegalStateException("no such agent is registered"));
            return;
        }
        moa.transport()
                .connect(
                        next.address(),
                        moa.self(),
                        new Wanted(next.application(), "", List.of(MeshProtocol.AGENT), token == null ? "" : token))
                .whenComplete((opened, thrown) -> {
                    if (opened == null) {
                        failed(thrown);
                    } else {
                        connected(opened);
                    }
                });
    }

    private void failed(@Nullable Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        synchronized (this) {
            connecting = false;
            failures++;
            trouble = String.valueOf(cause == null ? null : cause.getMessage());
            long bound = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures - 1, 10));
            nextConnectNanos = moa.ticker().nanos() + bound / 2 + moa.chance().nextLong(bound / 2);
        }
    }

    private void connected(Connection opened) {
        boolean late;
        synchronized (this) {
            connecting = false;
            failures = 0;
            late = closed;
            if (!late) {
                connection = opened;
                asking = false;
                silent = false;
            }
        }
        if (late) {
            opened.close();
            return;
        }
        opened.unusable().thenRun(() -> gone(opened));
        heard(opened); // it has answered the handshake
    }

    private void ask(Connection asked) {
        asked.ping().whenComplete((pong, thrown) -> {
            if (thrown == null) {
                heard(asked);
            }
        });
    }

    private void heard(Connection by) {
        boolean changed;
        synchronized (this) {
            if (connection != by) {
                return;
            }
            asking = false;
            silent = false;
            changed = standing.heard(moa.ticker().nanos());
            if (changed) {
                good = by;
            }
        }
        if (changed) {
            listener.changed(this, true, "it answers");
        }
    }

    /** Is to be told of a connection on which calls waited, and that heard nothing although it asked: that may be known before the next look here. */
    public Consumer<Connection> silence() {
        return silence;
    }

    private void silent(Connection by) {
        synchronized (this) {
            if (connection != by || silent) {
                return;
            }
            silent = true;
        }
        lost("calls waited for it, and it said nothing although it was asked");
        by.tellSilence(); // to the other calls, now that they go elsewhere
    }

    private void gone(Connection by) {
        synchronized (this) {
            if (connection != by) {
                return;
            }
            connection = null;
            asking = false;
            silent = false;
            nextConnectNanos = moa.ticker().nanos() + moa.chance().nextLong(FIRST_PAUSE_NANOS);
        }
        lost(by.isClosing() ? "it has said that it closes" : "its connection broke");
    }

    private void lost(String why) {
        boolean changed;
        synchronized (this) {
            trouble = why;
            good = null;
            changed = standing.lost(moa.ticker().nanos()) && !closed; // whoever closes knows that calls go elsewhere
        }
        if (changed) {
            listener.changed(this, false, why);
        }
    }

    /** No new call goes this way; those under way are finished, and then the connection is closed. Idempotent. */
    public void close() {
        Connection open;
        Scheduler.Timer pending;
        synchronized (this) {
            closed = true;
            good = null;
            open = connection;
            pending = timer;
        }
        if (pending != null) {
            pending.cancel();
        }
        if (open != null) {
            later(open); // not now: a call may be on its way there that has just seen that it is good
        }
    }

    private void closeWhenIdle(Connection open) {
        if (open.inFlight() == 0) {
            open.close();
        } else {
            later(open);
        }
    }

    private void later(Connection open) {
        try {
            moa.scheduler().schedule(() -> closeWhenIdle(open), IDLE_CHECK_NANOS);
        } catch (RejectedExecutionException runtimeClosed) {
            open.close();
        }
    }

    /** Closes at once; calls under way fail. */
    public void closeNow() {
        close();
        Connection open;
        synchronized (this) {
            open = connection;
        }
        if (open != null) {
            open.close();
        }
    }
}
