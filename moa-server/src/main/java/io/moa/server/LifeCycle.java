package io.moa.server;

import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.invoke.Ticker;
import io.moa.server.health.Health;
import io.moa.server.health.LoopPulse;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order in which a server comes and goes. This is all of it:
 *
 * <pre>
 *   start     doors open → registered → ready → its share grows (warm-up, by the clients)
 *   offline   not ready → off the online list; whoever still calls is served → online: back, ready
 *   leave     not ready → off the online list → every client is told, door shut → served until each has acknowledged
 *             and every call is answered, at most the drain limit → registration withdrawn, connections closed
 *             → until the registry has taken that, at most 2 s
 * </pre>
 *
 * <p>Readiness goes first, so that whoever asks knows before the first call is refused. Safe for many threads.
 */
final class LifeCycle implements Health {

    private static final Logger LOG = LoggerFactory.getLogger(LifeCycle.class);

    /** So long a registry is waited for at most at the end. */
    private static final long WITHDRAWAL_MILLIS = 2_000;

    /** So much longer than its limit draining is waited for at most: it needs a moment to say that it is done. */
    private static final long DRAIN_GRACE_MILLIS = 2_000;

    private static final long DRAIN_LOOK_MILLIS = 100;
    private static final int NOT_YET = -1;

    /** Where in its life a server is. */
    enum Stage {
        STARTING,
        SERVING,
        OFFLINE,
        LEAVING,
        CLOSED
    }

    private final String who;
    private final Ticker ticker;
    private final LoopPulse pulse;
    private final long startupBy;
    private volatile Stage stage = Stage.STARTING;
    private boolean taken; // offline, as somebody asked for; written under this
    private volatile String takenWhy = "";
    private volatile @Nullable String awayWhy; // offline, as nobody could serve its callers; written under this
    private volatile @Nullable Listener doors;
    private volatile Registry.@Nullable Registration registration;
    // Asked for once: a registration hands out a new future each time, and keeps it until it is registered.
    private volatile @Nullable CompletableFuture<Void> firstTaken;

    /**
     * A life that has not begun.
     *
     * @param startupLimit how long the first registration is waited for by {@link #startup}
     */
    LifeCycle(String who, Ticker ticker, LoopPulse pulse, Duration startupLimit) {
        this.who = who;
        this.ticker = ticker;
        this.pulse = pulse;
        this.startupBy = ticker.nanos() + startupLimit.toNanos();
    }

    /** The doors are open, and the process is announced. */
    void begin(Listener opened, Registry.@Nullable Registration announced) {
        doors = opened;
        registration = announced;
        firstTaken = announced == null ? null : announced.registered();
        stage = Stage.SERVING;
    }

    Stage stage() {
        return stage;
    }

    /**
     * Whether this changed anything: an offline server stays so, and one that leaves comes back no more.
     *
     * @param why for people; may be empty
     * @param told what is announced from now on; null for what is announced
     */
    synchronized boolean offline(String why, @Nullable Instance told) {
        if (taken || (stage != Stage.SERVING && stage != Stage.OFFLINE)) {
            return false;
        }
        taken = true;
        takenWhy = why;
        goOffline(told);
        return true;
    }

    /**
     * Takes {@link #offline} back; whether this changed anything.
     *
     * @param told what is announced from now on; null for what is announced
     */
    synchronized boolean online(@Nullable Instance told) {
        if (!taken || stage != Stage.OFFLINE) {
            return false;
        }
        taken = false;
        takenWhy = "";
        comeBack(told);
        return true;
    }

    /**
     * Is off the online list while the process that serves callers in place of this one is away, whoever takes it offline and online meanwhile.
     *
     * @param why for people; null when it is back
     * @param told what is announced, without a reason
     */
    synchronized void away(@Nullable String why, Instance told) {
        boolean was = awayWhy != null;
        if ((why == null && !was) || (stage != Stage.SERVING && stage != Stage.OFFLINE)) {
            return;
        }
        awayWhy = why;
        if (why == null) {
            comeBack(told);
        } else {
            goOffline(withReason(told));
        }
    }

    private void goOffline(@Nullable Instance told) {
        announce(told);
        if (stage == Stage.SERVING) {
            stage = Stage.OFFLINE;
            leaveOnlineList();
        }
    }

    private void comeBack(@Nullable Instance told) {
        if (taken || awayWhy != null) {
            announce(told == null ? null : withReason(told));
            return; // for the other reason
        }
        announce(told);
        Registry.Registration announced = registration;
        if (announced != null) {
            announced.online();
        }
        stage = Stage.SERVING;
    }

    private Instance withReason(Instance told) {
        String why = takenWhy.isEmpty() ? awayWhy : takenWhy;
        boolean served = stage == Stage.SERVING && awayWhy == null;
        return served || why == null || why.isEmpty()
                ? told
                : told.toBuilder().metadata(MoaServer.OFFLINE_REASON, why).build();
    }

    /** Other facts of this process are announced from now on, wherever in its life it is; completes when the registry has them. */
    synchronized CompletableFuture<Void> announced(Instance told) {
        if (stage == Stage.SERVING || stage == Stage.OFFLINE) {
            announce(withReason(told));
        }
        Registry.Registration announced = registration;
        return announced == null ? CompletableFuture.completedFuture(null) : announced.announced();
    }

    private void announce(@Nullable Instance told) {
        Registry.Registration announced = registration;
        try {
            if (announced != null && told != null) {
                announced.update(told);
            }
        } catch (RuntimeException broken) { // it goes on with what is known
            LOG.warn("{} could not tell its registry what changed", who, broken);
        }
    }

    private synchronized void notReady() {
        stage = Stage.LEAVING;
    }

    /** Leaves gracefully; blocks until it is done, at most {@value #DRAIN_GRACE_MILLIS} ms longer than the limit. */
    void leave(Duration limit) {
        Listener open = doors;
        if (open == null) {
            return;
        }
        notReady();
        leaveOnlineList(); // first, so that nobody new comes while we tell those who are here
        try {
            awaitDrained(open.drain(limit), limit);
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.warn("{} could not drain, because its runtime was closed before it", who);
        }
    }

    /** Drained is said by event loops. If they are ended meanwhile, nobody says it, and their timers are gone too. */
    private void awaitDrained(CompletableFuture<Integer> drained, Duration limit) {
        long left = limit.toMillis() + DRAIN_GRACE_MILLIS;
        while (left > 0) {
            Integer cut = drained.copy()
                    .completeOnTimeout(NOT_YET, DRAIN_LOOK_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
            if (cut != NOT_YET) {
                if (cut > 0) {
                    LOG.warn("{} closed with {} calls unfinished after {}", who, cut, limit);
                }
                return;
            }
            if (pulse.ended()) {
                LOG.warn("{} could not drain, because its runtime was closed meanwhile", who);
                return;
            }
            left -= DRAIN_LOOK_MILLIS;
        }
        LOG.warn("{} closes without having heard that it is drained within {}", who, limit);
    }

    /** Withdraws the announcement and shuts the doors, at once. */
    void end() {
        notReady();
        try {
            withdraw(registration);
            Listener open = doors;
            if (open != null) {
                open.close();
            }
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.debug("the runtime of {} was closed before it", who, runtimeClosed);
        }
        stage = Stage.CLOSED;
    }

    /**
     * Waits until the registry has taken the withdrawal, a bounded time. A process that is asked to end would otherwise be
     * gone before, and its record would stay behind.
     */
    void awaitWithdrawal() {
        Registry.Registration announced = registration;
        try {
            if (announced != null) {
                announced.withdrawn().get(WITHDRAWAL_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException | RuntimeException broken) { // it ends nevertheless
            LOG.warn("{} ends before its registry has taken the withdrawal", who, broken);
        }
    }

    private void leaveOnlineList() {
        Registry.Registration announced = registration;
        try {
            if (announced != null) {
                announced.offline();
            }
        } catch (RuntimeException broken) { // whatever the registry does, the calls under way are answered
            LOG.warn("{} could not leave the online list of its registry", who, broken);
        }
    }

    static void withdraw(Registry.@Nullable Registration registration) {
        try {
            if (registration != null) {
                registration.close();
            }
        } catch (RuntimeException broken) { // whatever the registry does, the door is closed
            LOG.warn("{} could not be withdrawn", registration, broken);
        }
    }

    // ---- as an orchestrator asks

    @Override
    public Answer live() {
        String complaint = pulse.complaint();
        return complaint == null ? Answer.YES : new Answer(false, List.of(complaint));
    }

    @Override
    public Answer ready() {
        List<String> reasons = new ArrayList<>();
        switch (stage) {
            case STARTING -> reasons.add("it is starting");
            case OFFLINE -> {
                String away = awayWhy;
                if (away != null) {
                    reasons.add(away);
                }
                if (away == null || !takenWhy.isEmpty()) {
                    reasons.add("it was taken offline" + (takenWhy.isEmpty() ? "" : ": " + takenWhy));
                }
            }
            case LEAVING -> reasons.add("it is closing: running calls are finished, new ones go elsewhere");
            case CLOSED -> reasons.add("it is closed");
            case SERVING -> {
                if (!registered()) {
                    reasons.add("the registry has not taken its announcement yet");
                }
            }
        }
        return Answer.unless(reasons);
    }

    @Override
    public Answer startup() {
        boolean waits = stage == Stage.STARTING || (stage == Stage.SERVING && !registered());
        if (!waits || ticker.nanos() - startupBy >= 0) {
            return Answer.YES; // a registry that is away must not have processes restarted
        }
        return new Answer(false, ready().reasons());
    }

    private boolean registered() {
        CompletableFuture<Void> taken = firstTaken;
        return taken == null || taken.isDone();
    }
}
