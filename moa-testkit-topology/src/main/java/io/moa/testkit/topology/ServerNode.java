package io.moa.testkit.topology;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.ServiceExporter;
import io.moa.server.dispatch.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A place where a server of a {@link Topology} runs. What is set here holds for the processes that are started here later;
 * each is a new instance, {@code a.1}, {@code a.2} and so on, at the same address.
 *
 * <p>Only for the thread of the topology. {@link #start}, {@link #kill} may be called from its tasks too; {@link #close}
 * waits, and may not.
 */
public final class ServerNode {

    private static final Duration LONGEST = Duration.ofHours(1);

    private final Topology topology;
    private final String name;
    private final Chance chance;
    private final List<Consumer<MoaServer.Builder>> exports = new ArrayList<>();
    private final List<Consumer<MoaServer.Builder>> settings = new ArrayList<>();
    private String application = "server";
    private int workers = 64;
    private final ServiceTime serviceTime;
    private int started;
    private @Nullable Incarnation running;

    /** What one start brought into being. */
    private record Incarnation(Moa moa, MoaServer server, NodeRegistry registry) {}

    ServerNode(Topology topology, String name) {
        this.topology = topology;
        this.name = name;
        this.chance = Chance.of(topology.seed(), "server " + name);
        this.serviceTime = new ServiceTime(topology.loop(), Chance.of(topology.seed(), "service time of " + name));
    }

    /** The name of the node. */
    public String name() {
        return name;
    }

    /**
     * Names the application whose process runs here. A restarted process is only taken for the old one's successor if it
     * has the same; default {@code server}, the same for all nodes.
     *
     * @return this
     */
    public ServerNode application(String value) {
        application = value;
        return this;
    }

    /**
     * Exports an implementation of exactly one interface with {@code @MoaService}. It is shared by all processes started
     * here, and runs on the thread of the topology: it must not wait, but may return a future that {@link Topology#later}
     * completes.
     *
     * @return this
     * @throws IllegalArgumentException if it implements no such interface, or several
     */
    public ServerNode export(Object implementation) {
        ServiceExporter.interfaceOf(implementation); // a mistake is told where it was made
        exports.add(server -> server.export(implementation));
        return this;
    }

    /**
     * Exports an implementation as the given service; see {@link #export(Object)}.
     *
     * @return this
     */
    public <S> ServerNode export(Class<S> type, S implementation) {
        return export(type, implementation, ExportConfig.DEFAULT);
    }

    /**
     * Exports an implementation with settings of its own, in which workers are of no effect: calls run on the topology's
     * thread.
     *
     * @return this
     */
    public <S> ServerNode export(Class<S> type, S implementation, ExportConfig config) {
        exports.add(server -> server.export(type, implementation, config.withWorkers(workersOfTopology())));
        return this;
    }

    /**
     * Sets how long a call takes at this server, drawn anew for each. One half passes before the implementation runs, and
     * occupies a worker; the other after, so that a process that is killed leaves calls behind that ran and calls that did
     * not. Holds at once, for running processes too.
     *
     * @param least 0 or more; default 0
     * @param most at least {@code least}, at most 1 h; default 0
     * @return this
     * @throws IllegalArgumentException if a duration is out of range
     */
    public ServerNode takes(Duration least, Duration most) {
        if (least.isNegative() || most.compareTo(least) < 0 || most.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "A call takes from 0 to 1 h, and at most no less than at least; not " + least + " to " + most);
        }
        serviceTime.set(least, most);
        return this;
    }

    /**
     * Sets how many calls of a service may be with the workers at once; further ones are refused as overload.
     *
     * @param atOnce 1 to 100,000; default 64
     * @return this
     */
    public ServerNode workers(int atOnce) {
        workers = atOnce;
        return this;
    }

    /**
     * Changes any other setting of the server. The address, the workers and the shutdown hook are the topology's.
     *
     * @return this
     */
    public ServerNode configure(Consumer<MoaServer.Builder> setting) {
        settings.add(setting);
        return this;
    }

    /**
     * Starts a process: a new instance, announced in the registry.
     *
     * @return this
     * @throws IllegalStateException if one runs here already
     */
    public ServerNode start() {
        if (running != null) {
            throw new IllegalStateException("The server " + name + " runs already; close() or kill() it first");
        }
        String uuid = name + "." + ++started;
        NodeRegistry registry = topology.registry().join(topology.loop().ticker());
        Moa moa = topology.runtime(application, uuid, name, registry, chance);
        MoaServer.Builder builder = MoaServer.builder(moa).workers(workersOfTopology());
        settings.forEach(setting -> setting.accept(builder));
        exports.forEach(export -> export.accept(builder));
        builder.filter(serviceTime);
        builder.filter(topology.book().serverFilter()); // next to the implementation, or a death in between is missed
        MoaServer server = builder.address(new Address.InProcess(name))
                .workers(workersOfTopology())
                .adaptive(false) // the processors of this machine have no say in what happens here
                .closeOnShutdown(false)
                .start();
        running = new Incarnation(moa, server, registry);
        topology.journal().note("server " + name, uuid + " started");
        return this;
    }

    /**
     * Leaves gracefully, as at SIGTERM. Fake time passes until the running calls are answered, at most the drain limit.
     * Does nothing if no process runs here.
     *
     * @throws IllegalStateException if called from a task of the topology
     */
    public void close() {
        Incarnation process = running;
        if (process == null) {
            return;
        }
        topology.loop()
                .checkMayWait(
                        "close() of the server " + name, "Close it from the test itself, or kill() it from a task.");
        topology.journal().note("server " + name, "closing");
        running = null;
        process.server().close();
        topology.registry().left(process.registry());
        process.moa().close();
        topology.journal().note("server " + name, "closed");
    }

    /**
     * Ends the process as {@code kill -9} does: connections break at once, nothing is withdrawn, and the instance stays
     * listed for the registry's {@linkplain RegistryNode#lease lease}. Does nothing if no process runs here. For a machine
     * that falls silent, take {@link Network#isolate}.
     */
    public void kill() {
        Incarnation process = running;
        if (process == null) {
            return;
        }
        topology.journal().note("server " + name, "killed");
        running = null;
        topology.registry().died(process.registry());
        topology.network().died(name, "the process died");
        process.server().closeNow();
        process.moa().close();
    }

    /** Whether a process runs here. */
    public boolean isRunning() {
        return running != null;
    }

    /** How many calls are being served here; 0 if no process runs. */
    public int inFlight() {
        return running == null ? 0 : running.server().inFlight();
    }

    private Workers workersOfTopology() {
        return Workers.on(serviceTime, workers).methodPercent(100);
    }

    @Override
    public String toString() {
        return "ServerNode[" + name + (running == null ? ", not running" : ", " + running.server()) + "]";
    }
}
