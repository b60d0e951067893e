package io.moa.server.mesh;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.RuleSet;
import io.moa.invoke.Seat;
import io.moa.mesh.AgentAddress;
import io.moa.mesh.AgentLink;
import io.moa.mesh.AgentQuestion;
import io.moa.mesh.DecidedMode;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshProtocol;
import io.moa.mesh.MeshSetting;
import io.moa.mesh.MeshStep;
import io.moa.mesh.ServedProcess;
import io.moa.observe.MeshFigures;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who serves the callers of a server: it itself, or the agent on its host, which has the gates and passes the calls on. This is all of it:
 *
 * <pre>
 *   over   the agent is there and has opened its door → its address is announced under the same identity → the registry has that →
 *          callers who are still connected here are told, and served until they have acknowledged → nobody new is taken here, but by the agent's own door
 *   back   newcomers are taken here again → the own addresses are announced → the agent is told, which tells its callers, and serves them
 *          until they have acknowledged
 * </pre>
 *
 * <p>The instance is never withdrawn in between. Safe for many threads.
 */
public final class InboundSeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InboundSeat.class);

    private static final AgentQuestion SERVE = new AgentQuestion(MeshProtocol.SERVE);
    private static final AgentQuestion ATTEND = new AgentQuestion(MeshProtocol.ATTEND);
    private static final AgentQuestion LEAVE = new AgentQuestion(MeshProtocol.LEAVE);

    private static final Duration SERVE_LIMIT = Duration.ofSeconds(5);
    private static final Duration ATTEND_LIMIT = Duration.ofSeconds(30);
    private static final Duration LEAVE_LIMIT = Duration.ofMinutes(1);

    private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    /** An agent that gives the question back at once is not asked as fast as it can. */
    private static final long ATTEND_PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    /** Callers hear of the agent's address from the registry; who has not heard of it by then is told here. */
    private static final long BEFORE_DISMISSAL_NANOS = Duration.ofSeconds(1).toNanos();

    /** For so long at least newcomers are taken: their list may be old. */
    private static final long BEFORE_SHUTTING_NANOS = Duration.ofSeconds(10).toNanos();

    private final Moa moa;
    private final MeshConfig config;
    private final DecidedMode mode;
    private final boolean mayServeItself;
    private final Address agentAddress;
    private final Host served;
    private final BiFunction<Address, String, ServedProcess> description;
    private final Front front;

    private final Consumer<MeshFigures> told;
    private final MeshFigures figures = new Figures();

    // Guarded by this.
    private boolean isAway; // there is nobody who may serve the callers
    private String way = "direct";
    private long switches;
    private MeshSetting setting;
    private @Nullable AgentLink link;
    private @Nullable BackDoor door;
    private boolean asked; // the agent, to serve; and that was not taken back
    private CompletableFuture<Void> announced =
            CompletableFuture.completedFuture(null); // when callers can know where the agent serves them
    private @Nullable Address byAgent; // where the agent serves; null while this server does itself
    private String trouble = "it was not asked yet";
    private int turn; // what was begun in an earlier one is over
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long sinceNanos;
    private boolean closed;

    /**
     * A seat that serves itself; {@link #open} begins.
     *
     * @param config how the agent is used, unless the release says otherwise
     * @param served what is served behind the agent, by the route without gates
     * @param description of this process, by where it takes the agent's calls and what the agent has to say there
     * @param told of the mode and the way, as {@link io.moa.observe.CallObserver#meshed} says
     * @throws IllegalArgumentException if a setting says what cannot be; the message names it
     */
    public InboundSeat(
            Moa moa,
            MeshConfig config,
            Host served,
            BiFunction<Address, String, ServedProcess> description,
            Front front,
            Consumer<MeshFigures> told) {
        this.moa = moa;
        this.told = told;
        this.config = config;
        this.served = served;
        this.description = description;
        this.front = front;
        this.mode = new DecidedMode(
                config, moa.release(), moa.self(), wrong -> LOG.warn("MoaServer[{}]: {}", moa.self(), wrong));
        List<MeshStep> steps = MeshSetting.steps(moa.release());
        this.mayServeItself = (steps == null ? config.steps() : steps).contains(MeshStep.DIRECT);
        this.agentAddress = AgentAddress.of(config, moa.release(), moa.self().application());
        this.setting = new MeshSetting(MeshMode.OFF, "it has not begun");
        this.sinceNanos = moa.ticker().nanos();
    }

    /** Goes by what code and release say, from now on. */
    public void open() {
        set(mode.local());
    }

    /** What operators say of many processes; an {@code off} of this process stands above it. */
    public void live(RuleSet rules) {
        MeshSetting decided = mode.with(rules.settings());
        if (decided != null) {
            set(decided);
        }
    }

    /** Another mode is in force. */
    public synchronized void set(MeshSetting next) {
        if (closed || setting.equals(next)) {
            return;
        }
        boolean was = setting.mode() != MeshMode.OFF;
        boolean is = next.mode() != MeshMode.OFF;
        setting = next;
        if (is && !was) {
            AgentLink.Goal own = new AgentLink.Goal(agentAddress, moa.self().application());
            AgentLink made = new AgentLink(moa, MeshStep.AGENT, failures -> own, token(), config, this::changed);
            made.inUse(true);
            link = made;
            made.open();
        } else if (was && !is) {
            AgentLink over = link;
            link = null;
            back("mesh mode " + next, over == null ? null : over.good());
            if (over != null) {
                over.close();
            }
        }
        told.accept(figures);
    }

    private @Nullable String token() {
        return agentAddress instanceof Address.Tcp ? MeshSetting.token(config, moa.release()) : null;
    }

    private void changed(AgentLink by, boolean good, String why) {
        if (good) {
            ask(by);
        } else {
            lost(by, why);
        }
    }

    // ---- over

    private void ask(AgentLink by) {
        try {
            moa.callbacks().execute(() -> askNow(by)); // files may be made
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.debug("{} is closed", moa.self(), runtimeClosed);
        }
    }

    private void askNow(AgentLink by) {
        BackDoor behind = openDoor();
        Connection agent;
        int mine;
        synchronized (this) {
            agent = by.good();
            if (closed || by != link || agent == null) {
                return;
            }
            mine = ++turn;
            asked |= behind != null;
        }
        if (behind == null) {
            retry(by, mine);
            return;
        }
        String text = description.apply(behind.address(), behind.secret()).text();
        SERVE.ask(moa, agent, text, SERVE_LIMIT).thenAccept(answer -> answered(by, agent, mine, answer));
    }

    /** Without the lock: event loops want it, and opening waits for one. Null if it cannot be opened. */
    private @Nullable BackDoor openDoor() {
        synchronized (this) {
            if (door != null || closed) {
                return door;
            }
        }
        BackDoor opened;
        try {
            opened = BackDoor.open(moa, served, agentAddress);
        } catch (IllegalStateException e) {
            synchronized (this) {
                trouble = "its calls cannot be taken here: " + e.getMessage();
            }
            return null;
        }
        synchronized (this) {
            if (door == null && !closed) {
                door = opened;
                return opened;
            }
        }
        opened.close(); // another thread was faster
        synchronized (this) {
            return door;
        }
    }

    private void answered(AgentLink by, Connection agent, int mine, AgentQuestion.Answer answer) {
        String why = answer.text();
        Address there = null;
        if (answer.given()) {
            try {
                there = Address.parse(answer.text());
            } catch (IllegalArgumentException e) {
                why = "its address cannot be read: " + e.getMessage();
            }
        }
        if (there == null) {
            refused(by, mine, why);
        } else {
            over(by, agent, mine, there);
        }
    }

    private void refused(AgentLink by, int mine, String why) {
        int turnNow;
        synchronized (this) {
            if (mine != turn || by != link) {
                return;
            }
            if (!why.equals(trouble)) {
                LOG.info(
                        "MoaServer[{}]: the agent at {} does not serve its callers: {}", moa.self(), agentAddress, why);
            }
            trouble = why;
            asked = false;
            if (byAgent != null && mayServeItself) {
                back(why, null); // what it did before it does no more
            }
            turnNow = turn;
        }
        retry(by, turnNow);
    }

    private void retry(AgentLink by, int mine) {
        long pause;
        synchronized (this) {
            pause = pauseNanos;
            pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
        }
        after(pause, mine, () -> ask(by));
    }

    private void over(AgentLink by, Connection agent, int mine, Address there) {
        CompletableFuture<Void> known;
        synchronized (this) {
            if (mine != turn || by != link || closed) {
                return;
            }
            pauseNanos = FIRST_PAUSE_NANOS;
            if (!there.equals(byAgent)) {
                byAgent = there;
                moved();
                LOG.info(
                        "MoaServer[{}]: its callers are served by the agent at {} from now on, at {}",
                        moa.self(),
                        agentAddress,
                        there);
                announced = front.announce(there);
            }
            away(null);
            known = announced;
        }
        attend(by, agent, mine);
        known.thenRun(
                () -> known(mine)); // while the registry is away callers do not know where to go, and are served here
    }

    private void known(int mine) {
        long since = moa.ticker().nanos();
        after(BEFORE_DISMISSAL_NANOS, mine, () -> dismiss(mine, since, BEFORE_DISMISSAL_NANOS));
    }

    private void attend(AgentLink by, Connection agent, int mine) {
        ATTEND.ask(moa, agent, secret(), ATTEND_LIMIT).thenAccept(answer -> {
            if (answer.given() && answer.text().equals(MeshProtocol.LEAVING)) {
                leaves(by, agent, mine);
            } else if (answer.given() && answer.text().equals(MeshProtocol.NOT_SERVED)) {
                servedNoMore(by, mine);
            } else if (agent.usable() && isTurn(mine)) {
                after(answer.given() ? ATTEND_PAUSE_NANOS : FIRST_PAUSE_NANOS, mine, () -> attend(by, agent, mine));
            }
        });
    }

    private synchronized String secret() {
        return door == null ? "" : door.secret();
    }

    /** Whatever became of it there: it is asked for again. */
    private void servedNoMore(AgentLink by, int mine) {
        int next;
        synchronized (this) {
            if (mine != turn || by != link) {
                return;
            }
            asked = false;
            String why = "the agent says that it does not serve its callers";
            if (mayServeItself) {
                back(why, null);
            } else {
                turn++;
                away("its agent at " + agentAddress + " does not serve its callers, and it may not do so itself");
            }
            next = turn;
        }
        after(FIRST_PAUSE_NANOS, next, () -> ask(by));
    }

    private void leaves(AgentLink by, Connection agent, int mine) {
        synchronized (this) {
            if (mine != turn || by != link) {
                return;
            }
            back("the agent says that it ends", agent); // whatever the steps say: nobody is there to serve them
        }
    }

    private synchronized boolean isTurn(int mine) {
        return mine == turn && !closed;
    }

    /** Again and again, until nobody is left: who was told may have come back, as its list was old. */
    private void dismiss(int mine, long announcedNanos, long pause) {
        front.dismiss().thenAccept(gone -> {
            synchronized (this) {
                if (!isTurn(mine)) {
                    return;
                }
                Address there = byAgent;
                if (gone == 0 && moa.ticker().nanos() - announcedNanos >= BEFORE_SHUTTING_NANOS) {
                    front.shut("its callers are served by its agent, at " + there
                            + ": the registry says so; this address is the agent's alone now");
                    front.dismiss(); // who came in between
                    return;
                }
            }
            long next = gone == 0 ? pause : Math.min(LONGEST_PAUSE_NANOS, 2 * pause);
            after(pause, mine, () -> dismiss(mine, announcedNanos, next));
        });
    }

    private void after(long nanos, int mine, Runnable then) {
        try {
            moa.scheduler()
                    .schedule(
                            () -> {
                                if (isTurn(mine)) {
                                    then.run();
                                }
                            },
                            nanos);
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.debug("{} is closed", moa.self(), runtimeClosed);
        }
    }

    // ---- back

    private void lost(AgentLink by, String why) {
        synchronized (this) {
            if (by != link) {
                return;
            }
            trouble = why;
            if (mayServeItself) {
                back(why, null);
            } else if (byAgent != null) {
                turn++;
                LOG.warn(
                        "MoaServer[{}]: it is offline while its agent at {} is away, for {} has no \"direct\": {}",
                        moa.self(),
                        agentAddress,
                        MeshSetting.STEPS_NAME,
                        why);
                away("its agent at " + agentAddress + " is away (" + why + "), and it may not serve callers itself");
            }
        }
    }

    /** Called with the lock held. */
    private void back(String why, @Nullable Connection agent) {
        turn++;
        trouble = why;
        front.shut(null); // first: from the announcement on they come
        boolean wasAsked = asked;
        asked = false;
        if (byAgent != null) {
            byAgent = null;
            moved();
            LOG.info("MoaServer[{}]: its callers are served by itself from now on: {}", moa.self(), why);
            front.announce(null);
        }
        away(null);
        if (wasAsked && agent != null && agent.usable()) {
            LEAVE.ask(moa, agent, secret(), LEAVE_LIMIT);
        }
    }

    // ---- the end

    /**
     * Has the agent's callers told that this server leaves, waits until they have acknowledged and all their calls are answered, and then takes no
     * more of them. The instance is withdrawn by whoever calls this.
     *
     * @return completes when it is done, with how many calls the limit cut off
     */
    public CompletableFuture<Integer> drain(Duration limit) {
        AgentLink by;
        BackDoor behind;
        Connection agent;
        boolean serves;
        synchronized (this) {
            closed = true;
            turn++;
            by = link;
            link = null;
            behind = door;
            agent = by == null ? null : by.good();
            serves = asked;
            asked = false;
        }
        CompletableFuture<?> left = agent != null && serves
                ? LEAVE.ask(moa, agent, secret() + MeshProtocol.NOW, limit)
                : CompletableFuture.completedFuture(null);
        return left.thenCompose(any -> {
            if (by != null) {
                by.close();
            }
            return behind == null
                    ? CompletableFuture.completedFuture(0)
                    : behind.listener().drain(limit);
        });
    }

    /** How many calls of the agent are being served. */
    public int inFlight() {
        Listener open = listener();
        return open == null ? 0 : open.inFlight();
    }

    /** How many bytes are held for calls of the agent. */
    public long heldBytes() {
        Listener open = listener();
        return open == null ? 0 : open.heldBytes();
    }

    private synchronized @Nullable Listener listener() {
        return door == null ? null : door.listener();
    }

    /** Where the gates are that calls pass which come now: here, or in the agent. */
    public synchronized Seat seat() {
        return byAgent == null ? Seat.DIRECT : Seat.LOCAL;
    }

    /** Who serves the callers and why, in a sentence for people. */
    public synchronized String describe() {
        String since =
                " for " + Duration.ofNanos(moa.ticker().nanos() - sinceNanos).toSeconds() + " s";
        String text = "mesh " + setting + ": callers are served by ";
        AgentLink by = link;
        if (setting.mode() == MeshMode.OFF || by == null) {
            return text + "this server itself";
        }
        return byAgent != null
                ? text + "the agent at " + agentAddress + ", at " + byAgent + since
                        + (by.good() == null ? ", which is away: " + by.trouble() : "")
                : text + "this server itself" + since + ", as for the agent at " + agentAddress + ": "
                        + (by.good() == null ? by.trouble() : trouble);
    }

    /** Called with the lock held. */
    private void moved() {
        sinceNanos = moa.ticker().nanos();
        tell();
    }

    /** Called with the lock held. */
    private void away(@Nullable String why) {
        front.away(why);
        isAway = why != null;
        tell();
    }

    /** Called with the lock held. */
    private void tell() {
        String now = isAway ? "nowhere" : byAgent == null ? "direct" : "agent";
        if (!now.equals(way)) {
            way = now;
            switches++;
            told.accept(figures);
        }
    }

    private final class Figures implements MeshFigures {
        @Override
        public String mode() {
            synchronized (InboundSeat.this) {
                return setting.mode().text();
            }
        }

        @Override
        public String cause() {
            synchronized (InboundSeat.this) {
                return setting.cause();
            }
        }

        @Override
        public String way() {
            synchronized (InboundSeat.this) {
                return way;
            }
        }

        @Override
        public long switches() {
            synchronized (InboundSeat.this) {
                return switches;
            }
        }
    }

    /** At once. Idempotent. */
    @Override
    public void close() {
        AgentLink by;
        BackDoor behind;
        synchronized (this) {
            closed = true;
            turn++;
            by = link;
            link = null;
            behind = door;
            door = null;
        }
        if (by != null) {
            by.closeNow();
        }
        if (behind != null) {
            behind.close();
        }
    }

    @Override
    public String toString() {
        return "InboundSeat[" + describe() + "]";
    }
}
