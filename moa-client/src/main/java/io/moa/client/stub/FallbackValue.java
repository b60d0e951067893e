package io.moa.client.stub;

import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.protocol.serialize.RuleText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** The constant that answers for a method when a call has failed, in the bytes of its serializer. Immutable, safe for many threads. */
final class FallbackValue {

    private final byte[] encoded;
    private final String source;

    private FallbackValue(byte[] encoded, String source) {
        this.encoded = encoded;
        this.source = source;
    }

    /**
     * What a policy says; null for nothing.
     *
     * @throws IllegalArgumentException if the method cannot return it
     */
    static @Nullable FallbackValue of(MethodPolicy policy, RuleAnswer.Form form) {
        String json = policy.value(PolicyKey.FALLBACK_VALUE);
        String why = json.isEmpty() ? null : form.misfitOfJson(json);
        if (why != null) {
            throw new IllegalArgumentException("the value " + json + " does not fit the result of the method: " + why);
        }
        if (json.isEmpty()) {
            return null;
        }
        ByteBuf bytes = form.encoded(RuleText.read(json));
        try {
            byte[] encoded = new byte[bytes.readableBytes()];
            bytes.readBytes(encoded);
            return new FallbackValue(
                    encoded, policy.get(PolicyKey.FALLBACK_VALUE).source());
        } finally {
            bytes.release();
        }
    }

    /**
     * Refuses what a method cannot return.
     *
     * @param called for people, such as {@code Stock.count}
     */
    static void check(String called, MethodPolicy policy, RuleAnswer.Form form) {
        try {
            FallbackValue unused = of(policy, form); // it is only asked whether it can be made
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    called + ": " + PolicyKey.FALLBACK_VALUE + ": " + e.getMessage() + ". Said by "
                            + policy.get(PolicyKey.FALLBACK_VALUE).source(),
                    e);
        }
    }

    /** Its bytes, to be decoded for each call anew, as users may change what they get. */
    ByteBuf encoded() {
        return Unpooled.wrappedBuffer(encoded);
    }

    /** For people: "its fallback-value (annotation: @Fallback on Stock.count)". */
    @Override
    public String toString() {
        return "its fallback-value (" + source + ")";
    }
}
