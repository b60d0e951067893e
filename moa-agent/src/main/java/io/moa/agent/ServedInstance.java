package io.moa.agent;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
import io.moa.discovery.RuleSource;
import io.moa.discovery.ServiceId;
import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Invoker;
import io.moa.mesh.ServedProcess;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import io.moa.server.dispatch.ForwardedService;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One process whose callers an agent serves: a server in its name, with all gates of a server, which passes calls on to it. Made off the event
 * loops; closing blocks. Safe for many threads.
 */
final class ServedInstance {

    /** So often those who are connected are told, while others may still come. */
    private static final long ROUND_NANOS = Duration.ofMillis(500).toNanos();

    /** So long the door stays open at least, if anybody may come. */
    private static final long LEAST_NANOS = Duration.ofMillis(1_500).toNanos();

    private final ServedProcess process;
    private final Upstream upstream;
    private final DoorKeeper keeper;
    private final Moa runtime;
    private final MoaServer server;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * Opens the door.
     *
     * @param agent of whose transport, threads and registry it makes use
     * @param upstream connected
     * @param moved a door that another agent has opened; null to open one
     * @throws IllegalStateException if there can be no door; the message says why
     * @throws IllegalArgumentException if the process says what cannot be; the message says what
     */
    ServedInstance(
            Moa agent,
            @Nullable RuleSource rules,
            AgentConfig.Inbound where,
            Duration drainLimit,
            ServedProcess process,
            Upstream upstream,
            ProcessCalls seen,
            @Nullable MovedDoor moved) {
        this.keeper = new DoorKeeper(agent.transport(), moved);
        this.process = process;
        this.upstream = upstream;
        Moa.Builder builder = Moa.builder(process.application())
                .instance(process.instance())
                .hostId(agent.hostId())
                .registry(new Unannounced(agent.registry()))
                .release(ReleaseSettings.NONE) // what the application's release says, it has said of its methods
                .ticker(agent.ticker())
                .chance(agent.chance())
                .transportConfig(agent.transportConfig())
                .transport(keeper)
                .scheduler(agent.scheduler())
                .serializers(agent.serializers())
                .callbacks(agent.callbacks());
        if (rules != null) {
            builder.rules(rules);
        }
        this.runtime = builder.build();
        boolean started = false;
        try {
            this.server = start(where, drainLimit, seen);
            started = true;
        } finally {
            if (!started) {
                runtime.close();
            }
        }
    }

    private MoaServer start(AgentConfig.Inbound where, Duration drainLimit, ProcessCalls seen) {
        MoaServer.Builder builder = MoaServer.builder(runtime)
                .settings(ProcessSettings.GIVEN.withoutServer())
                .host(where.bind().host())
                .port(where.bind().port())
                .labels(process.labels())
                .maxInFlightPerService(process.inFlight())
                .adaptive(false) // its threads run nothing
                .drainLimit(drainLimit)
                .closeOnShutdown(false)
                .withoutMesh()
                .observer(seen.ofServer())
                .load(upstream::load);
        if (where.advertised() != null) {
            builder.advertise(where.advertised());
        }
        if (where.advertisedPort() != 0) {
            builder.advertisePort(where.advertisedPort());
        }
        process.services().forEach((service, methods) -> builder.forward(forwarded(service, methods)));
        return builder.start();
    }

    private ForwardedService forwarded(ServiceId service, List<ServedProcess.Method> methods) {
        List<ForwardedService.Method> all = new ArrayList<>();
        for (ServedProcess.Method each : methods) {
            Map<Integer, Invoker> routes = new HashMap<>();
            each.serializers()
                    .forEach(serializer -> routes.put(serializer, upstream.route(service, each.method(), serializer)));
            all.add(new ForwardedService.Method(
                    new NamedMethod(each.method(), each.names()), MethodPolicy.ofPlain(each.policy()), routes));
        }
        return new ForwardedService(service, all);
    }

    ServedProcess process() {
        return process;
    }

    /** Where callers find it, as the registry is to be told. */
    Address address() {
        return server.instance().addresses().get(0);
    }

    MoaServer server() {
        return server;
    }

    /** Whether the process could not be reached any more. */
    boolean hasEnded() {
        return upstream.isEnded();
    }

    /** Whether the process is connected. */
    boolean isConnected() {
        return upstream.isConnected();
    }

    /** The door, to be handed over; null while it is not here. */
    @Nullable
    Listener door() {
        return keeper.door();
    }

    /** The door that another agent has opened is here. */
    void arrived(Listener door) {
        keeper.arrived(door);
    }

    /** Completes when its callers are served here no more. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /**
     * Tells the callers that they are served elsewhere, again and again, while the door stays open for those who have not heard of it and come back.
     * Blocks.
     *
     * @param patience for how long at most
     * @param leaves whether it is still so; asked each time
     */
    void linger(Duration patience, BooleanSupplier leaves) {
        long begun = runtime.ticker().nanos();
        while (leaves.getAsBoolean() && runtime.ticker().nanos() - begun < patience.toNanos()) {
            pause();
            Listener door = keeper.door();
            if (door == null || !leaves.getAsBoolean()) {
                return;
            }
            boolean nobody = door.dismiss()
                    .completeOnTimeout(1, ROUND_NANOS, TimeUnit.NANOSECONDS)
                    .join()
                    .equals(0);
            if (nobody && runtime.ticker().nanos() - begun >= LEAST_NANOS) {
                return; // whoever was here has gone, and did not come back
            }
        }
    }

    /** Tells the callers that it closes, serves them until they have acknowledged, and ends. Blocks. Idempotent. */
    void leave() {
        server.close();
        upstream.close();
        runtime.close();
        ended.complete(null);
    }

    private void pause() {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try {
            runtime.scheduler().schedule(() -> over.complete(null), ROUND_NANOS);
            over.completeOnTimeout(null, 2 * ROUND_NANOS, TimeUnit.NANOSECONDS)
                    .join(); // a runtime that ends forgets its timers
        } catch (RejectedExecutionException runtimeClosed) {
            over.complete(null);
        }
    }

    /** Callers see their connections break. Idempotent. */
    void cut() {
        server.closeNow();
        upstream.close();
        runtime.close();
        ended.complete(null);
    }

    @Override
    public String toString() {
        return process + ", for its callers at " + address();
    }
}
