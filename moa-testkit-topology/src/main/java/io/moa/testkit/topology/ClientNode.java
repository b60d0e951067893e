package io.moa.testkit.topology;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link Topology}. It begins with its first stub; what is set here must be set before.
 *
 * <p>Only for the thread of the topology. A synchronous call lets fake time pass until the reply is there, so it may be
 * made by the test but not by a task or an implementation; asynchronous calls may be made by all.
 */
public final class ClientNode {

    private final Topology topology;
    private final String name;
    private final Chance chance;
    private final List<Consumer<MoaClient.Builder>> settings = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();
    private @Nullable MoaClient client;
    private @Nullable Moa moa;
    private @Nullable NodeRegistry registry;

    ClientNode(Topology topology, String name) {
        this.topology = topology;
        this.name = name;
        this.chance = Chance.of(topology.seed(), "client " + name);
    }

    /** The name of the node, and of the application that the client belongs to. */
    public String name() {
        return name;
    }

    /**
     * Changes a setting of the client.
     *
     * @return this
     * @throws IllegalStateException if the client has begun
     */
    public ClientNode configure(Consumer<MoaClient.Builder> setting) {
        if (client != null) {
            throw new IllegalStateException(
                    "The client " + name + " has begun with its first stub; configure it before");
        }
        settings.add(setting);
        return this;
    }

    /**
     * A stub whose calls are kept account of.
     *
     * @throws IllegalArgumentException if the interface cannot be a service, saying why and what is expected
     */
    public <S> S stub(Class<S> type) {
        return stub(type, StubConfig.ANNOTATED);
    }

    /** A stub with settings that override the annotations of the interface. */
    public <S> S stub(Class<S> type, StubConfig config) {
        MoaClient begun = begun();
        return DrivenStub.of(topology.loop(), begun, type, begun.stub(type, config));
    }

    /** A stub of the same service whose calls have these options. */
    @SuppressWarnings("unchecked") // the interface of the stub given, which is S or below it
    public <S> S with(S stub, CallOptions options) {
        DrivenStub driven = DrivenStub.behind(stub);
        MoaClient begun = begun();
        Class<Object> type = (Class<Object>) driven.type();
        return (S) DrivenStub.of(topology.loop(), begun, type, begun.with(driven.stub(), options));
    }

    /**
     * Calls a synchronous method without waiting: the reply comes while time advances.
     *
     * @param stub made by this client
     * @param call makes exactly one call on the stub that it is given
     */
    @SuppressWarnings("unchecked") // what stands behind a stub has the stub's interface
    public <S, T> CompletableFuture<T> async(S stub, Function<S, T> call) {
        return begun().async((S) DrivenStub.behind(stub).stub(), call);
    }

    /**
     * Calls again and again, with pauses drawn from the seed, until the load is stopped or the topology closes.
     *
     * @param perSecond how many calls a second of fake time on average; 1 to 100,000
     * @param call makes exactly one call of a synchronous method on the stub that it is given, anew each time; for a
     *     {@code void} method {@code s -> { s.ping(); return null; }}
     */
    public <S, T> Load load(Class<S> type, int perSecond, Function<S, T> call) {
        S stub = stub(type);
        Chance pauses = Chance.of(topology.seed(), "load " + loads.size() + " of " + name);
        Load load = new Load(topology.loop(), pauses, perSecond, () -> async(stub, call));
        loads.add(load);
        topology.journal()
                .note("client " + name, "calls " + type.getSimpleName() + " " + perSecond + " times a second");
        load.next();
        return load;
    }

    private MoaClient begun() {
        MoaClient known = client;
        if (known == null) {
            NodeRegistry joined = topology.registry().join(topology.loop().ticker());
            Moa runtime = topology.runtime(name, name, name, joined, chance);
            MoaClient.Builder builder =
                    MoaClient.builder(runtime).filter(topology.book().callerFilter());
            settings.forEach(setting -> setting.accept(builder));
            known = builder.build();
            registry = joined;
            moa = runtime;
            client = known;
        }
        return known;
    }

    void stopLoads() {
        loads.forEach(Load::stop);
    }

    void close() {
        stopLoads();
        if (client != null) {
            client.close();
        }
        if (registry != null) {
            topology.registry().left(registry);
        }
        if (moa != null) {
            moa.close();
        }
    }

    @Override
    public String toString() {
        return "ClientNode[" + name + (client == null ? ", not begun" : "") + "]";
    }
}
