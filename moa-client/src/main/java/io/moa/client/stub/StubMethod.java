package io.moa.client.stub;

import io.moa.client.cluster.ClusterLink;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.payload.SizeHint;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.transport.WireForm;

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
     */
    record Governed(MethodPolicy policy, Attributes attributes) {}

    private final ServiceId service;
    private final MethodId method;
    private final MethodPolicy declared;
    private final BodyCodec arguments;
    private final BodyCodec result;
    private final ErrorReader errors;
    private final boolean async;
    private final Attributes facts; // but the policy
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
     */
    StubMethod(
            MethodId method,
            MethodPolicy declared,
            int serializer,
            BodyCodec arguments,
            BodyCodec result,
            ErrorReader errors,
            boolean async,
            ClusterLink cluster) {
        this.service = cluster.service();
        this.method = method;
        this.declared = declared;
        this.arguments = arguments;
        this.result = result;
        this.errors = errors;
        this.async = async;
        this.facts = Attributes.EMPTY
                .with(
                        WireForm.KEY,
                        new WireForm(CallHeader.encodeTarget(cluster.service(), method, serializer), serializer))
                .with(ClusterLink.KEY, cluster);
        this.governed = governed(declared);
    }

    private Governed governed(MethodPolicy policy) {
        return new Governed(policy, facts.with(MethodPolicy.KEY, policy));
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

    /** What is in force. */
    Governed governed() {
        return governed;
    }

    /** Puts another policy in force, for calls that begin from now on. */
    void govern(MethodPolicy policy) {
        if (!policy.equals(governed.policy())) {
            governed = governed(policy);
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
