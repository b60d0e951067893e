package io.moa.client.mesh;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.invoke.Scheduler;
import io.moa.transport.Connection;
import io.moa.transport.Wanted;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The way to one agent: a connection that is kept and asked for signs of life all the time, so that it is known before a call comes whether it
 * leads anywhere. Safe for many threads.
 */
final class AgentLink {

    /** Told when calls begin or cease to go this way. By any thread, which it must not block. */
    interface Listener {
        void changed(AgentLink link, boolean good, String why);
    }

    private static final long FIRST_PAUSE_NANOS = 50_000_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
    private static final long IDLE_CHECK_NANOS = 50_000_000;

    private final Moa moa;
    private final Address address;
    private final MeshConfig config;
    private final Listener listener;
    private final long periodNanos;
    private volatile @Nullable Connection good; // where calls go; the fast path reads only this

    // Guarded by this.
    private final AgentStanding standing;
    private @Nullable Connection connection;
    private boolean connecting;
    private int failures;
    private long nextConnectNanos;
    private boolean asking;
    private long askedNanos;
    private boolean silent;
    private long lastTickNanos;
    private String trouble = "it was not looked for yet";
    private boolean closed;
    private Scheduler.@Nullable Timer timer;

    /** A way that leads nowhere yet; {@link #open} begins. */
    AgentLink(Moa moa, Address address, MeshConfig config, Listener listener) {
        this.moa = moa;
        this.address = address;
        this.config = config;
        this.listener = listener;
        this.periodNanos = config.pingEvery().toNanos();
        this.standing = new AgentStanding(config);
    }

    Address address() {
        return address;
    }

    /** Looks for the agent from now on. */
    void open() {
        synchronized (this) {
            lastTickNanos = moa.ticker().nanos();
            nextConnectNanos = lastTickNanos;
        }
        tick();
    }

    /** Where calls go; null while they do not go this way. */
    @Nullable
    Connection good() {
        Connection known = good;
        return known != null && known.usable() ? known : null;
    }

    /** Why calls do not go this way, for people. */
    synchronized String trouble() {
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
            long late = now - lastTickNanos - periodNanos;
            lastTickNanos = now;
            if (late > periodNanos) {
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
        try {
            Scheduler.Timer next = moa.scheduler().schedule(this::tick, periodNanos);
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
        moa.transport()
                .connect(address, moa.self(), new Wanted(moa.self().application(), "", List.of(MeshProtocol.AGENT)))
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
            changed = standing.lost(moa.ticker().nanos());
        }
        if (changed) {
            listener.changed(this, false, why);
        }
    }

    /** No new call goes this way; those under way are finished, and then the connection is closed. Idempotent. */
    void close() {
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
            closeWhenIdle(open);
        }
    }

    private void closeWhenIdle(Connection open) {
        if (open.inFlight() == 0) {
            open.close();
            return;
        }
        try {
            moa.scheduler().schedule(() -> closeWhenIdle(open), IDLE_CHECK_NANOS);
        } catch (RejectedExecutionException runtimeClosed) {
            open.close();
        }
    }

    /** Closes at once; calls under way fail. */
    void closeNow() {
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
