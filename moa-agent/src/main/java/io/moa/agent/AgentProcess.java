package io.moa.agent;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Caller;
import io.moa.invoke.MethodId;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshProtocol;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Predecessor;
import io.moa.transport.handover.Successor;
import io.moa.transport.handover.Takeover;
import io.moa.transport.netty.NettyTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent: calls for the processes of an application on its host, and governs their calls for them. Registry and rules belong to whoever made them
 * and are closed after this. Safe for many threads.
 */
public final class AgentProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    private static final String REMOTE = "remote";

    /** Before the name of a seat, in the luggage: what is known of the methods that are called there over RESP. */
    private static final String RESP = "resp-";

    /** So many calls a process makes to itself before it takes another one's place, unless they take longer than that. */
    private static final int REHEARSALS = 20;

    private static final int WARMUP_CALLS = 20_000;

    /** Before an agent that was not replaced offers its place again: 200 ms. */
    private static final long PAUSE_NANOS = 200_000_000;

    private final AgentConfig config;
    private final Moa moa;
    private final ProcessCalls seen;
    private final CallTotals totals = new CallTotals();
    private final MoaClient client;
    private final Admission nearby; // on this host, over a Unix socket
    private final Map<String, OutboundSeat> seats = new HashMap<>(); // by their names, as below
    private final Map<String, AnnouncedMethods> methods = new HashMap<>();
    private final Map<String, RespSeat> resp = new HashMap<>(); // of the seats that take calls over RESP
    private final AnnouncedPolicies policies = new AnnouncedPolicies(); // of the application's own processes
    private final UpgradeFolder upgrades;
    private final CompletableFuture<HandOverLedger> replaced = new CompletableFuture<>();
    private final Standstill standstill;
    private final InboundSeat inbound;
    private final List<AgentSocket> sockets = new ArrayList<>();
    private final Map<String, Listener> doors = new ConcurrentHashMap<>();
    private final List<Address> addresses = new ArrayList<>();
    private Registry.@Nullable Registration registration;
    private Address.@Nullable Tcp remoteAddress;
    private volatile @Nullable HandOver offer;
    private volatile boolean handedOver;
    private final AtomicBoolean rehearsed = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean inherited; // the place, and the folder in which it is offered, from another agent

    private AgentProcess(
            AgentConfig config,
            Registry registry,
            @Nullable RuleSource rules,
            UnaryOperator<Moa.Builder> runtime,
            UnaryOperator<MoaClient.Builder> more) {
        this.config = config;
        Moa.Builder builder = Moa.builder(config.application()).registry(registry);
        if (rules != null) {
            builder.rules(rules);
        }
        this.moa = runtime.apply(builder).build();
        this.seen = new ProcessCalls(moa.ticker());
        MoaClient.Builder calling =
                MoaClient.builder(moa).withoutMesh().observer(seen.ofClient()).observer(totals);
        config.labels().forEach(calling::label);
        this.client = more.apply(calling).build();
        this.standstill = new Standstill(moa.ticker(), moa.scheduler());
        this.upgrades = UpgradeFolder.of(config);
        this.inbound = new InboundSeat(moa, rules, config, seen);
        this.nearby = new Admission(Set.of(config.application()), admitted(config), null);
    }

    private OutboundSeat seat(String name, Seat seat, Admission admission) {
        OutboundSeat known = seats.get(name);
        if (known != null) {
            return known;
        }
        if (admission.isFor(config.application())) {
            resp.put(RESP + name, new RespSeat(admission, client, policies::of));
        }
        var calls = client.forwardedCalls(seat);
        AnnouncedMethods announced = new AnnouncedMethods(calls, AnnouncedMethods.MOST, this::announced);
        OutboundSeat made = new OutboundSeat(
                moa.self(),
                admission,
                calls,
                announced,
                standstill,
                new Explanations(client),
                moa.callbacks(),
                seat == Seat.LOCAL ? inbound : null,
                resp.get(RESP + name));
        methods.put(name, announced);
        seats.put(name, made);
        return made;
    }

    private void announced(Caller caller, ServiceId service, MethodId method, MethodPolicy policy) {
        if (caller.application().equals(config.application())) {
            policies.add(service, method, policy);
        }
    }

    private static Set<Integer> admitted(AgentConfig config) {
        Set<Integer> users = new HashSet<>(config.users());
        users.addAll(ownUser());
        return users;
    }

    /** The number of the user of this process; empty where there are none, and so no Unix sockets either. */
    static Set<Integer> ownUser() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS)
                            instanceof Integer uid
                    ? Set.of(uid)
                    : Set.of();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException noUnix) {
            return Set.of();
        }
    }

    /**
     * Starts it, and listens.
     *
     * @param rules where live rules come from; null for none
     * @throws IllegalStateException if an address cannot be listened on; the message says why
     */
    public static AgentProcess start(AgentConfig config, Registry registry, @Nullable RuleSource rules) {
        return start(config, registry, rules, any -> any, any -> any);
    }

    /**
     * Starts it, and listens.
     *
     * @param rules where live rules come from; null for none
     * @param runtime says of its runtime what applications may say of theirs, such as its time
     * @param more says of the client by which it calls what applications may say of theirs
     * @throws IllegalStateException if an address cannot be listened on; the message says why
     */
    public static AgentProcess start(
            AgentConfig config,
            Registry registry,
            @Nullable RuleSource rules,
            UnaryOperator<Moa.Builder> runtime,
            UnaryOperator<MoaClient.Builder> more) {
        AgentProcess agent = new AgentProcess(config, registry, rules, runtime, more);
        boolean started = false;
        try {
            agent.open();
            started = true;
            return agent;
        } finally {
            if (!started) {
                agent.close();
            }
        }
    }

    /** Who takes the calls at an address of the configuration. */
    private OutboundSeat seatAt(Address address) {
        return address instanceof Address.Tcp
                ? seat("tcp", Seat.LOCAL, new Admission(Set.of(config.application()), Set.of(), config.token()))
                : seat("unix", Seat.LOCAL, nearby);
    }

    private OutboundSeat seatOf(AgentConfig.Remote remote) {
        return seat("remote", Seat.REMOTE, new Admission(applicationsOf(remote), Set.of(), config.token()));
    }

    private Set<String> applicationsOf(AgentConfig.Remote remote) {
        return remote.isShared() ? remote.applications() : Set.of(config.application());
    }

    private static String nameOf(int outbound) {
        return "outbound-" + outbound;
    }

    private void open() {
        warmAlone();
        standstill.begin();
        for (int i = 0; i < config.outbound().size(); i++) {
            Address each = config.outbound().get(i);
            Listener door = listen(each, seatAt(each));
            doors.put(nameOf(i), door);
            addresses.add(each instanceof Address.Unix ? each : door.address());
        }
        AgentConfig.Remote remote = config.remote();
        if (remote != null) {
            Listener door = listen(remote.bind(), seatOf(remote));
            doors.put(REMOTE, door);
            register(remote, (Address.Tcp) door.address());
        }
        standReady();
    }

    private void register(AgentConfig.Remote remote, Address.Tcp there) {
        Address.Tcp told = new Address.Tcp(remote.host(), there.port());
        remoteAddress = told;
        Map<String, String> labels = new HashMap<>(config.labels());
        labels.put(MeshProtocol.KIND, remote.isShared() ? MeshProtocol.SHARED : MeshProtocol.PEER);
        registration = moa.registry()
                .register(new Instance(
                        moa.self().instance(),
                        config.application(),
                        List.of(told),
                        applicationsOf(remote).stream()
                                .map(each -> new ServiceExport(MeshProtocol.agentsOf(each), Set.of("json"), ""))
                                .toList(),
                        100,
                        0,
                        labels));
    }

    private Listener listen(Address where, OutboundSeat seat) {
        try {
            if (where instanceof Address.Unix unix) {
                AgentSocket socket = AgentSocket.prepare(unix, !config.users().isEmpty());
                sockets.add(socket);
                Listener door = moa.transport().listen(socket.binding(), seat).join();
                socket.publish();
                return door;
            }
            return moa.transport().listen(where, seat).join();
        } catch (CompletionException | IOException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            throw new IllegalStateException("Cannot listen on " + where + ": " + cause.getMessage(), cause);
        }
    }

    // ---- upgrades

    /**
     * Starts an agent that takes the place of the one that runs there, with its listeners, its connections, and what was announced to it. The other one serves until this
     * one is ready, goes on if it does not come to that, and ends when the calls that it has are answered.
     *
     * @param config with the addresses of the other one
     * @throws IllegalStateException if nobody stands ready to be replaced, or it was not taken over; the message says why, and the other one serves on
     */
    public static AgentProcess replacing(AgentConfig config, Registry registry, @Nullable RuleSource rules) {
        return replacing(config, registry, rules, any -> any, any -> any);
    }

    /**
     * As {@link #replacing(AgentConfig, Registry, RuleSource)}.
     *
     * @param runtime says of its runtime what applications may say of theirs, such as its time
     * @param more says of the client by which it calls what applications may say of theirs
     */
    public static AgentProcess replacing(
            AgentConfig config,
            Registry registry,
            @Nullable RuleSource rules,
            UnaryOperator<Moa.Builder> runtime,
            UnaryOperator<MoaClient.Builder> more) {
        AgentProcess agent = new AgentProcess(config, registry, rules, runtime, more);
        boolean started = false;
        try {
            agent.takeOver();
            started = true;
            return agent;
        } finally {
            if (!started) {
                agent.close();
            }
        }
    }

    private void takeOver() {
        standstill.begin();
        config.outbound().forEach(this::seatAt); // the first that is heard is what was announced to them
        if (config.remote() != null) {
            seatOf(config.remote());
        }
        Takeover taken;
        try {
            taken = movable()
                    .takeOver(upgrades.offer(), upgrades.nonce(), new Heir(), HandOverConfig.DEFAULT)
                    .join();
        } catch (CompletionException | IOException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            throw new IllegalStateException(
                    "The agent of " + config.application() + " was not replaced: " + cause.getMessage(), cause);
        }
        inherited = true;
        taken.listeners().forEach((name, door) -> {
            if (InboundSeat.isMine(name)) {
                inbound.arrived(name, door);
            }
        });
        try {
            for (int i = 0; i < config.outbound().size(); i++) {
                Address each = config.outbound().get(i);
                Listener door = taken.listeners().get(nameOf(i));
                if (door == null) {
                    door = listen(each, seatAt(each)); // one more than the other had
                } else if (each instanceof Address.Unix unix) {
                    sockets.add(AgentSocket.takenOver(unix, !config.users().isEmpty()));
                }
                doors.put(nameOf(i), door);
                addresses.add(each instanceof Address.Unix ? each : door.address());
            }
            AgentConfig.Remote remote = config.remote();
            if (remote != null) {
                Listener door = taken.listeners().get(REMOTE);
                door = door == null ? listen(remote.bind(), seatOf(remote)) : door;
                doors.put(REMOTE, door);
                register(remote, (Address.Tcp) door.address());
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The socket that was taken over has no file any more: " + e.getMessage(), e);
        }
        taken.ended().whenComplete((ledger, failed) -> {
            LOG.info("{} has taken the place of another agent: {}", this, ledger == null ? failed : ledger);
            standReadyAside();
        });
    }

    /** What the other agent hands over. */
    private final class Heir implements Successor {
        @Override
        public Host host(String name, Address address) {
            if (InboundSeat.isMine(name)) {
                return inbound.behind(name, address);
            }
            AgentConfig.Remote remote = config.remote();
            if (name.equals(REMOTE) && remote != null) {
                return seatOf(remote);
            }
            for (int i = 0; i < config.outbound().size(); i++) {
                if (name.equals(nameOf(i))
                        && (config.outbound().get(i) instanceof Address.Unix) == (address instanceof Address.Unix)) {
                    return seatAt(config.outbound().get(i));
                }
            }
            throw new IllegalArgumentException("the new agent has no address for " + name + " at " + address
                    + ": start it with those of the agent that it replaces");
        }

        @Override
        public CompletableFuture<Void> ready() {
            return inbound.prepare()
                    .thenRunAsync(config.warmUp().isZero() ? () -> {} : AgentProcess.this::rehearse, moa.callbacks())
                    .thenCompose(any -> warm(upgrades.folder()));
        }

        @Override
        public void luggage(String name, byte[] bytes) {
            if (InboundSeat.isMine(name)) {
                inbound.take(name, bytes);
                return;
            }
            List<String> lines = lines(bytes);
            AnnouncedMethods into = methods.get(name);
            RespSeat called = resp.get(name);
            if (into != null) {
                warn(
                        into.takeLines(lines),
                        "of the methods that were announced to the agent before are not known here, and their calls go another way");
            } else if (called != null) {
                warn(called.takeLines(lines), "of the methods that were called over RESP begin anew");
            } // or it is of a seat that nobody asked for
        }

        private void warn(List<String> failures, String what) {
            if (!failures.isEmpty()) {
                LOG.warn("{}: {} {}; the first because {}", AgentProcess.this, failures.size(), what, failures.get(0));
            }
        }
    }

    /** Completes when what is run for every call has been run often, or the time for that is over. */
    private CompletableFuture<Void> warm(Path folder) {
        if (config.warmUp().isZero()) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.runAsync(
                        () -> {
                            int calls = new Warmup(moa, folder).run(WARMUP_CALLS, config.warmUp());
                            LOG.info("{} has made {} calls to itself, and is ready", this, calls);
                        },
                        moa.callbacks())
                .thenCompose(any -> CompilerRest.begin(moa.scheduler(), config.warmUp()));
    }

    /** As whoever has a socket is called there at once by all that there are. What does not work here will be told by whoever listens, or is not needed. */
    private void warmAlone() {
        if (config.warmUp().isZero()) {
            return;
        }
        try {
            Path folder = Files.createTempDirectory("moa"); // another agent may have that of upgrades
            try {
                warm(folder).join();
            } finally {
                Files.delete(folder);
            }
        } catch (IOException | CompletionException e) {
            LOG.info("{} begins without having made calls to itself: {}", this, e.toString());
        }
    }

    /** Once in a process: it gives as it takes. */
    private void rehearse() {
        if (rehearsed.compareAndSet(false, true)) {
            int times = new Rehearsal(moa, client).run(REHEARSALS, config.warmUp());
            LOG.debug("{} has rehearsed {} hand-overs", this, times);
        }
    }

    private void rehearseAside() {
        try {
            moa.callbacks().execute(this::rehearse);
        } catch (RejectedExecutionException closing) {
            LOG.debug("{} is closing", this, closing);
        }
    }

    private NettyTransport movable() {
        if (moa.transport() instanceof NettyTransport netty && netty.usesEpoll()) {
            return netty;
        }
        throw new IllegalStateException(
                "Connections are handed over with Netty's native epoll alone, which is not available here: "
                        + NettyTransport.nativeObstacle());
    }

    /** Not on an event loop, because it opens files. */
    private void standReadyAside() {
        try {
            moa.callbacks().execute(this::standReady);
        } catch (RejectedExecutionException closing) {
            LOG.debug("{} is closing", this, closing);
        }
    }

    /** Offers this agent's place to the next one. */
    private void standReady() {
        synchronized (upgrades) { // who closes the agent meanwhile has it withdrawn
            if (!closed.get()) {
                offer();
            }
        }
    }

    private void offer() {
        try {
            HandOver stands = movable()
                    .offer(upgrades.offer(), upgrades.renew(moa.chance()), new Ancestor(), HandOverConfig.DEFAULT);
            offer = stands;
            stands.taken().whenComplete((ledger, failed) -> {
                if (failed == null) {
                    handedOver();
                } else if (!closed.get()) {
                    LOG.warn("{} was not replaced, and serves on: {}", this, failed.getMessage());
                    moa.scheduler().schedule(this::standReadyAside, PAUSE_NANOS);
                }
            });
            stands.ended().thenAccept(replaced::complete);
        } catch (IOException | IllegalStateException | RejectedExecutionException e) {
            if (!closed.get()) {
                LOG.warn("{} cannot be replaced while it runs: {}", this, e.getMessage());
            }
        }
    }

    /** What this agent hands over. */
    private final class Ancestor implements Predecessor {
        @Override
        public Map<String, Listener> listeners() {
            Map<String, Listener> all = new HashMap<>(doors);
            all.putAll(inbound.doors());
            return all;
        }

        @Override
        public Map<String, byte[]> before() {
            if (!config.warmUp().isZero()) {
                rehearseAside(); // while the other one makes calls to itself
            }
            // Whoever knows ahead what is called here follows those services, and is connected, before anybody waits.
            Map<String, byte[]> all = new HashMap<>(inbound.processes());
            methods.forEach((name, announced) -> all.put(name, text(announced.linesAhead())));
            resp.forEach((name, seat) -> all.put(name, text(seat.linesAhead())));
            return all;
        }

        @Override
        public Map<String, byte[]> luggage() {
            Map<String, byte[]> all = new HashMap<>(inbound.gates());
            methods.forEach((name, announced) -> all.put(name, text(announced.linesSince())));
            resp.forEach((name, seat) -> all.put(name, text(seat.linesSince())));
            return all;
        }
    }

    static byte[] text(List<String> lines) {
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lines().toList();
    }

    private void handedOver() {
        handedOver = true;
        inbound.handedOver();
        sockets.forEach(AgentSocket::handOver);
        if (registration != null) {
            registration.close(); // the other one is announced under its own name
        }
    }

    /** Completes when another agent has taken the place of this one, and this one owes no reply any more: then it is to be closed. */
    public CompletableFuture<HandOverLedger> replaced() {
        return replaced;
    }

    /** Where processes of other hosts hand theirs over; null for nowhere. */
    public Address.@Nullable Tcp remote() {
        return remoteAddress;
    }

    /** Where processes hand their calls over, in the order of the configuration, with the ports that were chosen. */
    public List<Address> outbound() {
        return List.copyOf(addresses);
    }

    /** How many calls were handed over so far. */
    public long callsTaken() {
        return seats.values().stream().mapToLong(OutboundSeat::taken).sum();
    }

    /** How many calls that it made have ended since it began, with whatever. */
    public long callsEnded() {
        return totals.ended();
    }

    /** How many of these failed: neither values, nor answers that their methods declare, nor withdrawn. */
    public long callsFailed() {
        return totals.failed();
    }

    /** How many connections are open to it. */
    public int connections() {
        return doors.values().stream().mapToInt(Listener::connections).sum();
    }

    /** Whether it stands ready for another agent to take its place. */
    public boolean isReplaceable() {
        HandOver stands = offer;
        return stands != null && !stands.taken().isDone() && !closed.get();
    }

    /** What it saw of calls. */
    public ProcessCalls seen() {
        return seen;
    }

    /** The client by which it calls. It is closed with the agent. */
    public MoaClient client() {
        return client;
    }

    /** What it does, a line for each part, for people. */
    public List<String> describe() {
        int inFlight = doors.values().stream().mapToInt(Listener::inFlight).sum();
        List<String> lines = new ArrayList<>();
        lines.add("agent of " + config.application() + " at " + addresses
                + (remoteAddress == null ? "" : " and for other hosts at " + remoteAddress) + ": " + connections()
                + " connections, "
                + methods.values().stream().mapToInt(AnnouncedMethods::size).sum() + " methods announced, "
                + callsTaken() + " calls taken, " + inFlight + " under way");
        lines.addAll(inbound.describe());
        return lines;
    }

    /** Says that it closes, finishes the calls under way, and ends. Blocks until it is done. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        RuntimeException broken = null;
        synchronized (upgrades) {
            HandOver stands = offer;
            if ((stands != null || inherited) && !handedOver) {
                if (stands != null) {
                    stands.close();
                }
                try {
                    upgrades.remove();
                } catch (IOException e) {
                    broken = new IllegalStateException("The folder for upgrades could not be removed", e);
                }
            }
        }
        if (registration != null) {
            registration.close(); // first, as the sockets: nobody new finds it
        }
        for (AgentSocket socket : sockets) {
            try {
                socket.remove();
            } catch (IOException e) {
                broken = new IllegalStateException("The socket of the agent could not be removed", e);
            }
        }
        inbound.tellLeaving(); // while they can still say that they serve their callers themselves
        List<CompletableFuture<Integer>> drains = new ArrayList<>();
        if (!handedOver) {
            doors.values().forEach(each -> drains.add(each.drain(config.drainLimit())));
        }
        drains.forEach(CompletableFuture::join);
        doors.values().forEach(Listener::close);
        inbound.close();
        standstill.close();
        client.close();
        moa.close();
        if (broken != null) {
            throw broken;
        }
    }

    @Override
    public String toString() {
        return "AgentProcess[" + config.application() + ", " + addresses + "]";
    }
}
