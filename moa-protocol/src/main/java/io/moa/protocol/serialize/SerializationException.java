package io.moa.protocol.serialize;

import io.moa.invoke.Status;
import org.jspecify.annotations.Nullable;

/**
 * A value cannot become bytes, or bytes cannot become a value. The message is for people and says how to fix it. It names
 * types, sizes and positions, never content: no value of a body is ever asked for its {@code toString}.
 */
public final class SerializationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What went wrong, in the terms a caller can act on. */
    public enum Reason {
        /** The bytes are cut short or broken, or do not fit the declared types. */
        MALFORMED(Status.INVALID_ARGUMENT),
        /** The bytes, or a value to encode, name a class that is not on the {@link AllowList}. Nothing was loaded. */
        REFUSED(Status.INVALID_ARGUMENT),
        /** Deeper or with more elements than a limit of {@link SerializationLimits} allows. */
        OVER_LIMIT(Status.INVALID_ARGUMENT),
        /** The whole body is larger than the frame or the given limit allows. */
        TOO_LARGE(Status.TOO_LARGE),
        /** This serializer does not carry a value or a signature of this type. */
        UNSUPPORTED(Status.UNSUPPORTED);

        private final Status status;

        Reason(Status status) {
            this.status = status;
        }

        /** The status that answers a request whose body failed for this reason. */
        public Status status() {
            return status;
        }
    }

    private final Reason reason;
    /** The class that was refused and the service it was refused for; both null for other reasons. */
    private final @Nullable String refusedClass;

    private final @Nullable String refusedFor;

    /** Creates one with a message that says what failed and how to fix it. */
    public SerializationException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Creates one with a cause. The message must not repeat the cause's if that one may hold content of a body. */
    public SerializationException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.refusedClass = null;
        this.refusedFor = null;
    }

    /** For what a peer's bytes cause: a stack would show our own reader, and cost more than reading a good body. */
    private SerializationException(String message, Reason reason) {
        this(message, reason, null, null);
    }

    private SerializationException(
            String message, Reason reason, @Nullable String refusedClass, @Nullable String refusedFor) {
        super(message, null, true, false);
        this.reason = reason;
        this.refusedClass = refusedClass;
        this.refusedFor = refusedFor;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }

    static SerializationException malformed(String message) {
        return new SerializationException(message, Reason.MALFORMED);
    }

    static SerializationException overLimit(String message) {
        return new SerializationException(message, Reason.OVER_LIMIT);
    }

    static SerializationException refused(String message) {
        return new SerializationException(message, Reason.REFUSED);
    }

    /** A class that the service's list does not have. */
    static SerializationException refused(String message, String className, String service) {
        return new SerializationException(message, Reason.REFUSED, className, service);
    }

    /** The class that the service's list does not have; null if that is not what went wrong. */
    @Nullable
    String refusedClass() {
        return refusedClass;
    }

    /** The service whose list it is; empty for a list of no service, null if that is not what went wrong. */
    @Nullable
    String refusedFor() {
        return refusedFor;
    }

    /** The same, and where in the body. */
    static SerializationException at(String place, SerializationException e) {
        return new SerializationException("At " + place + ": " + e.getMessage(), e.reason);
    }

    static SerializationException unsupported(String message) {
        return new SerializationException(Reason.UNSUPPORTED, message);
    }

    static SerializationException tooLarge(long limitBytes) {
        return new SerializationException(
                "The body takes more than the " + limitBytes
                        + " bytes there are for it: send less, in pages, or raise the frame limit on both sides.",
                Reason.TOO_LARGE);
    }
}
