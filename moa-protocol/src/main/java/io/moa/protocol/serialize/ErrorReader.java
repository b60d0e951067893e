package io.moa.protocol.serialize;

import io.moa.annotation.ErrorCode;
import io.moa.invoke.Ledger;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.RemoteCause;
import io.moa.invoke.Reply;
import io.moa.invoke.ThrownError;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Builds anew what an implementation threw: exceptions that the method declares or its service allows, and the everyday
 * unchecked ones of the JDK, arrive as themselves; one whose parent class is declared arrives as the parent, and one of a class that is not
 * known, with the {@link ErrorCode} of a class that the method declares, as that class; anything else
 * as a {@link RemoteApplicationException} that names it. Only these classes are ever created, and none is loaded because a
 * peer named it. Safe for many threads.
 */
public final class ErrorReader {

    private static final List<Class<? extends RuntimeException>> EVERYDAY = List.of(
            IllegalArgumentException.class,
            IllegalStateException.class,
            UnsupportedOperationException.class,
            NullPointerException.class,
            IndexOutOfBoundsException.class,
            ArithmeticException.class,
            ClassCastException.class,
            NumberFormatException.class,
            NoSuchElementException.class,
            SecurityException.class);

    private final ErrorShapes shapes;
    private final Class<?>[] declared;
    private final Map<String, ErrorShape> everyday = new HashMap<>();
    private final @Nullable BodyCodec untyped;

    private ErrorReader(ErrorShapes shapes, Class<?>[] declared, @Nullable BodyCodec untyped) {
        this.shapes = shapes;
        this.declared = declared;
        this.untyped = untyped;
    }

    /**
     * Prepares for a method.
     *
     * @param declared the exceptions that it declares
     * @param allowed the list of its service
     * @param serializer carries the fields
     */
    public static ErrorReader of(Class<?>[] declared, AllowList allowed, Serializer serializer) {
        ErrorReader reader = new ErrorReader(ErrorShapes.of(declared, allowed, serializer), declared.clone(), null);
        for (Class<?> type : EVERYDAY) {
            ErrorShape shape = ErrorShape.of(type, allowed, serializer);
            if (shape != null) {
                reader.everyday.put(type.getName(), shape);
            }
        }
        return reader;
    }

    /**
     * For callers without the interface, who know no class of the service: every exception is only named to them, with its
     * fields as plain data.
     *
     * @param value reads one value of any type
     */
    public static ErrorReader untyped(BodyCodec value) {
        return new ErrorReader(ErrorShapes.none(), new Class<?>[0], value);
    }

    /** The class with an {@link ErrorCode} among the exceptions that the method declares, by its name; null if none of them has it. */
    public @Nullable String typeOf(String code) {
        for (Class<?> type : declared) {
            ErrorCode said = type.getAnnotation(ErrorCode.class);
            if (said != null && said.value().equals(code)) {
                return type.getName();
            }
        }
        return null;
    }

    /** The exception to throw for a business failure. Never fails. */
    public Throwable read(Reply.Failure failure, @Nullable Ledger ledger) {
        ThrownError error = failure.error();
        if (error == null) {
            return new RemoteApplicationException(failure, ledger);
        }
        Throwable cause = cause(error.causes(), 0);
        ErrorShape shape = shape(error);
        if (shape == null || error.leftOut() != null) {
            return named(failure, ledger, cause, null);
        }
        try {
            String text =
                    error.text() != null || shape.composesMessage() ? error.text() : noneIfEmpty(failure.message());
            Throwable made = shape.make(text, cause);
            if (!shape.slots().isEmpty()) {
                fill(made, shape, error.fields());
            }
            return made;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // With half of its fields it would be taken for the whole.
            return named(failure, ledger, cause, e);
        }
    }

    private @Nullable ErrorShape shape(ThrownError error) {
        ErrorShape exact = shapes.of(error.type());
        if (exact == null) {
            exact = everyday.get(error.type());
        }
        ErrorShape found = exact != null || error.knownAs() == null ? exact : shapes.of(error.knownAs());
        if (found == null && error.code() != null) { // who is not in Java names codes and no classes
            String coded = typeOf(error.code());
            found = coded == null ? null : shapes.of(coded);
        }
        return found == null || mayBeThrown(found.type()) ? found : null;
    }

    /** A checked exception that this method does not declare would reach nobody's {@code catch} as itself. */
    private boolean mayBeThrown(Class<?> type) {
        if (RuntimeException.class.isAssignableFrom(type) || Error.class.isAssignableFrom(type)) {
            return true;
        }
        for (Class<?> each : declared) {
            if (each.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    private static void fill(Throwable made, ErrorShape shape, List<ThrownError.Field> fields)
            throws ReflectiveOperationException {
        Map<String, byte[]> values = new HashMap<>();
        fields.forEach(field -> values.put(field.name(), field.value()));
        for (ErrorShape.Slot slot : shape.slots()) {
            byte[] value = values.get(slot.name());
            if (value != null) { // the other side may have another edition of the class
                ErrorShape.set(made, slot, slot.codec().decode(Unpooled.wrappedBuffer(value)));
            }
        }
    }

    private Throwable named(
            Reply.Failure failure, @Nullable Ledger ledger, @Nullable Throwable cause, @Nullable Throwable why) {
        Reply.Failure told = cause == null ? failure : failure.withCause(cause);
        RemoteApplicationException named = new RemoteApplicationException(told, ledger, data(failure.error()));
        if (why != null) {
            named.addSuppressed(why);
        }
        return named;
    }

    private Map<String, @Nullable Object> data(@Nullable ThrownError error) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        if (untyped != null && error != null) {
            for (ThrownError.Field field : error.fields()) {
                try {
                    data.put(field.name(), untyped.decode(Unpooled.wrappedBuffer(field.value())));
                } catch (SerializationException e) {
                    // This one is not told; the failure is.
                }
            }
        }
        return data;
    }

    /** A cause whose class adds fields is only named: what they held did not travel. */
    private @Nullable Throwable cause(List<ThrownError.Cause> causes, int at) {
        if (at >= causes.size() || at >= ThrownError.MAX_CAUSES) {
            return null;
        }
        ThrownError.Cause each = causes.get(at);
        Throwable next = cause(causes, at + 1);
        ErrorShape shape = shapes.of(each.type());
        if (shape == null) {
            shape = everyday.get(each.type());
        }
        if (shape != null && shape.slots().isEmpty()) {
            try {
                return shape.make(noneIfEmpty(each.message()), next);
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                // Named instead.
            }
        }
        return new RemoteCause(each.type(), each.message(), next);
    }

    private static @Nullable String noneIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
