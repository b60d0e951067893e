package io.moa.agent;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.mesh.MeshProtocol;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.discovery.ServiceExport;
import io.moa.governance.observe.ProcessCalls;
import io.moa.invoke.Seat;
import io.moa.transport.Listener;
import java.io.IOException;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An agent: calls for the processes of an application on its host, and governs their calls for them. Registry and rules belong to whoever made them
 * and are closed after this. Safe for many threads.
 */
public final class AgentProcess implements AutoCloseable {

    private final AgentConfig config;
    private final Moa moa;
    private final ProcessCalls seen;
    private final MoaClient client;
    private final Admission nearby; // on this host, over a Unix socket
    private final List<OutboundSeat> seats = new ArrayList<>();
    private final List<AnnouncedMethods> methods = new ArrayList<>();
    private final Standstill standstill;
    private final List<AgentSocket> sockets = new ArrayList<>();
    private final List<Listener> doors = new ArrayList<>();
    private final List<Address> addresses = new ArrayList<>();
    private Registry.@Nullable Registration registration;
    private Address.@Nullable Tcp remoteAddress;
    private final AtomicBoolean closed = new AtomicBoolean();

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
        MoaClient.Builder calling = MoaClient.builder(moa).withoutMesh().observer(seen.ofClient());
        config.labels().forEach(calling::label);
        this.client = more.apply(calling).build();
        this.standstill = new Standstill(moa.ticker(), moa.scheduler());
        this.nearby = new Admission(Set.of(config.application()), admitted(config), null);
    }

    private OutboundSeat seat(Seat seat, Admission admission) {
        var calls = client.forwardedCalls(seat);
        AnnouncedMethods announced = new AnnouncedMethods(calls, AnnouncedMethods.MOST);
        OutboundSeat made = new OutboundSeat(
                moa.self(),
                admission,
                calls,
                announced,
                standstill,
                moa.ticker(),
                moa.scheduler(),
                new Explanations(client),
                moa.callbacks());
        methods.add(announced);
        seats.add(made);
        return made;
    }

    private static Set<Integer> admitted(AgentConfig config) {
        Set<Integer> users = new HashSet<>(config.users());
        try {
            if (Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS)
                    instanceof Integer uid) {
                users.add(uid);
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException noUnix) {
            // then there are no Unix sockets either
        }
        return users;
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

    private void open() {
        standstill.begin();
        OutboundSeat unix = seat(Seat.LOCAL, nearby);
        OutboundSeat tcp = null;
        for (Address each : config.outbound()) {
            if (each instanceof Address.Tcp && tcp == null) {
                tcp = seat(Seat.LOCAL, new Admission(Set.of(config.application()), Set.of(), config.token()));
            }
            addresses.add(listen(each, each instanceof Address.Tcp && tcp != null ? tcp : unix));
        }
        AgentConfig.Remote remote = config.remote();
        if (remote != null) {
            register(remote);
        }
    }

    private void register(AgentConfig.Remote remote) {
        Set<String> applications = remote.isShared() ? remote.applications() : Set.of(config.application());
        Address.Tcp there = (Address.Tcp)
                listen(remote.bind(), seat(Seat.REMOTE, new Admission(applications, Set.of(), config.token())));
        Address.Tcp told = new Address.Tcp(remote.host(), there.port());
        remoteAddress = told;
        Map<String, String> labels = new HashMap<>(config.labels());
        labels.put(MeshProtocol.KIND, remote.isShared() ? MeshProtocol.SHARED : MeshProtocol.PEER);
        registration = moa.registry()
                .register(new Instance(
                        moa.self().instance(),
                        config.application(),
                        List.of(told),
                        applications.stream()
                                .map(each -> new ServiceExport(MeshProtocol.agentsOf(each), Set.of("json"), ""))
                                .toList(),
                        100,
                        0,
                        labels));
    }

    private Address listen(Address where, OutboundSeat seat) {
        try {
            if (where instanceof Address.Unix unix) {
                AgentSocket socket = AgentSocket.prepare(unix, !config.users().isEmpty());
                sockets.add(socket);
                doors.add(moa.transport().listen(socket.binding(), seat).join());
                socket.publish();
                return where;
            }
            Listener door = moa.transport().listen(where, seat).join();
            doors.add(door);
            return door.address();
        } catch (CompletionException | IOException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            throw new IllegalStateException("Cannot listen on " + where + ": " + cause.getMessage(), cause);
        }
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
        return seats.stream().mapToLong(OutboundSeat::taken).sum();
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
        int connections = doors.stream().mapToInt(Listener::connections).sum();
        int inFlight = doors.stream().mapToInt(Listener::inFlight).sum();
        return List.of("agent of " + config.application() + " at " + addresses
                + (remoteAddress == null ? "" : " and for other hosts at " + remoteAddress) + ": " + connections
                + " connections, "
                + methods.stream().mapToInt(AnnouncedMethods::size).sum() + " methods announced, "
                + callsTaken() + " calls taken, " + inFlight + " under way");
    }

    /** Says that it closes, finishes the calls under way, and ends. Blocks until it is done. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (registration != null) {
            registration.close(); // first, as the sockets: nobody new finds it
        }
        RuntimeException broken = null;
        for (AgentSocket socket : sockets) {
            try {
                socket.remove();
            } catch (IOException e) {
                broken = new IllegalStateException("The socket of the agent could not be removed", e);
            }
        }
        List<CompletableFuture<Integer>> drains = new ArrayList<>();
        doors.forEach(each -> drains.add(each.drain(config.drainLimit())));
        drains.forEach(CompletableFuture::join);
        doors.forEach(Listener::close);
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
