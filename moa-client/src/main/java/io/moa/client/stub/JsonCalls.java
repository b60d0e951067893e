package io.moa.client.stub;

import io.moa.Moa;
import io.moa.annotation.FailureMode;
import io.moa.client.cluster.ClusterLink;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.Backstop;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.protocol.serialize.Serializer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls on behalf of other processes, whose arguments and results are JSON and stay bytes: what policies, rules and limits say of a method
 * is done here, as for a stub. It knows no types, so rules that look into arguments do not apply. Safe for many threads.
 */
public final class JsonCalls implements Invoker {

    /** So many methods are remembered; more, such as names out of users' hands, are prepared for each call anew, and counted by themselves. */
    private static final int REMEMBERED = 10_000;

    private static final Attributes.Key<StubMethod> METHOD = new Attributes.Key<>("called method");
    private static final byte[] NOTHING = "null".getBytes(StandardCharsets.US_ASCII);

    private record Called(ServiceId service, MethodId method) {}

    /**
     * A method that was prepared.
     *
     * @param said what was said of it then; null for nothing
     */
    private record Known(StubMethod stub, @Nullable MethodPolicy said) {}

    private final Moa moa;
    private final Caller self;
    private final Invoker route;
    private final Function<ServiceId, ClusterLink> links;
    private final LiveMethods live;
    private final MethodGates gates;
    private final Observation observation;
    private final Serializer json;
    private final SwallowedFailures swallowed = new SwallowedFailures();
    private final Map<Called, Known> methods = new ConcurrentHashMap<>();

    /**
     * Calls through the route of a client.
     *
     * @param links the way to a service's cluster, which is begun if need be
     * @param live keeps policies as the rules say
     * @param gates those of the client's stubs
     * @param observation is told of the calls
     */
    public JsonCalls(
            Moa moa,
            Invoker route,
            Function<ServiceId, ClusterLink> links,
            LiveMethods live,
            MethodGates gates,
            Observation observation) {
        this.moa = moa;
        this.self = moa.self().asCaller();
        this.route = route;
        this.links = links;
        this.live = live;
        this.gates = gates;
        this.observation = observation;
        this.json = moa.serializers().require("json");
    }

    /**
     * What calls to a method carry.
     *
     * @param attributes for {@link #invoke}
     * @param policy in force now
     */
    public record Prepared(Attributes attributes, MethodPolicy policy) {}

    /**
     * Looks a method up, and begins to follow its service if need be.
     *
     * @param method with types, or {@linkplain MethodId#untyped without}
     * @throws IllegalStateException if the client is closed, or its registry follows no further service; the message says so
     */
    public Prepared prepare(ServiceId service, MethodId method) {
        return prepare(service, method, null);
    }

    /**
     * As {@link #prepare(ServiceId, MethodId)}, with what somebody declares of the method, such as by annotations that this process does not know.
     *
     * @param said without live rules, and in place of this process's release configuration; null for nothing
     * @throws IllegalStateException if the client is closed, or its registry follows no further service; the message says so
     */
    public Prepared prepare(ServiceId service, MethodId method, @Nullable MethodPolicy said) {
        StubMethod stub = prepared(service, method, said);
        return new Prepared(Attributes.EMPTY.with(METHOD, stub), stub.governed().policy());
    }

    private StubMethod prepared(ServiceId service, MethodId method, @Nullable MethodPolicy said) {
        Called called = new Called(service, method);
        Known known = methods.get(called);
        if (known == null || !Objects.equals(known.said(), said)) { // or something else is said by now
            Known fresh = new Known(make(service, method, said), said);
            if (known != null) {
                methods.put(called, fresh);
            } else if (methods.size() < REMEMBERED) {
                Known other = methods.putIfAbsent(called, fresh);
                fresh = other != null && Objects.equals(other.said(), said) ? other : fresh;
            }
            live.add(fresh.stub());
            known = fresh;
        }
        return known.stub();
    }

    /**
     * What is known of a method that was prepared, for a process that takes this one's place.
     *
     * @param said as for {@link #prepare(ServiceId, MethodId, MethodPolicy)}
     * @param gate what its breaker and its rate limit know
     */
    public record Memory(
            ServiceId service, MethodId method, @Nullable MethodPolicy said, GateMemory gate) {}

    /** What is known of the methods that are remembered, of which anything is. */
    public List<Memory> memory() {
        List<Memory> all = new ArrayList<>();
        methods.forEach((called, known) -> {
            GateMemory gate = known.stub().gate().memory();
            if (gate.breaker() != null || gate.rate() != null) {
                all.add(new Memory(called.service(), called.method(), known.said(), gate));
            }
        });
        return all;
    }

    /**
     * Goes on from what was known in the process whose place this one takes.
     *
     * @throws IllegalStateException if the client is closed, or its registry follows no further service; the message says so
     */
    public void remember(Memory memory) {
        prepared(memory.service(), memory.method(), memory.said()).gate().remember(memory.gate());
    }

    private StubMethod make(ServiceId service, MethodId method, @Nullable MethodPolicy said) {
        MethodPolicy declared = said != null
                ? said
                : StubCompiler.releaseOf(moa, service).over(MethodPolicy.DEFAULT, method.toString());
        AllowList nothing = AllowList.ofValues();
        BodyCodec result = json.result(Object.class, nothing);
        return new StubMethod(
                method,
                declared,
                json.id(),
                json.arguments(Collections.nCopies(Math.max(0, method.parameterCount()), Object.class), nothing),
                result,
                ErrorReader.untyped(result),
                false,
                new RuleAnswer.Form(moa.serializers(), Object.class, nothing, result),
                links.apply(service),
                null,
                List.of(),
                null,
                gates.of(service, method, declared, live::gates),
                observation.of(service, method));
    }

    /** Whether the attributes of a call are {@linkplain #prepare prepared}. */
    public boolean isPrepared(Invocation call) {
        return call.attributes().get(METHOD) != null;
    }

    /** Makes a call whose attributes are {@linkplain #prepare prepared}, and whose arguments are JSON. */
    @Override
    public CompletableFuture<Reply> invoke(Invocation asked) {
        StubMethod method = asked.attributes().get(METHOD);
        if (method == null) {
            return CompletableFuture.completedFuture(
                    Backstop.broken(asked, new IllegalArgumentException("the call was not prepared")));
        }
        StubMethod.Governed governed = method.governed();
        Invocation call = asked.toBuilder()
                .ledger(new Ledger(Phase.CLIENT_QUEUE, moa.ticker().nanos()))
                .caller(asked.caller().application().isEmpty() ? self : asked.caller())
                .baggage(governed.under(asked.baggage()))
                .attributes(governed.attributes())
                .oneWay(asked.oneWay() || governed.policy().isOneWay())
                .build();
        LastGood.Key key = governed.lastGoodNanos() == 0 || call.oneWay() ? null : keyOf(call);
        return route.invoke(call).handle((reply, broken) -> {
            Reply end = reply != null
                    ? reply
                    : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
            return ended(method, governed, call, key, end);
        });
    }

    private static LastGood.@Nullable Key keyOf(Invocation call) {
        ByteBuf arguments =
                call.payload() instanceof BytesPayload bytes ? bytes.content().duplicate() : Unpooled.EMPTY_BUFFER;
        return LastGood.Key.of(arguments, call);
    }

    /** The reply, or what stands in for it if the call has failed and rules or release say so. */
    private Reply ended(
            StubMethod method, StubMethod.Governed governed, Invocation call, LastGood.@Nullable Key key, Reply reply) {
        long now = moa.ticker().nanos();
        if (reply instanceof Reply.Value value) {
            if (key != null
                    && value.payload() instanceof BytesPayload bytes
                    && !call.ledger().sentTo().isEmpty()) { // what a rule answers is nobody's answer
                method.lastGood().keep(key, ByteBufUtil.getBytes(bytes.content()), now);
            }
            return reply;
        }
        if (!reply.hasFailed()) {
            return reply;
        }
        Reply.Failure failure = (Reply.Failure) reply;
        LastGood.Again again = key == null ? null : method.lastGood().find(key, governed.lastGoodNanos(), now);
        if (again != null) {
            method.answeredByLastGood();
            return instead(method, failure, again.body(), "its last good answer", now);
        }
        FallbackValue constant = governed.fallbackValue();
        if (constant != null) {
            method.answeredByValue();
            return instead(method, failure, constant.encoded(), constant.toString(), now);
        }
        return governed.policy().onFailure() == FailureMode.FAILSAFE
                ? instead(method, failure, Unpooled.wrappedBuffer(NOTHING), "null (on-failure failsafe)", now)
                : reply;
    }

    private Reply instead(StubMethod method, Reply.Failure failure, ByteBuf body, String what, long now) {
        swallowed.add(
                method.service() + " " + method.method().name(),
                new IllegalStateException(failure.status() + ": " + failure.message()),
                what,
                now);
        return new Reply.Value(new BytesPayload(body));
    }
}
