package io.moa.server.mesh;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
import io.moa.discovery.RuleSet;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.ServedProcess;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.FakeScheduler;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A server's seat without sockets: the test moves the time, is the agent, and sees what callers see. Used by one thread. */
final class InboundStage implements Transport, AutoCloseable {

    static final Address.InProcess AT = new Address.InProcess("agent");
    static final Address.Tcp THERE = new Address.Tcp("10.0.0.7", 9000);
    static final MeshConfig CONFIG = MeshConfig.DEFAULT.withMode(MeshMode.AUTO).withAgent(AT);

    final FakeScheduler scheduler = new FakeScheduler();

    /** What callers see, in order. */
    final List<String> seen = new ArrayList<>();

    /** When the registry has what is announced. */
    CompletableFuture<Void> announced = CompletableFuture.completedFuture(null);

    /** How many are connected when they are told to go. */
    int connected;

    /** The agent; null for none. */
    @Nullable
    Agent agent;

    /** Who may come in behind the agent. */
    @Nullable
    Host behind;

    /** The mode and the way, whenever that was told. */
    final List<String> told = new ArrayList<>();

    final InboundSeat seat;
    private final Moa moa;

    InboundStage(UnaryOperator<MeshConfig> config) {
        moa = Moa.builder("shop")
                .instance("shop-1")
                .ticker(scheduler.ticker())
                .scheduler(scheduler)
                .transport(this)
                .release(ReleaseSettings.NONE)
                .chance(new Random(1))
                .callbacks(Runnable::run)
                .build();
        seat = new InboundSeat(
                moa,
                config.apply(CONFIG),
                new Served(),
                (at, secret) -> new ServedProcess("shop-1", "shop", at, secret, Map.of(), 100, List.of()),
                new Front() {
                    @Override
                    public CompletableFuture<Void> announce(@Nullable Address agentAddress) {
                        seen.add(agentAddress == null ? "own" : "at " + agentAddress);
                        return announced;
                    }

                    @Override
                    public void away(@Nullable String why) {
                        if (why != null) {
                            seen.add("away: " + why);
                        }
                    }

                    @Override
                    public void shut(@Nullable String why) {
                        seen.add(why == null ? "open" : "shut");
                    }

                    @Override
                    public CompletableFuture<Integer> dismiss() {
                        seen.add("dismissed " + connected);
                        return CompletableFuture.completedFuture(connected);
                    }
                },
                figures -> told.add(figures.mode() + ", " + figures.way() + ", " + figures.switches()));
    }

    /** What was seen since this was asked the last time. */
    List<String> news() {
        List<String> news = List.copyOf(seen);
        seen.clear();
        return news;
    }

    void after(Duration time) {
        scheduler.advance(time);
    }

    void live(String value) {
        seat.live(new RuleSet(1, Map.of(), Map.of("moa.mesh", value)));
    }

    /** What was asked of the agent, and not answered. */
    static final class Asked {
        final String what;
        final String body;
        final CompletableFuture<Reply> reply = new CompletableFuture<>();

        Asked(String what, String body) {
            this.what = what;
            this.body = body;
        }

        void answer(String text) {
            reply.complete(new Reply.Value(new BytesPayload(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))));
        }

        void fail(Reply.Failure failure) {
            reply.complete(failure);
        }
    }

    /** An agent, as the connection to it. */
    static final class Agent implements Connection {
        final List<Asked> asked = new ArrayList<>();
        private final CompletableFuture<Void> unusable = new CompletableFuture<>();
        boolean usable = true;

        Asked last(String what) {
            for (int i = asked.size() - 1; i >= 0; i--) {
                if (asked.get(i).what.equals(what)) {
                    return asked.get(i);
                }
            }
            throw new AssertionError("nobody asked " + what);
        }

        long count(String what) {
            return asked.stream().filter(each -> each.what.equals(what)).count();
        }

        void breakDown() {
            usable = false;
            unusable.complete(null);
        }

        @Override
        public CompletableFuture<Reply> invoke(Invocation call) {
            Asked made = new Asked(
                    call.method().name(),
                    ((BytesPayload) call.payload()).content().toString(StandardCharsets.UTF_8));
            asked.add(made);
            return made.reply;
        }

        @Override
        public Peer peer() {
            return new Peer("shop", "agent-1");
        }

        @Override
        public Address address() {
            return AT;
        }

        @Override
        public boolean usable() {
            return usable;
        }

        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public CompletableFuture<Void> unusable() {
            return unusable;
        }

        @Override
        public void close() {
            breakDown();
        }
    }

    private static final class Served implements Host {
        @Override
        public Peer self() {
            return new Peer("shop", "shop-1");
        }

        @Override
        public Invoker route() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean serves(ServiceId service) {
            return true;
        }

        @Override
        public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            return null;
        }

        @Override
        public int load() {
            return 0;
        }
    }

    // ---- the transport

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        behind = host;
        return CompletableFuture.completedFuture(new Listener() {
            @Override
            public Address address() {
                return address;
            }

            @Override
            public int connections() {
                return 0;
            }

            @Override
            public int inFlight() {
                return 0;
            }

            @Override
            public long heldBytes() {
                return 0;
            }

            @Override
            public CompletableFuture<Integer> drain(Duration limit) {
                seen.add("drained behind");
                return CompletableFuture.completedFuture(0);
            }

            @Override
            public void close() {}
        });
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        Agent there = agent;
        return there == null || !there.usable
                ? CompletableFuture.failedFuture(new ConnectFailedException("nobody listens", null))
                : CompletableFuture.completedFuture(there);
    }

    @Override
    public void close() {
        seat.close();
        moa.close();
    }
}
