package io.moa.agent;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.RuleSource;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.observe.ProcessCalls;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.mesh.AgentAddress;
import io.moa.mesh.MeshProtocol;
import io.moa.mesh.ServedProcess;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processes whose callers an agent serves in their place. Safe for many threads. */
final class InboundSeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InboundSeat.class);

    /** So long processes are waited for that are told that the agent ends: they have to announce themselves anew. */
    private static final long LEAVING_LIMIT_MILLIS = 8_000;

    /** After so long without a process asking, its connection is taken for broken. */
    private static final long UNATTENDED_NANOS = Duration.ofSeconds(10).toNanos();

    /** Callers learn from the registry where a process is served; its news are seldom older. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(3);

    private static final String DOOR = "inbound/";
    private static final String GATES = "inbound gates/";

    private final Moa moa;
    private final @Nullable RuleSource rules;
    private final AgentConfig config;
    private final ProcessCalls seen;

    // Guarded by this.
    private final Map<String, ServedInstance> served = new HashMap<>(); // by the instance
    private final Map<String, ServedInstance> leaving = new HashMap<>(); // they still serve who has not heard of it
    private final Map<String, CompletableFuture<Reply>> attending = new HashMap<>();
    private final Map<String, CompletableFuture<Reply>> coming = new HashMap<>();
    private final Map<String, ServedProcess> known =
            new HashMap<>(); // by the names of their doors, while these are handed over
    private final Map<String, MovedDoor> arriving = new HashMap<>();
    private Set<ServedInstance> offered = Set.of(); // to the agent that takes this one's place
    private boolean closing;
    private boolean moved;

    InboundSeat(Moa moa, @Nullable RuleSource rules, AgentConfig config, ProcessCalls seen) {
        this.moa = moa;
        this.rules = rules;
        this.config = config;
        this.seen = seen;
    }

    /** Serves the callers of the process that asks. */
    CompletableFuture<Reply> serve(Invocation call, String text) {
        AgentConfig.Inbound where = config.inbound();
        if (where == null) {
            return done(refused(
                    Status.UNSUPPORTED, "this agent has no door for callers; start it with --inbound HOST:PORT"));
        }
        ServedProcess process;
        try {
            process = ServedProcess.parse(text);
            check(call, process);
        } catch (IllegalArgumentException e) {
            return done(refused(Status.INVALID_ARGUMENT, String.valueOf(e.getMessage())));
        }
        CompletableFuture<Reply> reply;
        synchronized (this) {
            if (closing) {
                return done(refused(Status.UNAVAILABLE, "this agent is closing"));
            }
            CompletableFuture<Reply> begun = coming.get(process.instance());
            if (begun != null) {
                return begun.copy();
            }
            ServedInstance back = leaving.get(process.instance());
            if (back != null && back.process().equals(process)) {
                leaving.remove(process.instance());
                served.put(process.instance(), back);
            }
            ServedInstance known = served.get(process.instance());
            if (known != null && known.process().equals(process)) {
                return done(told(known.address().toString()));
            }
            if (known != null && !known.process().secret().equals(process.secret()) && known.isConnected()) {
                return done(refused(
                        Status.PERMISSION_DENIED,
                        "the callers of " + known.process() + " are served, and whoever asks is another process"));
            }
            if (where.bind().port() != 0) {
                for (ServedInstance other : served.values()) {
                    if (!other.process().instance().equals(process.instance())) {
                        return done(refused(
                                Status.OVERLOADED,
                                "the port " + where.bind().port() + " of this agent serves the callers of "
                                        + other.process()
                                        + "; several processes of a host need --inbound HOST:0, or an agent each"));
                    }
                }
            }
            reply = new CompletableFuture<>();
            coming.put(process.instance(), reply);
        }
        begin(where, process, reply);
        return reply.copy();
    }

    private void check(Invocation call, ServedProcess process) {
        if (!process.application().equals(config.application())) {
            throw new IllegalArgumentException(
                    "this agent is one of " + config.application() + " and not of " + process.application());
        }
        if (!process.instance().equals(call.caller().instance())) {
            throw new IllegalArgumentException("a process speaks for itself alone");
        }
        AgentAddress.check(process.at(), "where a process takes its calls");
        if (process.methods().isEmpty()) {
            throw new IllegalArgumentException("a process that serves callers offers at least one method");
        }
    }

    private void begin(AgentConfig.Inbound where, ServedProcess process, CompletableFuture<Reply> reply) {
        Upstream upstream = new Upstream(moa, process, inOrder -> gone(process, inOrder));
        upstream.connect()
                .whenCompleteAsync(
                        (connected, thrown) -> {
                            Reply answer;
                            try {
                                answer = thrown != null
                                        ? refused(
                                                Status.UNAVAILABLE,
                                                "the process cannot be reached at " + process.at() + ": "
                                                        + causeOf(thrown).getMessage())
                                        : opened(where, process, upstream);
                            } catch (RuntimeException e) {
                                LOG.warn("{} cannot be served", process, e);
                                answer = refused(Status.UNAVAILABLE, "it cannot be served: " + e.getMessage());
                                upstream.close();
                            }
                            synchronized (this) {
                                coming.remove(process.instance());
                            }
                            reply.complete(answer);
                        },
                        moa.callbacks());
    }

    private Reply opened(AgentConfig.Inbound where, ServedProcess process, Upstream upstream) {
        ServedInstance over;
        synchronized (this) {
            over = served.remove(process.instance());
        }
        if (over != null) {
            over.cut(); // it was another process in the eyes of its callers: other methods, or another door
        }
        ServedInstance made = new ServedInstance(moa, rules, where, config.drainLimit(), process, upstream, seen, null);
        synchronized (this) {
            if (!closing) {
                served.put(process.instance(), made);
                LOG.info("the agent of {} serves the callers of {}", config.application(), made);
            }
        }
        if (!isServed(process.instance(), made)) {
            made.cut();
            return refused(Status.UNAVAILABLE, "this agent is closing");
        }
        isToBeAttended(process.instance(), made);
        return told(made.address().toString());
    }

    private synchronized boolean isServed(String instance, ServedInstance one) {
        return served.get(instance) == one;
    }

    /** Whoever is served asks all the time; and it may have ended while its door was opened. */
    private void isToBeAttended(String instance, ServedInstance one) {
        if (one.hasEnded()) {
            gone(one.process(), false);
            return;
        }
        try {
            moa.scheduler()
                    .schedule(
                            () -> {
                                synchronized (this) {
                                    if (served.get(instance) != one || attending.containsKey(instance) || closing) {
                                        return;
                                    }
                                }
                                LOG.warn("{} has not been heard of for a while, and is served no more", one);
                                aside(() -> leave(instance, one, patience()));
                            },
                            UNATTENDED_NANOS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the agent is closed", closed);
        }
    }

    /** The process has ended, or cannot be reached: nobody is to be led here any more. */
    private void gone(ServedProcess process, boolean inOrder) {
        ServedInstance over;
        synchronized (this) {
            over = served.get(process.instance());
            if (over == null || !over.process().equals(process)) {
                return;
            }
            if (!inOrder) {
                served.remove(process.instance());
            }
        }
        if (inOrder) { // it answers what it has, so its callers keep their connections for so long
            ServedInstance leaves = over;
            aside(() -> leave(process.instance(), leaves, Duration.ZERO));
            return;
        }
        LOG.warn("{} is gone; its callers are served here no more", over);
        answerAttending(process.instance(), MeshProtocol.NOT_SERVED);
        try {
            moa.callbacks().execute(over::cut);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the agent is closed", closed);
        }
    }

    /** Keeps the question until there is something to say. */
    CompletableFuture<Reply> attend(Invocation call, String secret) {
        String instance = call.caller().instance();
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        CompletableFuture<Reply> before;
        synchronized (this) {
            if (!isIts(served.get(instance), secret)) {
                return done(told(MeshProtocol.NOT_SERVED));
            }
            if (closing) {
                return done(told(MeshProtocol.LEAVING));
            }
            before = attending.put(instance, reply);
        }
        if (before != null) {
            before.complete(told(MeshProtocol.AGAIN));
        }
        call.cancellation().add(reason -> abandoned(instance, reply, reason));
        return reply;
    }

    /** Who a process is it proves by what it told this agent. */
    private static boolean isIts(@Nullable ServedInstance one, String secret) {
        return one != null
                && MessageDigest.isEqual(
                        one.process().secret().getBytes(StandardCharsets.UTF_8),
                        secret.getBytes(StandardCharsets.UTF_8));
    }

    /** Its connection broke, or it gave the question up: if it does not come back, it may have announced itself elsewhere. */
    private void abandoned(String instance, CompletableFuture<Reply> reply, Cancellation.Reason reason) {
        ServedInstance one;
        synchronized (this) {
            if (!attending.remove(instance, reply)) {
                return;
            }
            one = served.get(instance);
        }
        LOG.debug("{} asks no more: {}", instance, reason);
        if (one != null) {
            isToBeAttended(instance, one);
        }
    }

    /** Serves its callers no more: answered when they have gone. */
    CompletableFuture<Reply> leave(Invocation call, String said) {
        String instance = call.caller().instance();
        boolean now = said.endsWith(MeshProtocol.NOW);
        String secret = now ? said.substring(0, said.length() - MeshProtocol.NOW.length()) : said;
        CompletableFuture<Reply> begun;
        ServedInstance one;
        synchronized (this) {
            begun = coming.get(instance);
            one = served.get(instance);
        }
        if (begun != null) {
            return begun.copy().thenCompose(any -> leave(call, said)); // it was asked for just before
        }
        if (one == null || !isIts(one, secret)) {
            return done(new Reply.Value(Payload.EMPTY));
        }
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        Duration patience = now ? Duration.ZERO : patience();
        aside(() -> {
            leave(instance, one, patience);
            reply.complete(new Reply.Value(Payload.EMPTY));
        });
        return reply;
    }

    private void aside(Runnable work) {
        // A thread of its own: it waits for callers, for as long as they take.
        Thread thread = new Thread(work, "moa-agent-leave");
        thread.setDaemon(true);
        thread.start();
    }

    /** For how long it is worth the while to wait until callers have heard where they are served now. */
    private synchronized Duration patience() {
        return closing ? PATIENCE_AT_THE_END : PATIENCE;
    }

    private void leave(String instance, ServedInstance over, Duration patience) {
        synchronized (this) {
            if (!served.remove(instance, over)) {
                return; // somebody else is at it, or it was served anew
            }
            leaving.put(instance, over);
        }
        answerAttending(instance, MeshProtocol.AGAIN);
        over.linger(patience, () -> isLeaving(instance, over));
        synchronized (this) {
            if (!leaving.remove(instance, over)) {
                return; // it is wanted again
            }
        }
        over.leave();
        LOG.info("the agent of {} serves no more the callers of {}", config.application(), over.process());
    }

    private synchronized boolean isLeaving(String instance, ServedInstance one) {
        return leaving.get(instance) == one;
    }

    private void answerAttending(String instance, String word) {
        CompletableFuture<Reply> waits;
        synchronized (this) {
            waits = attending.remove(instance);
        }
        if (waits != null) {
            waits.complete(told(word));
        }
    }

    // ---- upgrades

    /** The doors, by names for the agent that takes the place of this one. */
    synchronized Map<String, Listener> doors() {
        Map<String, Listener> doors = new HashMap<>();
        served.forEach((instance, each) -> {
            Listener door = each.door();
            if (door != null) {
                doors.put(DOOR + instance, door);
            }
        });
        return doors;
    }

    /** What that agent has to know of the processes, by names. */
    synchronized Map<String, byte[]> processes() {
        offered = Set.copyOf(served.values());
        Map<String, byte[]> told = new HashMap<>();
        served.forEach((instance, each) ->
                told.put(DOOR + instance, each.process().text().getBytes(StandardCharsets.UTF_8)));
        return told;
    }

    /**
     * What the gates know, by names.
     *
     * @throws IllegalStateException if others are served than were told of: the other agent would not know them
     */
    synchronized Map<String, byte[]> gates() {
        if (!offered.equals(Set.copyOf(served.values()))) {
            throw new IllegalStateException("a process came, or left, that is served by the agent; try again");
        }
        Map<String, byte[]> told = new HashMap<>();
        served.forEach((instance, each) -> {
            List<String> lines = new ArrayList<>();
            each.server()
                    .gateMemory()
                    .forEach((method, memory) ->
                            lines.add(RuleText.writeLine(Map.of("method", method, "gate", memory.toPlain()))));
            told.put(GATES + instance, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        });
        return told;
    }

    /** The other agent serves. What was asked of this one is asked of that one from now on. */
    void handedOver() {
        List<String> all;
        synchronized (this) {
            closing = true;
            moved = true;
            all = new ArrayList<>(attending.keySet());
        }
        all.forEach(each -> answerAttending(each, MeshProtocol.AGAIN));
    }

    /** Whether luggage, or a door, of this name belongs here. */
    static boolean isMine(String name) {
        return name.startsWith(DOOR) || name.startsWith(GATES);
    }

    /**
     * Takes what another agent gives along.
     *
     * @throws IllegalArgumentException if it cannot be read; the message says why
     */
    synchronized void take(String name, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (name.startsWith(DOOR)) {
            known.put(name, ServedProcess.parse(text));
            return;
        }
        ServedInstance instance = served.get(name.substring(GATES.length()));
        if (instance == null) {
            return;
        }
        Map<String, GateMemory> memory = new HashMap<>();
        text.lines().forEach(line -> {
            if (RuleText.read(line) instanceof Map<?, ?> said
                    && said.get("method") instanceof String method
                    && said.get("gate") instanceof Map<?, ?> gate) {
                memory.put(method, GateMemory.ofPlain(gate));
            }
        });
        instance.server().remember(memory);
    }

    /**
     * Who serves behind a door that another agent hands over.
     *
     * @throws IllegalArgumentException if there is nobody; the message says why
     */
    synchronized Host behind(String name, Address address) {
        ServedProcess process = known.get(name);
        if (process == null || config.inbound() == null) {
            throw new IllegalArgumentException(
                    "the new agent has no door for callers, and the other one serves those of "
                            + (process == null ? name : process) + ": start it with --inbound");
        }
        MovedDoor door = new MovedDoor(new Peer(process.application(), process.instance()), address);
        arriving.put(name, door);
        return door.host();
    }

    /** Completes when all is ready behind the doors that another agent hands over; exceptionally, with the reason, if a process cannot be reached. */
    CompletableFuture<Void> prepare() {
        Map<String, MovedDoor> all;
        synchronized (this) {
            all = new HashMap<>(arriving);
        }
        List<CompletableFuture<Void>> each = new ArrayList<>();
        all.forEach((name, door) -> {
            ServedProcess process;
            synchronized (this) {
                process = Objects.requireNonNull(known.get(name));
            }
            Upstream upstream = new Upstream(moa, process, inOrder -> gone(process, inOrder));
            each.add(upstream.connect()
                    .thenRunAsync(() -> prepare(process, upstream, door), moa.callbacks())
                    .whenComplete((ready, failed) -> {
                        if (failed != null) {
                            upstream.close();
                        }
                    }));
        });
        return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new));
    }

    private void prepare(ServedProcess process, Upstream upstream, MovedDoor door) {
        ServedInstance made = new ServedInstance(
                moa,
                rules,
                Objects.requireNonNull(config.inbound()),
                config.drainLimit(),
                process,
                upstream,
                seen,
                door);
        synchronized (this) {
            served.put(process.instance(), made);
        }
    }

    /** A door is here. */
    synchronized void arrived(String name, Listener door) {
        known.remove(name);
        arriving.remove(name);
        ServedInstance instance = served.get(name.substring(DOOR.length()));
        if (instance != null) {
            instance.arrived(door);
            isToBeAttended(name.substring(DOOR.length()), instance);
        } else {
            door.drain(config.drainLimit()); // the process has ended meanwhile
        }
    }

    /** How many processes it serves. */
    synchronized int size() {
        return served.size();
    }

    /** A line for each process, for people. */
    synchronized List<String> describe() {
        return served.values().stream()
                .map(each ->
                        "serves the callers of " + each + ": " + each.server().connections() + " connections, "
                                + each.server().inFlight() + " calls under way")
                .toList();
    }

    /** Tells the processes that the agent ends, and waits until they serve their callers themselves. Blocks, up to some seconds. */
    void tellLeaving() {
        List<ServedInstance> all;
        synchronized (this) {
            if (moved) {
                return; // another agent serves them
            }
            closing = true;
            all = new ArrayList<>(served.values());
        }
        all.forEach(each -> answerAttending(each.process().instance(), MeshProtocol.LEAVING));
        try {
            CompletableFuture.allOf(all.stream().map(ServedInstance::ended).toArray(CompletableFuture[]::new))
                    .get(LEAVING_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException late) {
            LOG.warn("not every process has taken its callers back within {} ms", LEAVING_LIMIT_MILLIS);
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Those that are still served are served no more. */
    @Override
    public void close() {
        List<ServedInstance> all;
        synchronized (this) {
            closing = true;
            all = new ArrayList<>(served.values());
            all.addAll(leaving.values());
            served.clear();
            leaving.clear();
        }
        all.parallelStream().forEach(ServedInstance::leave);
    }

    private static Throwable causeOf(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private static CompletableFuture<Reply> done(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }

    private static Reply told(String text) {
        return new Reply.Value(new BytesPayload(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
    }

    private static Reply refused(Status status, String why) {
        return Reply.failure(status, Executed.NO, why);
    }
}
