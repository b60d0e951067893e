package io.moa.node.quickstart;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.invoke.Filter;
import io.moa.mesh.MeshConfig;
import io.moa.observe.CallObserver;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One instance that offers the sample service: a runtime and a server of its own, as a process of its own would have. */
public final class SampleProvider implements Provider {

    private final String name;
    private final Moa moa;
    private final MoaServer server;
    private final SampleGreeter greeter;
    private final LongAdder repeated;

    private SampleProvider(String name, Moa moa, MoaServer server, SampleGreeter greeter, LongAdder repeated) {
        this.name = name;
        this.moa = moa;
        this.server = server;
        this.greeter = greeter;
        this.repeated = repeated;
    }

    /**
     * Starts an instance, whatever {@code moa.server.*} and {@code MOA_SERVER_*} say. Whoever starts it closes it: it does not
     * listen to signals by itself.
     *
     * @param name signs its greetings
     * @param registry where it announces itself, or null for nowhere
     * @param host the local address to listen on
     * @param port the TCP port, or 0 for a free one
     * @throws IllegalStateException if the port cannot be listened on
     */
    public static SampleProvider start(String name, @Nullable Registry registry, String host, int port) {
        return start(name, registry, null, host, port, null, MeshConfig.DEFAULT);
    }

    /**
     * Starts an instance whose calls somebody observes.
     *
     * @param observer is told of each call; null for nobody
     * @throws IllegalStateException if the port cannot be listened on
     */
    public static SampleProvider start(
            String name, @Nullable Registry registry, String host, int port, @Nullable CallObserver observer) {
        return start(name, registry, null, host, port, observer, MeshConfig.DEFAULT);
    }

    /**
     * Starts an instance whose callers its agent may serve.
     *
     * @param rules where live settings come from; null for none
     * @param mesh how it uses its agent
     * @throws IllegalStateException if the port cannot be listened on
     */
    static SampleProvider start(
            String name,
            @Nullable Registry registry,
            @Nullable RuleSource rules,
            String host,
            int port,
            @Nullable CallObserver observer,
            MeshConfig mesh) {
        Moa.Builder builder = Moa.builder("quickstart").eventLoops(1);
        if (registry != null) {
            builder.registry(registry);
        }
        if (rules != null) {
            builder.rules(rules);
        }
        Moa moa = builder.build();
        SampleGreeter greeter = new SampleGreeter(name);
        LongAdder repeated = new LongAdder();
        Filter countRepetitions = (call, next) -> {
            if (call.hop().attempt() > 0) {
                repeated.increment();
            }
            return next.invoke(call);
        };
        boolean started = false;
        try {
            MoaServer.Builder more = MoaServer.builder(moa);
            if (observer != null) {
                more.observer(observer);
            }
            MoaServer server = more.settings(
                            ProcessSettings.GIVEN.withoutServer()) // they are meant for servers of the user's own
                    .host(host)
                    .port(port)
                    .filter(countRepetitions)
                    .mesh(mesh)
                    .rulesFolder(null) // the next one has another registry
                    .export(greeter)
                    .closeOnShutdown(false)
                    .start();
            started = true;
            return new SampleProvider(name, moa, server, greeter, repeated);
        } finally {
            if (!started) {
                moa.close();
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String uuid() {
        return server.instance().uuid();
    }

    @Override
    public Address address() {
        return server.address();
    }

    @Override
    public String what() {
        return "a part of this process";
    }

    /** Its TCP port. */
    public int port() {
        return server.port();
    }

    @Override
    public Counts counts() {
        return new Counts(greeter.runs(), greeter.notes(), server.inFlight(), repeated.sum());
    }

    @Override
    public void kill() {
        server.closeNow();
        moa.close();
    }

    @Override
    public void close() {
        server.close();
        moa.close();
    }
}
