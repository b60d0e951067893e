package io.moa.client.stub;

import io.moa.annotation.EnforcedAt;
import io.moa.client.cluster.ClusterLink;
import io.moa.client.filter.FaultFilter;
import io.moa.client.mesh.Announcement;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateLook;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.policy.CallKeyReader;
import io.moa.governance.policy.ImpossibleValue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyConflict;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.FaultTable;
import io.moa.governance.rule.PassedOver;
import io.moa.invoke.Attributes;
import io.moa.invoke.Baggage;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.payload.SizeHint;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.transport.WireForm;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything about the calls of one method that does not change from call to call, made once when the stub is made; what is decided about
 * them is made anew when a live rule changes it, and published by one volatile write. Safe for many threads.
 */
final class StubMethod {

    /**
     * What is decided about the calls that begin now.
     *
     * @param policy the policy in force
     * @param attributes facts that every call carries
     * @param keys read what travels out of the arguments
     * @param baggage of a call that inherits none
     * @param passedOver which rules for the method are not applied
     * @param faults what rules do to calls on purpose
     * @param fallbackValue the constant that answers when a call has failed; null for none
     * @param lastGoodNanos how old the last good answer may be that answers before it; 0 for none
     */
    record Governed(
            MethodPolicy policy,
            Attributes attributes,
            List<CallKeyReader> keys,
            Baggage baggage,
            List<PassedOver> passedOver,
            FaultTable faults,
            @Nullable FallbackValue fallbackValue,
            long lastGoodNanos) {

        /** The baggage of a call that is made while serving another one. */
        Baggage under(Baggage inherited) {
            Baggage under = inherited;
            if (inherited.tag() == null && baggage.tag() != null) {
                under = under.withTag(baggage.tag());
            }
            // A call is never more important than what it is made for.
            return baggage.criticality().code() > inherited.criticality().code()
                    ? under.withCriticality(baggage.criticality())
                    : under;
        }
    }

    private final ServiceId service;
    private final MethodId method;
    private final MethodPolicy declared;
    private final BodyCodec arguments;
    private final BodyCodec result;
    private final ErrorReader errors;
    private final boolean async;
    private final RuleAnswer.@Nullable Form form;
    private final Attributes facts; // but the policy
    private final Announcement announcement;
    private volatile List<ImpossibleValue> saidImpossible =
            List.of(); // by who knows its types, where this process does not
    private final @Nullable Method declaration;
    private final List<Class<?>> parameters;
    private final @Nullable FallbackAnswer fallback;
    private final @Nullable Object emptyResult;
    private final MethodGate gate;
    private final LastGood lastGood = new LastGood();
    private final LongAdder answeredByLastGood = new LongAdder();
    private final LongAdder answeredByValue = new LongAdder();
    private final @Nullable ObservedMethod observed;
    private final SizeHint sizeHint = new SizeHint();
    private volatile Governed governed;

    /**
     * A method under the policy that is declared for it.
     *
     * @param declared by annotations, code and release configuration
     * @param serializer its number on the wire
     * @param arguments encodes the argument array
     * @param result decodes the result
     * @param errors builds anew what the implementation threw
     * @param async whether it returns a future
     * @param form how a rule answers its calls; null if the caller itself, in another process, goes by such rules
     * @param declaration the method of the interface, out of whose arguments keys are read; null if there is none
     * @param parameters the classes of its parameters, as the service has them; empty if there is no method
     * @param fallback answers when a call has failed; null if nobody does
     * @param gate limits its calls in this process
     * @param observed tells of its calls; null if nobody observes them
     * @throws IllegalArgumentException if a call key cannot be read, or the method cannot return its fallback value
     */
    StubMethod(
            MethodId method,
            MethodPolicy declared,
            int serializer,
            BodyCodec arguments,
            BodyCodec result,
            ErrorReader errors,
            boolean async,
            RuleAnswer.@Nullable Form form,
            ClusterLink cluster,
            @Nullable Method declaration,
            List<Class<?>> parameters,
            @Nullable FallbackAnswer fallback,
            MethodGate gate,
            @Nullable ObservedMethod observed) {
        this.service = cluster.service();
        this.method = method;
        this.declared = declared;
        this.arguments = arguments;
        this.result = result;
        this.errors = errors;
        this.async = async;
        this.form = form;
        this.observed = observed;
        this.announcement = new Announcement(cluster.service(), method, serializer, declared);
        Attributes all = Attributes.EMPTY
                .with(
                        WireForm.KEY,
                        new WireForm(CallHeader.encodeTarget(cluster.service(), method, serializer), serializer))
                .with(ClusterLink.KEY, cluster)
                .with(Announcement.KEY, announcement);
        if (form != null) {
            all = all.with(RuleAnswer.KEY, form); // last: the others are asked for by every call
        }
        this.facts = observed == null ? all : all.with(ObservedMethod.KEY, observed);
        this.declaration = declaration;
        this.parameters = parameters;
        this.fallback = fallback;
        this.emptyResult = declaration == null ? null : emptyOf(declaration, async);
        this.gate = gate;
        this.governed = governed(new AppliedPolicy(declared, List.of()), FaultTable.NONE);
    }

    private Governed governed(AppliedPolicy applied, FaultTable faults) {
        MethodPolicy policy = applied.policy();
        Attributes all = facts.with(MethodPolicy.KEY, policy);
        if (MethodGate.limits(policy, EnforcedAt.CALLER)) {
            all = all.with(MethodGate.KEY, gate);
        }
        if (!faults.isEmpty()) {
            all = all.with(FaultTable.KEY, faults).with(FaultFilter.ERRORS, errors);
        }
        if (observed != null && policy.value(PolicyKey.BREAKER_FAILURES) == 0) {
            observed.withoutBreaker();
        }
        String tag = policy.value(PolicyKey.ROUTE_TAG);
        Baggage baggage =
                Baggage.EMPTY.withTag(tag.isEmpty() ? null : tag).withCriticality(policy.value(PolicyKey.CRITICALITY));
        return new Governed(
                policy,
                all,
                keys(policy),
                baggage,
                applied.passedOver(),
                faults,
                form == null ? null : FallbackValue.of(policy, form),
                policy.value(PolicyKey.FALLBACK_LAST_GOOD).toNanos());
    }

    private List<CallKeyReader> keys(MethodPolicy policy) {
        return declaration == null
                ? List.of()
                : CallKeyReader.of(
                        declaration, parameters, declared.value(PolicyKey.CALL_KEYS), policy.get(PolicyKey.CALL_KEYS));
    }

    /** Why the plain value of a rule is no result of the method, for people; null if it is. */
    @Nullable
    String misfit(@Nullable Object plain) {
        return form == null ? null : form.misfit(plain);
    }

    /** What of a policy the method's types make impossible. */
    List<PolicyConflict> conflicts(MethodPolicy policy) {
        List<PolicyConflict> conflicts = new ArrayList<>();
        tried(PolicyKey.CALL_KEYS, () -> keys(policy), conflicts);
        RuleAnswer.Form known = form;
        if (known != null) {
            tried(PolicyKey.FALLBACK_VALUE, () -> FallbackValue.of(policy, known), conflicts);
        }
        if (!conflicts.isEmpty()) {
            announcement.cannotHave(ImpossibleValue.of(policy, conflicts));
        }
        saidImpossible.stream().filter(each -> each.isIn(policy)).forEach(each -> conflicts.add(each.conflict()));
        return conflicts;
    }

    /** What of policies the method's types make impossible, as a process says that knows them; in place of what was said before. */
    void cannotHave(List<ImpossibleValue> values) {
        saidImpossible = List.copyOf(values);
    }

    /** What agents are told of it. */
    Announcement announcement() {
        return announcement;
    }

    private static void tried(PolicyKey<?> key, Supplier<@Nullable Object> made, List<PolicyConflict> conflicts) {
        try {
            Object unused = made.get(); // it is only asked whether it can be made
        } catch (IllegalArgumentException cannot) {
            conflicts.add(new PolicyConflict(List.of(key), String.valueOf(cannot.getMessage())));
        }
    }

    private static @Nullable Object emptyOf(Method declaration, boolean async) {
        Type result = declaration.getGenericReturnType();
        return EmptyValue.of(
                async && result instanceof ParameterizedType future ? future.getActualTypeArguments()[0] : result);
    }

    /** Answers when a call has failed; null if nobody does. */
    @Nullable
    FallbackAnswer fallback() {
        return fallback;
    }

    /** Its last answers, for methods that want them to answer again. */
    LastGood lastGood() {
        return lastGood;
    }

    /** Counts a call that the last good answer has answered. */
    void answeredByLastGood() {
        answeredByLastGood.increment();
    }

    /** How many calls the last good answer has answered. */
    long timesAnsweredByLastGood() {
        return answeredByLastGood.sum();
    }

    /** Counts a call that the constant has answered. */
    void answeredByValue() {
        answeredByValue.increment();
    }

    /** How many calls the constant has answered. */
    long timesAnsweredByValue() {
        return answeredByValue.sum();
    }

    /** The result that says nothing, for who would rather have that than a failure. */
    @Nullable
    Object emptyResult() {
        return emptyResult;
    }

    ServiceId service() {
        return service;
    }

    MethodId method() {
        return method;
    }

    /** The policy without live rules. */
    MethodPolicy declared() {
        return declared;
    }

    /** What limits its calls in this process. */
    MethodGate gate() {
        return gate;
    }

    /** How the gates of this process would meet a call now. */
    List<GateLook> gates(Invocation call) {
        return gate.look(call);
    }

    /** What is in force. */
    Governed governed() {
        return governed;
    }

    /**
     * Puts another policy in force, for calls that begin from now on.
     *
     * @throws IllegalArgumentException if it {@linkplain #conflicts cannot be}; then nothing changes
     */
    void govern(AppliedPolicy applied, FaultTable faults) {
        Governed before = governed;
        if (!applied.policy().equals(before.policy())
                || !applied.passedOver().equals(before.passedOver())
                || !faults.equals(before.faults())) {
            Governed next = governed(applied, faults);
            gate.govern(applied.policy()); // first, or calls would pass a gate that limits nothing yet
            governed = next;
            if (next.lastGoodNanos() == 0) {
                lastGood.clear();
            }
        } else {
            gate.govern(applied.policy());
        }
    }

    BodyCodec arguments() {
        return arguments;
    }

    BodyCodec result() {
        return result;
    }

    ErrorReader errors() {
        return errors;
    }

    boolean async() {
        return async;
    }

    SizeHint sizeHint() {
        return sizeHint;
    }
}
