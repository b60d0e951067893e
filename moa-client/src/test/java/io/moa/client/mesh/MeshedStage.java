package io.moa.client.mesh;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshSetting;
import io.moa.testkit.FakeScheduler;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The seat of a client's calls, without sockets: the test moves the time and says who listens where the agent is to be. Used by one thread. */
final class MeshedStage implements Transport {

    static final Reply DIRECTLY = new Reply.Value(Payload.EMPTY);
    static final Address.Unix AT = new Address.Unix("/run/agent.sock");
    static final MeshConfig CONFIG = MeshConfig.DEFAULT.withMode(MeshMode.AUTO).withAgent(AT);

    final FakeScheduler scheduler = new FakeScheduler();

    /** Who tried to connect, with what it wanted. */
    final List<Wanted> dials = new ArrayList<>();

    /** Who listens there; null for nobody. */
    @Nullable
    StagedAgent agent;

    /** Calls that went directly. */
    final List<Invocation> direct = new ArrayList<>();

    /** What a rule answers; null for nothing. */
    @Nullable
    Reply ruleAnswer;

    /** Mode, way and switches, whenever that was told. */
    final List<String> told = new ArrayList<>();

    final Announcement announcement;
    final Mesh mesh;

    private final Moa moa;

    MeshedStage(MeshConfig config) {
        this(config, ReleaseSettings.NONE, null);
    }

    MeshedStage(MeshConfig config, ReleaseSettings release, @Nullable StagedAgent agent) {
        this.agent = agent;
        this.moa = Moa.builder("web")
                .instance("web-1")
                .ticker(scheduler.ticker())
                .scheduler(scheduler)
                .transport(this)
                .release(release)
                .chance(new Random(1))
                .callbacks(Runnable::run)
                .build();
        this.announcement = new Announcement(Calls.SERVICE, MethodId.parse("z()"), 1, MethodPolicy.DEFAULT);
        this.mesh = new Mesh(
                moa,
                config,
                Map.of(),
                instance -> List.of(),
                call -> ruleAnswer,
                figures -> told.add(figures.mode() + ", " + figures.way() + ", " + figures.switches()));
    }

    /** A client whose agent is there. */
    static MeshedStage with(StagedAgent agent) {
        return new MeshedStage(CONFIG, ReleaseSettings.NONE, agent);
    }

    Invocation.Builder call(boolean idempotent) {
        return Calls.of(scheduler.ticker(), Duration.ofSeconds(60))
                .attributes(Calls.policy(idempotent, 1).with(Announcement.KEY, announcement));
    }

    /** Makes a call. */
    CompletableFuture<Reply> go(Invocation call) {
        return mesh.apply(call, directly -> {
            direct.add(directly);
            return CompletableFuture.completedFuture(DIRECTLY);
        });
    }

    /** Makes a call that may run twice. */
    CompletableFuture<Reply> go() {
        return go(call(true).build());
    }

    void live(String value) {
        mesh.live(Map.of(MeshSetting.NAME, value));
    }

    void after(Duration time) {
        scheduler.advance(time);
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        throw new UnsupportedOperationException("clients do not listen");
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        dials.add(wanted);
        StagedAgent there = agent;
        return there == null || !there.usable
                ? CompletableFuture.failedFuture(new ConnectFailedException("nobody listens", null))
                : CompletableFuture.completedFuture(there);
    }

    @Override
    public void close() {
        mesh.close();
        moa.close();
    }
}
