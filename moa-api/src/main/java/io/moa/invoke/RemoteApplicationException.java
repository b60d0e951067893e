package io.moa.invoke;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A business exception of a service whose class is not declared by the method or not known here. Declared exceptions
 * arrive as themselves.
 */
public final class RemoteApplicationException extends CallException {

    private static final long serialVersionUID = 1L;

    private final String exceptionType;
    private final @Nullable String code;
    private final transient @Nullable Map<String, @Nullable Object> data;

    public RemoteApplicationException(Reply.Failure failure, @Nullable Ledger ledger) {
        this(failure, ledger, Map.of());
    }

    /**
     * Names an exception whose fields could be read without its class.
     *
     * @param data the fields that it adds to {@link Throwable}, as plain data
     */
    public RemoteApplicationException(
            Reply.Failure failure, @Nullable Ledger ledger, Map<String, ? extends @Nullable Object> data) {
        super(failure.withMessage(text(failure)), ledger);
        ThrownError error = failure.error();
        this.exceptionType = error == null ? "" : error.type();
        this.code = error == null ? null : error.code();
        this.data = Collections.unmodifiableMap(new LinkedHashMap<String, @Nullable Object>(data));
    }

    /** The class name of what the implementation threw; empty if the server did not say. */
    public String exceptionType() {
        return exceptionType;
    }

    /** The {@link io.moa.annotation.ErrorCode} of what the implementation threw; null if it has none. */
    public @Nullable String code() {
        return code;
    }

    /**
     * The fields of a declared exception, as plain data, for generic calls. Empty for calls through an interface, where an
     * exception that cannot be built anew cannot be read either; and after the exception itself was serialized.
     */
    public Map<String, @Nullable Object> data() {
        return data == null ? Map.of() : data;
    }

    private static String text(Reply.Failure failure) {
        ThrownError error = failure.error();
        if (error == null) {
            return failure.message();
        }
        String text = error.type() + ": " + failure.message();
        return error.leftOut() == null ? text : text + " (" + error.leftOut() + ")";
    }
}
