package io.moa.agent;

import io.moa.client.mesh.MeshProtocol;
import io.moa.client.stub.ForwardedCalls;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Backstop;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.Target;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Where the processes of an application hand their calls over: each method is announced first, and its calls go by the route of a client from here
 * on. Safe for many threads.
 */
final class OutboundSeat implements Host {

    private static final Attributes.Key<Boolean> ANNOUNCES = new Attributes.Key<>("announces");
    private static final Attributes ANNOUNCEMENT = Attributes.EMPTY.with(ANNOUNCES, true);

    private final Peer self;
    private final Set<Integer> users;
    private final ForwardedCalls calls;
    private final AnnouncedMethods methods;
    private final Standstill standstill;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final LongAdder taken = new LongAdder();

    /**
     * A seat.
     *
     * @param users the numbers of those whose processes may connect
     * @param calls passes them on
     */
    OutboundSeat(
            Peer self,
            Set<Integer> users,
            ForwardedCalls calls,
            AnnouncedMethods methods,
            Standstill standstill,
            Ticker ticker,
            Scheduler scheduler) {
        this.self = self;
        this.users = users;
        this.calls = calls;
        this.methods = methods;
        this.standstill = standstill;
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    @Override
    public Peer self() {
        return self;
    }

    @Override
    public boolean admitsUser(int uid) {
        return users.contains(uid);
    }

    @Override
    public boolean serves(ServiceId service) {
        return service.equals(MeshProtocol.AGENT);
    }

    @Override
    public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        return serves(service) && method.equals(MeshProtocol.ANNOUNCE) && serializer == MeshProtocol.SERIALIZER
                ? ANNOUNCEMENT
                : null;
    }

    @Override
    public @Nullable Attributes attributesOf(Target target) {
        if (target.announcement().isEmpty()) {
            return attributesOf(target.service(), target.method(), target.serializer());
        }
        ForwardedCalls.Method method = methods.named(target.announcement());
        return method == null ? null : method.attributes();
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
        if (call.attributes().get(ANNOUNCES) != null) {
            return CompletableFuture.completedFuture(announced(call));
        }
        taken.increment();
        return standstill.isOver(ticker.nanos()) ? held(call) : calls.invoke(call);
    }

    /** Who made it may have withdrawn it since: what lay behind it is read before it goes on. */
    private CompletableFuture<Reply> held(Invocation call) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        Runnable goesOn = () -> {
            if (call.cancellation().isCancelled()) {
                reply.complete(Reply.failure(
                        Status.CANCELLED,
                        Executed.NO,
                        "The call was withdrawn while this agent stood still; it was not passed on"));
                return;
            }
            calls.invoke(call)
                    .whenComplete((ended, broken) -> reply.complete(
                            ended != null
                                    ? ended
                                    : Backstop.broken(
                                            call, broken == null ? new NullPointerException("no reply") : broken)));
        };
        try {
            scheduler.schedule(goesOn, Standstill.HOLD_NANOS);
        } catch (RejectedExecutionException closing) {
            goesOn.run();
        }
        return reply;
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
            ByteBuf body = call.payload() instanceof BytesPayload bytes ? bytes.content() : null;
            methods.take(call.caller().instance(), body == null ? "" : body.toString(StandardCharsets.UTF_8));
            return new Reply.Value(Payload.EMPTY);
        } catch (IllegalArgumentException e) {
            return Reply.failure(Status.INVALID_ARGUMENT, Executed.NO, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            return Reply.failure(Status.OVERLOADED, Executed.NO, String.valueOf(e.getMessage()));
        }
    }
}
