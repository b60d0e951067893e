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
 * Everything about the calls of one method that does not change from call to call, made once when the stub is made.
 * Immutable but for the guess of sizes.
 *
 * @param service whose method it is
 * @param method which one
 * @param policy what is decided about its calls
 * @param timeoutNanos the policy's timeout
 * @param arguments encodes the argument array
 * @param result decodes the result
 * @param errors builds anew what the implementation threw
 * @param async whether it returns a future
 * @param attributes facts that every call carries
 * @param sizeHint of its arguments
 */
record StubMethod(
        ServiceId service,
        MethodId method,
        MethodPolicy policy,
        long timeoutNanos,
        BodyCodec arguments,
        BodyCodec result,
        ErrorReader errors,
        boolean async,
        Attributes attributes,
        SizeHint sizeHint) {

    static StubMethod of(
            MethodId method,
            MethodPolicy policy,
            int serializer,
            BodyCodec arguments,
            BodyCodec result,
            ErrorReader errors,
            boolean async,
            ClusterLink cluster) {
        Attributes attributes = Attributes.EMPTY
                .with(
                        WireForm.KEY,
                        new WireForm(CallHeader.encodeTarget(cluster.service(), method, serializer), serializer))
                .with(ClusterLink.KEY, cluster)
                .with(MethodPolicy.KEY, policy);
        return new StubMethod(
                cluster.service(),
                method,
                policy,
                policy.timeout().value().toNanos(),
                arguments,
                result,
                errors,
                async,
                attributes,
                new SizeHint());
    }
}
