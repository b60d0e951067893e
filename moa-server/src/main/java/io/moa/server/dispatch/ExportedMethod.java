package io.moa.server.dispatch;

import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.SequentialGate;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.overload.FairQueue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.protocol.payload.SizeHint;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorWriter;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One method of an exported service, with everything a call to it needs, looked up once. Safe for many threads. */
public final class ExportedMethod {

    /** Under this key a call carries its method from the transport to the dispatcher. */
    public static final Attributes.Key<ExportedMethod> KEY = new Attributes.Key<>("exported method");

    /** Under this key a call carries the codecs of the serializer that it was sent with; absent if not offered. */
    public static final Attributes.Key<Codecs> CODECS = new Attributes.Key<>("codecs");

    /** Under this key a call carries who answers it, if that is another process and the call came in a serializer that it understands. */
    public static final Attributes.Key<Invoker> RELAY = new Attributes.Key<>("relay");

    /**
     * The codecs of a method in one serializer.
     *
     * @param arguments for the request
     * @param result for the reply
     * @param errors for what the implementation throws
     */
    public record Codecs(BodyCodec arguments, BodyCodec result, ErrorWriter errors) {}

    private final ServiceId service;
    private final MethodId method;
    private final MethodPolicy declared;
    private final @Nullable MethodHandle handle;
    private final @Nullable Relayed relayed;
    private final boolean async;
    private final Map<Integer, Codecs> codecs;
    private final @Nullable WorkerPool workers;
    private final FairQueue.Share share;
    private final Gate gate;
    private final MethodGate methodGate;
    private final @Nullable ObservedMethod observed;
    private final Map<Integer, Attributes> attributes = new HashMap<>(); // by the serializer's number
    private final Attributes withoutCodecs;
    private volatile AppliedPolicy applied;
    private final SizeHint resultSize = new SizeHint();
    private final AtomicInteger running = new AtomicInteger();

    /** Describes a method that nobody observes. */
    public ExportedMethod(
            ServiceId service,
            MethodId method,
            MethodPolicy policy,
            MethodHandle handle,
            boolean async,
            Map<Integer, Codecs> codecs,
            @Nullable WorkerPool workers,
            Gate gate,
            MethodGate methodGate) {
        this(service, method, policy, handle, async, codecs, workers, gate, methodGate, null);
    }

    /**
     * Describes a method.
     *
     * @param handle takes the argument array and returns the result, of type {@code (Object[])Object}
     * @param async whether the result is a {@code CompletionStage} whose value is the reply
     * @param codecs by the serializer's number
     * @param workers where it runs; null to run on the event loop
     * @param policy the one that is declared; it is in force until {@link #govern} says another
     * @param gate limits the calls in flight of the whole service
     * @param methodGate limits those of this method, as the policy in force says
     * @param observed tells of its calls; null if nobody observes them
     */
    public ExportedMethod(
            ServiceId service,
            MethodId method,
            MethodPolicy policy,
            MethodHandle handle,
            boolean async,
            Map<Integer, Codecs> codecs,
            @Nullable WorkerPool workers,
            Gate gate,
            MethodGate methodGate,
            @Nullable ObservedMethod observed) {
        this(service, method, policy, handle, null, async, codecs, workers, gate, methodGate, observed);
    }

    /**
     * A method that another process answers.
     *
     * @param relayed who answers, and what it understands
     * @param gate limits the calls in flight of the whole service
     * @param methodGate limits those of this method, as the policy in force says
     * @param observed tells of its calls; null if nobody observes them
     */
    public static ExportedMethod relayed(
            ServiceId service,
            MethodId method,
            MethodPolicy policy,
            Relayed relayed,
            Gate gate,
            MethodGate methodGate,
            @Nullable ObservedMethod observed) {
        return new ExportedMethod(
                service, method, policy, null, relayed, true, Map.of(), null, gate, methodGate, observed);
    }

    /**
     * Who answers calls in place of an implementation.
     *
     * @param routes for each serializer that it understands, by its number, what takes the calls with their arguments as bytes, and answers with
     *     bytes; it blocks nothing, and heeds deadline and cancellation
     */
    public record Relayed(Map<Integer, Invoker> routes) {
        public Relayed {
            routes = Map.copyOf(routes);
        }
    }

    private ExportedMethod(
            ServiceId service,
            MethodId method,
            MethodPolicy policy,
            @Nullable MethodHandle handle,
            @Nullable Relayed relayed,
            boolean async,
            Map<Integer, Codecs> codecs,
            @Nullable WorkerPool workers,
            Gate gate,
            MethodGate methodGate,
            @Nullable ObservedMethod observed) {
        this.relayed = relayed;
        this.observed = observed;
        this.service = service;
        this.method = method;
        this.declared = policy;
        this.applied = new AppliedPolicy(policy, List.of());
        this.handle = handle;
        this.async = async;
        this.codecs = Map.copyOf(codecs);
        this.workers = workers;
        this.share = workers == null ? new FairQueue.Share(Integer.MAX_VALUE) : workers.newShare();
        this.methodGate = methodGate;
        this.gate = Objects.requireNonNull(SequentialGate.of(gate, methodGate));
        methodGate.govern(policy);
        this.codecs.forEach((serializer, offered) -> attributes.put(serializer, attributes(offered)));
        this.withoutCodecs = attributes(null);
        if (relayed != null) {
            relayed.routes()
                    .forEach((serializer, route) -> attributes.put(serializer, withoutCodecs.with(RELAY, route)));
        }
    }

    /** The gate of a call that an exported method is to serve; null if there is no such method. */
    public static @Nullable Gate gateOf(Invocation call) {
        ExportedMethod method = call.attributes().get(KEY);
        return method == null ? null : method.gate;
    }

    public ServiceId service() {
        return service;
    }

    public MethodId method() {
        return method;
    }

    /** The policy in force. */
    public MethodPolicy policy() {
        return applied.policy();
    }

    /** The policy without live rules. */
    public MethodPolicy declared() {
        return declared;
    }

    /** Puts another policy in force, for calls that come from now on. What was counted under the former one stays. */
    public void govern(AppliedPolicy next) {
        applied = next;
        methodGate.govern(next.policy());
    }

    /** The policy in force, with the rules that are not. */
    public AppliedPolicy applied() {
        return applied;
    }

    /** What is enforced here, for people: each value with where it comes from, and which rules are passed over. */
    public String describe() {
        AppliedPolicy now = applied;
        StringBuilder lines = new StringBuilder(now.policy().describeAtProvider());
        String quota = methodGate.lookAtQuota();
        if (!quota.isEmpty()) {
            lines.append('\n').append(quota);
        }
        now.reasons().forEach(why -> lines.append('\n').append(why));
        return this + "\n" + lines.toString().indent(2);
    }

    /** What its breaker and its rate limit know, for a process that takes this one's place. */
    public GateMemory memory() {
        return methodGate.memory();
    }

    /** Goes on from what they knew in the process whose place this one takes. */
    public void remember(GateMemory memory) {
        methodGate.remember(memory);
    }

    /** What limits the calls in flight. */
    public Gate gate() {
        return gate;
    }

    /** The codecs, by the numbers of their serializers; none if another process answers. */
    public Map<Integer, Codecs> codecs() {
        return codecs;
    }

    /** The numbers of the serializers it is offered in. */
    public Set<Integer> serializers() {
        return relayed != null ? relayed.routes().keySet() : codecs.keySet();
    }

    /** The facts that a call to this method carries, if it was sent with this serializer. */
    public Attributes attributes(int serializer) {
        return attributes.getOrDefault(serializer, withoutCodecs);
    }

    private Attributes attributes(@Nullable Codecs offered) {
        Attributes facts = Attributes.EMPTY.with(KEY, this);
        Attributes all = offered == null ? facts : facts.with(CODECS, offered);
        return observed == null ? all : all.with(ObservedMethod.KEY, observed);
    }

    MethodHandle handle() {
        return Objects.requireNonNull(handle, "another process answers");
    }

    boolean async() {
        return async;
    }

    @Nullable
    WorkerPool workers() {
        return workers;
    }

    /** What its calls use of the workers. */
    FairQueue.Share share() {
        return share;
    }

    SizeHint resultSize() {
        return resultSize;
    }

    /** How many calls of it run, for the message of a pool that is full. */
    AtomicInteger running() {
        return running;
    }

    @Override
    public String toString() {
        return service + " " + method;
    }
}
