package io.moa.agent;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.Caller;
import io.moa.invoke.Deadline;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Target;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls an agent makes to itself before it takes another one's place: over its own sockets, by a seat like those that it will have, to a server of its own. What was
 * never run in a process takes long the first time, and the clients of the other agent would wait for it. Blocks; used by one thread.
 */
final class Warmup {

    private static final Logger LOG = LoggerFactory.getLogger(Warmup.class);

    private static final ServiceId SERVICE = ServiceId.of("io.moa.mesh.Warmup");
    private static final MethodId METHOD = new MethodId("call", "()");
    private static final int SERIALIZER = 2;
    private static final int BODY_BYTES = 1_024;
    private static final int AT_ONCE = 32;

    private final Moa moa;
    private final Path folder;

    Warmup(Moa moa, Path folder) {
        this.moa = moa;
        this.folder = folder;
    }

    /** Answers with what it is given. */
    private final class Echo implements Host {
        @Override
        public Peer self() {
            return moa.self();
        }

        @Override
        public Invoker route() {
            return call -> CompletableFuture.completedFuture(new Reply.Value(
                    call.payload() instanceof BytesPayload bytes
                            ? new BytesPayload(bytes.content().retainedDuplicate())
                            : Payload.EMPTY));
        }

        @Override
        public boolean serves(ServiceId service) {
            return service.equals(SERVICE);
        }

        @Override
        public Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            return Attributes.EMPTY;
        }

        @Override
        public int load() {
            return Hints.UNKNOWN_LOAD;
        }
    }

    /**
     * Makes so many calls, or as many as the time allows.
     *
     * @return how many were answered
     */
    int run(int calls, Duration limit) {
        Address.Unix server = new Address.Unix(folder.resolve("e").toString());
        Address.Unix door = new Address.Unix(folder.resolve("w").toString());
        long end = moa.ticker().nanos() + limit.toNanos();
        Standstill never = new Standstill(moa.ticker(), moa.scheduler());
        never.begin();
        Listener echo = moa.transport().listen(server, new Echo()).join();
        try (MoaClient client =
                MoaClient.builder(moa).withoutMesh().addresses(server).build()) {
            var forwarded = client.forwardedCalls(Seat.LOCAL);
            AnnouncedMethods announced = new AnnouncedMethods(forwarded, 1);
            announced.take(
                    new Caller(moa.self().application(), moa.self().instance()),
                    RuleText.writeLine(Map.of(
                            "id",
                            "w",
                            "service",
                            SERVICE.toString(),
                            "method",
                            METHOD.toString(),
                            "serializer",
                            SERIALIZER,
                            "labels",
                            MeshProtocol.routing(forwarded.labels()), // which the release may have said
                            "policy",
                            MethodPolicy.DEFAULT.toPlain())));
            Admission admission = new Admission(Set.of(moa.self().application()), AgentProcess.ownUser(), null);
            OutboundSeat seat = new OutboundSeat(
                    moa.self(),
                    admission,
                    forwarded,
                    announced,
                    never,
                    question -> "",
                    moa.callbacks(),
                    null,
                    new RespSeat(admission, client, (service, method) -> null));
            Listener listening = moa.transport().listen(door, seat).join();
            try {
                int byResp = byResp(
                        calls / 2, moa.ticker().nanos() + limit.dividedBy(2).toNanos(), door);
                return byResp + calls(calls / 2, end, door);
            } finally {
                listening.close();
            }
        } finally {
            never.close();
            echo.close();
        }
    }

    private int byResp(int calls, long end, Address.Unix door) {
        try {
            return new WarmupByResp(moa.ticker(), SERVICE, METHOD.name()).run(Path.of(door.path()), calls, end);
        } catch (IOException e) {
            LOG.debug("calls by RESP could not be made to warm up", e);
            return 0;
        }
    }

    private int calls(int calls, long end, Address door) {
        Connection connection = moa.transport()
                .connect(door, moa.self(), new Wanted("", "", List.of()))
                .join();
        try {
            Attributes attributes = Attributes.EMPTY.with(
                    WireForm.KEY,
                    new WireForm(CallHeader.encodeTarget(new Target(SERVICE, METHOD, SERIALIZER, "w")), SERIALIZER));
            int answered = 0;
            while (answered < calls && moa.ticker().nanos() - end < 0) {
                CompletableFuture<?>[] together = new CompletableFuture<?>[AT_ONCE];
                for (int i = 0; i < AT_ONCE; i++) {
                    together[i] = call(connection, attributes);
                }
                CompletableFuture.allOf(together).join();
                answered += AT_ONCE;
            }
            return answered;
        } finally {
            connection.close();
        }
    }

    private CompletableFuture<@Nullable Void> call(Connection connection, Attributes attributes) {
        long now = moa.ticker().nanos();
        Invocation call = Invocation.of(
                        SERVICE,
                        METHOD,
                        new BytesPayload(Unpooled.wrappedBuffer(new byte[BODY_BYTES])),
                        new Ledger(Phase.CLIENT_QUEUE, now))
                .deadline(Deadline.after(Duration.ofSeconds(5).toNanos(), now))
                .caller(moa.self().asCaller())
                .hop(new Hop(0, Seat.LOCAL, Hop.DEFAULT_HOPS, Seat.NONE))
                .attributes(attributes)
                .build();
        return connection.invoke(call).handle((reply, broken) -> {
            call.payload().release();
            call.cancellation().detach();
            if (reply instanceof Reply.Value value) {
                value.payload().release();
            }
            return null;
        });
    }
}
