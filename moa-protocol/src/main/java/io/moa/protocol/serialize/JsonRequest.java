package io.moa.protocol.serialize;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.protocol.payload.KnownTexts;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call as a JSON object, its arguments still bytes: gates decide by the rest before anything is decoded. {@link JsonRequestReader}
 * makes one.
 *
 * <p>Refers to the buffer that it was read from, without a reference of its own: use it while that buffer is neither released nor
 * changed. Immutable.
 */
public final class JsonRequest {

    private final JsonEnvelope envelope;
    private final JsonRequestArguments arguments;
    private final boolean copied;

    /** @param copied whether the arguments refer to a copy that belongs to this request */
    JsonRequest(JsonEnvelope envelope, JsonRequestArguments arguments, boolean copied) {
        this.envelope = envelope;
        this.arguments = arguments;
        this.copied = copied;
    }

    /** What it says other than its arguments; the same object as of the request before if both say the same in the same words. */
    public JsonEnvelope envelope() {
        return envelope;
    }

    public ServiceId service() {
        return envelope.service;
    }

    /** The method's name alone. */
    public String method() {
        return envelope.method;
    }

    /** Which overload is meant, such as {@code (java.lang.String,int)}, without blanks; null if the request does not say. */
    public @Nullable String signature() {
        return envelope.signature;
    }

    /** How long the caller waits, in milliseconds, 1 to {@value JsonRequestReader#MAX_TIMEOUT_MILLIS}; 0 if the request does not say. */
    public long timeoutMillis() {
        return envelope.said.timeoutMillis;
    }

    /** {@link Caller#UNKNOWN} if the request does not say. The instance is never said. */
    public Caller caller() {
        return envelope.caller;
    }

    /** {@link Baggage#EMPTY} if the request says nothing of it. */
    public Baggage baggage() {
        return envelope.said.baggage;
    }

    public @Nullable String idempotencyKey() {
        return envelope.said.idempotencyKey;
    }

    /** Whether the caller wants no result. */
    public boolean oneWay() {
        return envelope.said.oneWay;
    }

    /** Whether the reader has made a copy of it, as it does of small ones, so that nothing else is kept with its arguments. */
    public boolean isCopied() {
        return copied;
    }

    /** How many arguments came. */
    public int argumentCount() {
        return arguments.count();
    }

    /** The names of the arguments, as they came; null if they came by position. Empty, never null, if none came. */
    public @Nullable List<String> argumentNames() {
        return arguments.names();
    }

    /**
     * The arguments as one JSON array, for the codec of the method's arguments. Those that came by position are a slice of the request,
     * or of the reader's copy of a small one; those that came by name are copied in the order of the parameters.
     *
     * @param parameterNames of the method, in order; null if they are not known
     * @return with a reference that the caller releases
     * @throws SerializationException if arguments came by name, and one is missing, unknown or there twice, or the method's names are
     *     not known
     */
    public ByteBuf argumentsFor(@Nullable List<String> parameterNames) {
        return arguments.forParameters(envelope.method, parameterNames);
    }

    /** Where texts stand in the arguments, if they came by position and are nothing but plain texts; null if that is not known. */
    public @Nullable KnownTexts argumentTexts() {
        return arguments.texts();
    }

    /**
     * The arguments as they came, by position or by name, for who hands them on without knowing the method: one JSON array or object, a slice of the
     * request.
     *
     * @return with a reference that the caller releases
     */
    public ByteBuf argumentsAsSent() {
        return arguments.asSent();
    }

    /** Names the call, never its arguments. */
    @Override
    public String toString() {
        return "JsonRequest[" + service() + " " + method() + (signature() == null ? "" : signature()) + ", "
                + arguments.count() + " arguments]";
    }
}
