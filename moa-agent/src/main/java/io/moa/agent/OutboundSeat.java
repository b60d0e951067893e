package io.moa.agent;

import io.moa.client.stub.ForwardedCalls;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.frame.Target;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the processes of an application hand their calls over: each method is announced first, and its calls go by the route of a client from here
 * on. Safe for many threads.
 */
final class OutboundSeat implements Host {

    private static final Attributes.Key<MethodId> ASKED = new Attributes.Key<>("asked of the agent");
    private static final Attributes ANNOUNCEMENT = Attributes.EMPTY.with(ASKED, MeshProtocol.ANNOUNCE);
    private static final Map<MethodId, Attributes> INBOUND = Map.of(
            MeshProtocol.SERVE, Attributes.EMPTY.with(ASKED, MeshProtocol.SERVE),
            MeshProtocol.ATTEND, Attributes.EMPTY.with(ASKED, MeshProtocol.ATTEND),
            MeshProtocol.LEAVE, Attributes.EMPTY.with(ASKED, MeshProtocol.LEAVE));
    private static final Attributes EXPLANATION = Attributes.EMPTY.with(ASKED, MeshProtocol.EXPLAIN);

    private final Peer self;
    private final Admission admission;
    private final ForwardedCalls calls;
    private final AnnouncedMethods methods;
    private final Standstill standstill;
    private final UnaryOperator<String> explanations;
    private final Executor aside;
    private final @Nullable InboundSeat inbound;
    private final @Nullable RespSeat resp;
    private final LongAdder taken = new LongAdder();

    /**
     * A seat.
     *
     * @param admission who may connect
     * @param calls passes them on
     * @param explanations answers questions, as {@link MeshProtocol#EXPLAIN} describes them
     * @param aside where it does so
     * @param inbound serves callers of who comes here; null if nobody who comes here may ask for that
     * @param resp takes calls of other languages; null if none are taken here
     */
    OutboundSeat(
            Peer self,
            Admission admission,
            ForwardedCalls calls,
            AnnouncedMethods methods,
            Standstill standstill,
            UnaryOperator<String> explanations,
            Executor aside,
            @Nullable InboundSeat inbound,
            @Nullable RespSeat resp) {
        this.self = self;
        this.admission = admission;
        this.calls = calls;
        this.methods = methods;
        this.standstill = standstill;
        this.explanations = explanations;
        this.aside = aside;
        this.inbound = inbound;
        this.resp = resp;
    }

    @Override
    public Peer self() {
        return self;
    }

    @Override
    public boolean admitsUser(int uid) {
        return admission.admitsUser(uid);
    }

    @Override
    public @Nullable String refusal(Peer peer, byte[] credential) {
        return admission.refusal(peer, credential);
    }

    @Override
    public boolean serves(ServiceId service) {
        return service.equals(MeshProtocol.AGENT) || admission.isAgentFor(service);
    }

    @Override
    public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        if (!service.equals(MeshProtocol.AGENT) || serializer != MeshProtocol.SERIALIZER) {
            return null;
        }
        return method.equals(MeshProtocol.ANNOUNCE)
                ? ANNOUNCEMENT
                : method.equals(MeshProtocol.EXPLAIN) ? EXPLANATION : inbound == null ? null : INBOUND.get(method);
    }

    @Override
    public @Nullable Attributes attributesOf(Target target) {
        if (target.announcement().isEmpty()) {
            return attributesOf(target.service(), target.method(), target.serializer());
        }
        ForwardedCalls.Method method = methods.named(target);
        return method == null ? null : method.attributes();
    }

    @Override
    public @Nullable RespHost resp() {
        return resp;
    }

    @Override
    public long standstills() {
        return standstill.count();
    }

    /** What is asked of the agent itself; a method is announced ahead of its first call. */
    @Override
    public boolean isInOrder(Invocation call) {
        return call.attributes().get(ASKED) != null;
    }

    @Override
    public int load() {
        return Hints.UNKNOWN_LOAD;
    }

    /** How many calls were handed over so far. */
    long taken() {
        return taken.sum();
    }

    @Override
    public Invoker route() {
        return this::arrived;
    }

    private CompletableFuture<Reply> arrived(Invocation call) {
        if (call.attributes() == Attributes.EMPTY) {
            return CompletableFuture.completedFuture(unknown(call));
        }
        MethodId asked = call.attributes().get(ASKED);
        if (asked != null) {
            return asked.equals(MeshProtocol.ANNOUNCE)
                    ? CompletableFuture.completedFuture(announced(call))
                    : asked.equals(MeshProtocol.EXPLAIN) ? explained(text(call)) : inbound(asked, call);
        }
        taken.increment();
        if (resp == null || !resp.isCall(call)) {
            return calls.invoke(call);
        }
        return standstill.heldAfter(call, resp); // its connection has no questions by which the caller could be asked
    }

    private CompletableFuture<Reply> inbound(MethodId asked, Invocation call) {
        InboundSeat seat = Objects.requireNonNull(inbound);
        return asked.equals(MeshProtocol.SERVE)
                ? seat.serve(call, text(call))
                : asked.equals(MeshProtocol.ATTEND) ? seat.attend(call, text(call)) : seat.leave(call, text(call));
    }

    private static Reply unknown(Invocation call) {
        return Reply.failure(
                Status.UNSUPPORTED,
                Executed.NO,
                "Nothing was announced to this agent of " + call.service() + " " + call.method()
                        + ", so it does not know how to govern it");
    }

    private Reply announced(Invocation call) {
        try {
            methods.take(call.caller(), text(call));
            return new Reply.Value(Payload.EMPTY);
        } catch (IllegalArgumentException e) {
            return Reply.failure(Status.INVALID_ARGUMENT, Executed.NO, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            return Reply.failure(Status.OVERLOADED, Executed.NO, String.valueOf(e.getMessage()));
        }
    }

    /** Beside the event loop: what is explained may be long. */
    private CompletableFuture<Reply> explained(String question) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new Reply.Value(new BytesPayload(
                                Unpooled.copiedBuffer(explanations.apply(question), StandardCharsets.UTF_8)));
                    } catch (IllegalArgumentException | IllegalStateException e) {
                        return Reply.failure(Status.INVALID_ARGUMENT, Executed.NO, String.valueOf(e.getMessage()));
                    }
                },
                aside);
    }

    private static String text(Invocation call) {
        return call.payload() instanceof BytesPayload bytes ? bytes.content().toString(StandardCharsets.UTF_8) : "";
    }
}
