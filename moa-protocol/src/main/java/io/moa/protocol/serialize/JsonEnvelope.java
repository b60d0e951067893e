package io.moa.protocol.serialize;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a request says other than its arguments, and how it was written: who asks for the same again and again writes the same again, and that need
 * not be read again. Immutable.
 */
public final class JsonEnvelope {

    /** What is written in more bytes is not remembered: a connection that does nothing keeps as much. */
    private static final int MAX_BYTES = 512;

    final ServiceId service;
    final String method;
    final @Nullable String signature;
    final JsonRequestReader.Parts said;
    final Caller caller;
    private final byte @Nullable [] before; // the arguments
    private final byte[] behind;
    private final int tokens; // of both together

    private JsonEnvelope(
            ServiceId service,
            String method,
            @Nullable String signature,
            JsonRequestReader.Parts said,
            byte @Nullable [] before,
            byte[] behind,
            int tokens) {
        this.service = service;
        this.method = method;
        this.signature = signature;
        this.said = said;
        this.caller = said.caller.isEmpty() ? Caller.UNKNOWN : new Caller(said.caller, "");
        this.before = before;
        this.behind = behind;
        this.tokens = tokens;
    }

    /** Of a request whose writing is not remembered. */
    static JsonEnvelope of(ServiceId service, String method, @Nullable String signature, JsonRequestReader.Parts said) {
        return new JsonEnvelope(service, method, signature, said, null, new byte[0], 0);
    }

    /**
     * The same, remembered if it is short.
     *
     * @param request a plain one
     * @param from where its arguments begin
     * @param end where they end; not behind their beginning if there are none
     * @param tokens how many there are without those of the arguments
     */
    JsonEnvelope as(byte[] request, int from, int end, int tokens) {
        if (end <= from || from + request.length - end > MAX_BYTES) {
            return this;
        }
        return new JsonEnvelope(
                service,
                method,
                signature,
                said,
                Arrays.copyOf(request, from),
                Arrays.copyOfRange(request, end, request.length),
                tokens);
    }

    /** Whether it was written in so few bytes that it is known again, and may be kept. */
    public boolean isShort() {
        return before != null;
    }

    /** Whether a request begins as this one, up to the arguments. */
    boolean begins(byte[] request) {
        byte[] own = before;
        return own != null && own.length < request.length && Arrays.equals(own, 0, own.length, request, 0, own.length);
    }

    /** Where the arguments are, in a request that begins as this one. */
    int argumentsAt() {
        return before == null ? 0 : before.length;
    }

    /** Whether a request goes on as this one from here on, behind its arguments. */
    boolean endsAs(byte[] request, int from) {
        return Arrays.equals(behind, 0, behind.length, request, from, request.length);
    }

    int tokens() {
        return tokens;
    }

    /** Names the call. */
    @Override
    public String toString() {
        return "JsonEnvelope[" + service + " " + method + (signature == null ? "" : signature) + "]";
    }
}
