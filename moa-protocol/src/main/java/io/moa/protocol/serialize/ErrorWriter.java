package io.moa.protocol.serialize;

import io.moa.annotation.ErrorCode;
import io.moa.invoke.ThrownError;
import io.moa.protocol.frame.ErrorDetails;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what an implementation threw into data. Of exceptions that the method declares, and of those that its service
 * allows, the fields go along; of all others only type, message and causes, for their fields are nobody else's business.
 * Stack traces stay here. Safe for many threads.
 */
public final class ErrorWriter {

    private final ErrorShapes shapes;
    private final Class<?>[] declared;

    /**
     * Prepares for a method.
     *
     * @param declared the exceptions that it declares
     * @param allowed the list of its service
     * @param serializer carries the fields
     */
    public ErrorWriter(Class<?>[] declared, AllowList allowed, Serializer serializer) {
        this.shapes = ErrorShapes.of(declared, allowed, serializer);
        this.declared = declared.clone();
    }

    /** Whether an exception is an answer of the service: the method declares it, or it says what it means by an error code. */
    public boolean isAnswer(Throwable thrown) {
        for (Class<?> type : declared) {
            if (type.isInstance(thrown)) {
                return true;
            }
        }
        return thrown.getClass().isAnnotationPresent(ErrorCode.class);
    }

    /** The message to show; never fails, though an exception is somebody's code and may throw when it is asked. */
    public static String messageOf(Throwable thrown) {
        try {
            String message = thrown.getMessage();
            return message == null ? "" : message;
        } catch (Throwable broken) {
            return "(the exception's getMessage() threw " + broken.getClass().getName() + ")";
        }
    }

    /** Takes an exception apart. Never fails: what cannot be carried is left out, and said to be. */
    public ThrownError write(Throwable thrown) {
        Class<?> type = thrown.getClass();
        try {
            ErrorShape shape = shapes.nearest(type);
            String knownAs =
                    shape == null || shape.type() == type ? null : shape.type().getName();
            List<ThrownError.Field> fields = new ArrayList<>();
            String leftOut = shape == null ? null : fields(shape, thrown, fields);
            return new ThrownError(
                    type.getName(),
                    code(type),
                    knownAs,
                    shape == null ? exact(thrown.getMessage()) : text(shape, thrown),
                    causes(thrown),
                    leftOut == null ? fields : List.of(),
                    leftOut);
        } catch (Throwable broken) { // it is somebody's code, and the caller must have an answer
            return new ThrownError(
                    type.getName(),
                    null,
                    null,
                    null,
                    List.of(),
                    List.of(),
                    "its details cannot be read: " + broken.getClass().getName());
        }
    }

    private static @Nullable String code(Class<?> type) {
        ErrorCode code = type.getAnnotation(ErrorCode.class);
        return code == null || code.value().isBlank() ? null : code.value();
    }

    /** The exact text, if the one line that is shown differs from it, or null and empty must be told apart. */
    private static @Nullable String text(ErrorShape shape, Throwable thrown) {
        String text = shape.text(thrown);
        if (text == null || shape.composesMessage()) {
            return text;
        }
        return exact(text);
    }

    private static @Nullable String exact(@Nullable String text) {
        return text == null || (!text.isEmpty() && isOneShortLine(text)) ? null : text;
    }

    private static boolean isOneShortLine(String text) {
        return text.length() <= 4_000 && text.chars().noneMatch(c -> c < ' ' || c >= 0x7F);
    }

    private static List<ThrownError.Cause> causes(Throwable thrown) {
        List<ThrownError.Cause> causes = new ArrayList<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.add(thrown);
        Throwable cause = thrown.getCause();
        while (cause != null && causes.size() < ThrownError.MAX_CAUSES && seen.add(cause)) {
            causes.add(new ThrownError.Cause(cause.getClass().getName(), messageOf(cause)));
            cause = cause.getCause();
        }
        return causes;
    }

    /** Why not all fields could be carried; null if they were. */
    private static @Nullable String fields(ErrorShape shape, Throwable thrown, List<ThrownError.Field> into) {
        int room = ErrorDetails.MAX_VALUE_BYTES;
        if (shape.slots().size() > ErrorDetails.MAX_FIELDS) {
            return "its data was left out: " + shape.type().getName() + " has more than " + ErrorDetails.MAX_FIELDS
                    + " fields";
        }
        for (ErrorShape.Slot slot : shape.slots()) {
            ByteBuf value = Unpooled.buffer(64, room);
            try {
                slot.codec().encode(slot.field().get(thrown), value, room);
                into.add(new ThrownError.Field(slot.name(), ByteBufUtil.getBytes(value)));
                room -= value.readableBytes();
            } catch (SerializationException e) {
                return "its data was left out: the field " + slot.name() + " cannot be carried: " + e.getMessage();
            } catch (IllegalAccessException e) {
                return "its data was left out: the field " + slot.name() + " cannot be read";
            }
        }
        return null;
    }
}
