package io.moa.client.mesh;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.AgentAddress;
import io.moa.mesh.AgentFinder;
import io.moa.mesh.AgentLink;
import io.moa.mesh.AgentQuestion;
import io.moa.mesh.DecidedMode;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshProtocol;
import io.moa.mesh.MeshSetting;
import io.moa.mesh.MeshStep;
import io.moa.observe.MeshFigures;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.Connection;
import io.moa.transport.EventLoopThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the calls of a client are governed: by its own route, or by an agent to which they are handed over. It stands on that route, above all that
 * an agent decides in its place. Safe for many threads.
 */
public final class Mesh implements Filter, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);
    private static final Duration ANNOUNCE_LIMIT = Duration.ofSeconds(5);

    private static final AgentLink[] NONE = {};
    private static final Duration EXPLAIN_LIMIT = Duration.ofSeconds(2);
    private static final AgentQuestion ANNOUNCE = new AgentQuestion(MeshProtocol.ANNOUNCE);
    private static final AgentQuestion EXPLAIN = new AgentQuestion(MeshProtocol.EXPLAIN);

    private final Moa moa;
    private final MeshConfig config;
    private final AtomicLong ids;
    private final LongAdder byAgent = new LongAdder();
    private final LongAdder switches = new LongAdder();
    private final List<MeshStep> steps;
    private final boolean isDirect;
    private final Map<String, String> labels;
    private final Function<Instance, List<Address>> ways;
    private final Function<Invocation, @Nullable Reply> ruleAnswers;
    private final Consumer<MeshFigures> told;
    private final MeshFigures figures = new Figures();
    private final List<Registry.Subscription> following = new ArrayList<>(); // guarded by this
    private volatile AgentLink[] links = NONE; // in their order; none while the mode is off
    private final DecidedMode mode;
    private volatile MeshSetting setting; // written under this
    private volatile long sinceNanos;
    private boolean closed; // guarded by this

    /**
     * The seat of a client's calls, as code and release say.
     *
     * @param given null for calls that never go through an agent, whatever anybody says
     * @param labels of this process; agents whose built-in rules would take it for another one do not take its calls
     * @param ways at which addresses this process reaches an instance
     * @param told of the mode and the way, as {@link io.moa.observe.CallObserver#meshed} says
     * @param ruleAnswers the reply of a call that a rule answers, which agents leave to its caller; null if none does
     * @throws IllegalArgumentException if a setting says what cannot be; the message names it
     */
    public Mesh(
            Moa moa,
            @Nullable MeshConfig given,
            Map<String, String> labels,
            Function<Instance, List<Address>> ways,
            Function<Invocation, @Nullable Reply> ruleAnswers,
            Consumer<MeshFigures> told) {
        this.moa = moa;
        this.told = told;
        this.labels = MeshProtocol.routing(labels);
        this.ruleAnswers = ruleAnswers;
        this.ways = ways;
        this.config = given == null ? MeshConfig.DEFAULT : given;
        this.closed = given == null;
        List<MeshStep> said = MeshSetting.steps(moa.release());
        this.steps = said == null ? config.steps() : said;
        this.isDirect = steps.contains(MeshStep.DIRECT);
        this.ids = new AtomicLong(moa.chance().nextLong());
        this.sinceNanos = moa.ticker().nanos();
        this.setting = new MeshSetting(
                MeshMode.OFF, given == null ? "this process is none of those" : "nothing says otherwise");
        this.mode = new DecidedMode( // checks what is said, in any case
                config, moa.release(), moa.self(), wrong -> LOG.warn("MoaClient[{}]: {}", moa.self(), wrong));
        set(mode.local());
        if (given != null && setting.mode() == MeshMode.OFF) {
            told.accept(figures); // nothing may ever change
        }
    }

    /**
     * What operators say of many processes; of this one by the most exact: its instance, its application, or all. An {@code off} of this process
     * stands above it.
     *
     * @param settings by their names
     */
    public void live(Map<String, String> settings) {
        MeshSetting decided = mode.with(settings);
        if (decided != null) {
            set(decided);
        }
    }

    /** Another mode is in force, for calls that begin from now on. Those under way are finished where they are. */
    public synchronized void set(MeshSetting next) {
        MeshSetting before = setting;
        if (closed || before.equals(next)) {
            return;
        }
        setting = next;
        boolean was = before.mode() != MeshMode.OFF;
        boolean is = next.mode() != MeshMode.OFF;
        if (was || is) {
            LOG.info("MoaClient[{}]: mesh mode {}, before {}", moa.self(), next, before);
        }
        if (is && !was) {
            begin();
        } else if (was && !is) {
            end(false);
        }
        told.accept(figures);
    }

    private void begin() {
        List<AgentLink> begun = new ArrayList<>();
        for (MeshStep step : steps) {
            switch (step) {
                case AGENT -> {
                    AgentLink.Goal own = new AgentLink.Goal(
                            AgentAddress.of(config, moa.release(), moa.self().application()),
                            moa.self().application());
                    begun.add(link(step, failures -> own, own.address() instanceof Address.Tcp));
                }
                case PEER, SHARED -> {
                    if (moa.hasRegistry()) {
                        AgentFinder finder = new AgentFinder(
                                moa.self().instance(),
                                step == MeshStep.PEER ? MeshProtocol.PEER : MeshProtocol.SHARED,
                                ways);
                        following.add(moa.registry()
                                .subscribe(MeshProtocol.agentsOf(moa.self().application()), finder::take));
                        begun.add(link(step, finder::next, true));
                    }
                }
                case DIRECT -> {} // is always there
            }
        }
        links = begun.toArray(AgentLink[]::new);
        used();
        begun.forEach(AgentLink::open);
    }

    private AgentLink link(MeshStep step, IntFunction<AgentLink.@Nullable Goal> goals, boolean byTcp) {
        return new AgentLink(
                moa, step, goals, byTcp ? MeshSetting.token(config, moa.release()) : null, config, this::changed);
    }

    private void end(boolean atOnce) {
        if (way(0) != null) {
            switches.increment();
        }
        AgentLink[] over = links;
        links = NONE;
        following.forEach(Registry.Subscription::close);
        following.clear();
        for (AgentLink each : over) {
            if (atOnce) {
                each.closeNow();
            } else {
                each.close();
            }
        }
        sinceNanos = moa.ticker().nanos();
    }

    /** The first agent that is there, and those before it, are asked often; those behind it seldom. */
    private void used() {
        boolean found = false;
        for (AgentLink each : links) {
            each.inUse(!found);
            found |= each.good() != null;
        }
    }

    private void changed(AgentLink link, boolean good, String why) {
        used();
        AgentLink now = way(0);
        boolean concerns = good ? now == link : link.step().compareTo(now == null ? MeshStep.DIRECT : now.step()) < 0;
        if (!concerns) {
            return; // another one has its turn
        }
        switches.increment();
        sinceNanos = moa.ticker().nanos();
        told.accept(figures);
        String where = now == null
                ? isDirect ? "directly" : "nowhere"
                : "by the " + now.step().text() + " at " + now.where();
        if (good) {
            LOG.info("MoaClient[{}]: calls go {} from now on: {}", moa.self(), where, why);
        } else {
            LOG.warn(
                    "MoaClient[{}]: calls go {} from now on, and not by the {} at {}: {}",
                    moa.self(),
                    where,
                    link.step().text(),
                    link.where(),
                    why);
        }
    }

    /** The first way from a step on that leads to an agent; null if none does. */
    private @Nullable AgentLink way(int from) {
        AgentLink[] known = links;
        for (int i = from; i < known.length; i++) {
            if (known[i].good() != null) {
                return known[i];
            }
        }
        return null;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        AgentLink[] known = links;
        return known.length == 0 ? next.invoke(call) : go(call, known, 0, next, null);
    }

    private CompletableFuture<Reply> go(
            Invocation call, AgentLink[] known, int from, Invoker direct, Reply.@Nullable Failure before) {
        Announcement announcement = call.attributes().get(Announcement.KEY);
        if (before != null && before.status() == Status.UNSUPPORTED) {
            Reply byRule = ruleAnswers.apply(call);
            if (byRule != null) {
                return CompletableFuture.completedFuture(byRule);
            }
        }
        for (int i = from; i < known.length && announcement != null; i++) {
            Connection agent = known[i].good();
            if (agent != null && !announcement.wasRefusedOn(agent)) {
                Announcement.Named named = announcement.named(this::nextId);
                if (!announcement.wasToldOn(agent)) {
                    announce(announcement, named, agent);
                }
                byAgent.increment();
                int same = i;
                MeshedCall meshed = new MeshedCall(
                        call,
                        agent,
                        (again, failure) ->
                                go(again, known, failure.hints().orphaned() ? same : same + 1, direct, failure),
                        moa.ticker(),
                        known[i].silence());
                meshed.begin(named);
                return meshed;
            }
        }
        return isDirect || announcement == null
                ? direct.invoke(call)
                : CompletableFuture.completedFuture(nowhere(call, before));
    }

    private Reply nowhere(Invocation call, Reply.@Nullable Failure before) {
        return Reply.failure(
                Status.UNAVAILABLE,
                Executed.NO,
                call.service() + " " + call.method() + " was not sent, as "
                        + (before == null ? "there is no agent" : "no agent made it")
                        + ", and " + MeshSetting.STEPS_NAME + " has no \"direct\": " + describe()
                        + (before == null ? "" : ". The last one that was asked: " + before.message()));
    }

    private String nextId() {
        return Long.toHexString(ids.getAndIncrement());
    }

    /** Tells the agent of a method, ahead of its first call on the same connection. Others may do the same at this moment, which harms nobody. */
    private void announce(Announcement announcement, Announcement.Named named, Connection agent) {
        String text = announcement.text(named.id(), labels);
        CompletableFuture<AgentQuestion.Answer> told = ANNOUNCE.ask(moa, agent, text, ANNOUNCE_LIMIT);
        announcement.toldOn(agent, text);
        told.thenAccept(answer -> {
            if (!answer.given() && agent.usable()) {
                if (answer.wrong()) {
                    announcement.refusedOn(agent);
                }
                LOG.warn(
                        "MoaClient[{}]: the agent at {} does not take the calls of {}, which go the next way: {}",
                        moa.self(),
                        agent.address(),
                        announcement,
                        answer.text());
            }
        });
    }

    /**
     * What the agent says of a call, or of a service, by which calls go now. Waits for up to two seconds.
     *
     * @param method null for what it knows of the service
     * @param facts of the call, by the names that rules have for them
     * @param announcement what the agent has to know of the method first; null if this process knows no more than its name
     * @return null while calls are governed here, and if the agent does not say
     */
    public @Nullable AgentView explain(
            ServiceId service,
            @Nullable String method,
            Map<String, String> facts,
            @Nullable Announcement announcement) {
        AgentLink way = way(0);
        Connection agent = way == null ? null : way.good();
        if (agent == null || EventLoopThread.isCurrent()) {
            return null;
        }
        if (announcement != null && !announcement.wasToldOn(agent)) {
            announce(announcement, announcement.named(this::nextId), agent);
        }
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("service", service.toString());
        if (method != null) {
            question.put("method", method);
            question.put("facts", facts);
        }
        try {
            AgentQuestion.Answer answer = EXPLAIN.ask(moa, agent, RuleText.writeLine(question), EXPLAIN_LIMIT)
                    .get(2 * EXPLAIN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return answer.given()
                    ? AgentView.read(answer.text())
                    : new AgentView("The agent at " + agent.address() + " does not say: " + answer.text(), List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    /** Which mode is in force, and who says so. */
    public MeshSetting setting() {
        return setting;
    }

    /** Where calls that begin now are governed. */
    public Seat seat() {
        AgentLink way = way(0);
        return way == null ? Seat.DIRECT : way.step() == MeshStep.AGENT ? Seat.LOCAL : Seat.REMOTE;
    }

    /** Which way calls go that begin now. */
    public MeshStep step() {
        AgentLink way = way(0);
        return way == null ? MeshStep.DIRECT : way.step();
    }

    /** How many calls were handed to an agent so far. */
    public long callsByAgent() {
        return byAgent.sum();
    }

    /** How often the calls began or ceased to go by an agent. */
    public long switches() {
        return switches.sum();
    }

    /** Where calls go now and why, in a sentence for people. */
    public String describe() {
        AgentLink[] known = links;
        StringBuilder text = new StringBuilder("mesh ").append(setting).append(": ");
        if (setting.mode() == MeshMode.OFF) {
            return text.append("calls are governed here and go directly").toString();
        }
        AgentLink way = way(0);
        String since =
                " for " + Duration.ofNanos(moa.ticker().nanos() - sinceNanos).toSeconds() + " s";
        text.append(
                way != null
                        ? "calls are governed by the " + way.step().text() + " at " + way.where() + since
                        : isDirect ? "calls are governed here and go directly" + since : "calls go nowhere" + since);
        for (AgentLink each : known) {
            if (each == way) {
                break;
            }
            text.append("; ")
                    .append(each.step().text())
                    .append(", ")
                    .append(each.where())
                    .append(": ")
                    .append(each.trouble());
        }
        return text.toString();
    }

    private final class Figures implements MeshFigures {
        @Override
        public String mode() {
            return setting.mode().text();
        }

        @Override
        public String cause() {
            return setting.cause();
        }

        @Override
        public String way() {
            boolean lost = setting.mode() != MeshMode.OFF && !isDirect && Mesh.this.way(0) == null;
            return lost ? "nowhere" : step().name().toLowerCase(Locale.ROOT);
        }

        @Override
        public long switches() {
            return Mesh.this.switches();
        }
    }

    /** Calls under way fail. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        end(true);
    }

    @Override
    public String toString() {
        return "Mesh[" + describe() + "]";
    }
}
