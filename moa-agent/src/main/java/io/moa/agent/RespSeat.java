package io.moa.agent;

import io.moa.client.MoaClient;
import io.moa.client.stub.JsonCalls;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.JsonEnvelope;
import io.moa.protocol.serialize.JsonRequest;
import io.moa.protocol.serialize.JsonRequestReader;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.transport.RespAnswer;
import io.moa.transport.RespHost;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Where programs in any language hand their calls over, over RESP: to every service, by the route of a client. Safe for many threads. */
public final class RespSeat implements RespHost, Invoker {

    private static final Attributes.Key<Reply.Failure> REFUSAL = new Attributes.Key<>("refusal");

    private volatile Set<String> toldAhead = Set.of();
    private final RespAdmission admission;
    private final MoaClient client;
    private final JsonCalls calls;
    private final BiFunction<ServiceId, MethodId, @Nullable MethodPolicy> declared;
    private final JsonRequestReader reader = new JsonRequestReader(SerializationLimits.DEFAULTS);

    /**
     * A seat.
     *
     * @param client calls
     * @param declared finds what is declared of a method without live rules; null for nothing
     */
    public RespSeat(
            RespAdmission admission,
            MoaClient client,
            BiFunction<ServiceId, MethodId, @Nullable MethodPolicy> declared) {
        this.admission = admission;
        this.client = client;
        this.calls = client.jsonCalls();
        this.declared = declared;
    }

    /** Whether a call came by RESP, and is to be {@linkplain #invoke made} here. */
    public boolean isCall(Invocation call) {
        return call.attributes().get(REFUSAL) != null || calls.isPrepared(call);
    }

    /** Makes a call that came by RESP, or answers why it is not made. */
    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        Reply.Failure refusal = call.attributes().get(REFUSAL);
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        }
        Caller caller = admission.caller(call.caller());
        return calls.invoke(
                caller.equals(call.caller())
                        ? call
                        : call.toBuilder().caller(caller).build());
    }

    /** What is known of the methods that were called here, for the process that takes this one's place. */
    List<String> lines() {
        return RespMemory.lines(calls);
    }

    /** The same without what changes until the last moment. */
    List<String> linesAhead() {
        List<String> ahead = RespMemory.linesAhead(calls);
        toldAhead = Set.copyOf(ahead);
        return ahead;
    }

    /** What {@link #linesAhead} has not said the last time. */
    List<String> linesSince() {
        Set<String> told = toldAhead;
        return RespMemory.lines(calls).stream()
                .filter(each -> !told.contains(each))
                .toList(); // a line of a gate that knows nothing is the one that was told
    }

    /** Takes it, and answers why lines could not be taken. */
    List<String> takeLines(List<String> lines) {
        return RespMemory.take(calls, lines);
    }

    @Override
    public Access access(boolean local) {
        return admission.access(local);
    }

    @Override
    public String whyClosed() {
        return admission.whyClosed();
    }

    @Override
    public boolean isPassword(String user, byte[] password) {
        return admission.isPassword(user, password);
    }

    @Override
    public JsonRequest read(ByteBuf json, @Nullable JsonEnvelope last) {
        return reader.read(json, last);
    }

    @Override
    public Meant target(JsonRequest request) {
        String signature = request.signature();
        MethodId method;
        JsonCalls.Prepared prepared;
        try {
            method = signature != null
                    ? new MethodId(request.method(), signature)
                    : MethodId.untyped(request.method(), request.argumentCount());
            prepared = calls.prepare(request.service(), method, declared.apply(request.service(), method));
        } catch (IllegalArgumentException e) {
            return new Unclear(Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        } catch (IllegalStateException closedOrFull) {
            return new Unclear(Status.UNAVAILABLE, String.valueOf(closedOrFull.getMessage()));
        }
        return new Target(
                method,
                prepared.attributes(),
                true,
                null,
                () -> prepared.policy().value(PolicyKey.TIMEOUT),
                false); // what is prepared now may be closed later
    }

    @Override
    public Attributes refused(Attributes facts, Status status, String why) {
        return Attributes.EMPTY.with(REFUSAL, Reply.failure(status, Executed.NO, why));
    }

    @Override
    public boolean endsCalls() {
        return true;
    }

    @Override
    public @Nullable CompletableFuture<RespAnswer> command(String name, List<String> arguments) {
        return switch (name) {
            case "MOA.HEALTH" -> CompletableFuture.completedFuture(new RespAnswer.Text("ready"));
            case "MOA.EXPLAIN" -> CompletableFuture.completedFuture(explain(arguments));
            default -> null;
        };
    }

    private RespAnswer explain(List<String> arguments) {
        if (arguments.size() != 1) {
            return new RespAnswer.Refusal("MOA.EXPLAIN <service>, such as MOA.EXPLAIN shop.Stock");
        }
        try {
            return new RespAnswer.Text(client.explain(ServiceId.parse(arguments.get(0))));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return new RespAnswer.Refusal(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<String> commands() {
        return List.of("MOA.EXPLAIN <service>", "MOA.HEALTH");
    }
}
