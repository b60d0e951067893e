package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a response says beside its hop header when the call failed. A value has none: its call header is empty.
 *
 * @param message one sentence or more for people; made fit to be shown, and cut to 4,096 characters
 * @param exceptionType the class name of what the implementation threw, or null; at most 512 characters, and none is null
 * @param errorCode the stable code of what the implementation threw, or null; at most 128 characters, and none is null
 * @param ledTo an agent's word that a rule led the call to this service instead, which is where it failed, or null; at most 512 characters, and
 *     none is null
 */
public record ReplyHeader(
        String message,
        @Nullable String exceptionType,
        @Nullable String errorCode,
        @Nullable String ledTo) implements Message {

    /** A header that says nothing. */
    public static final ReplyHeader EMPTY = new ReplyHeader("", null, null);

    private static final int MAX_TYPE_CHARS = 512;
    private static final int MAX_CODE_CHARS = 128;

    public ReplyHeader {
        message = Sentence.of(message);
        exceptionType = word(exceptionType, MAX_TYPE_CHARS);
        errorCode = word(errorCode, MAX_CODE_CHARS);
        ledTo = word(ledTo, MAX_TYPE_CHARS);
    }

    /** A header of a call that went where it was meant to go. */
    public ReplyHeader(String message, @Nullable String exceptionType, @Nullable String errorCode) {
        this(message, exceptionType, errorCode, null);
    }

    /** A header of a call that failed without an exception of the implementation. */
    public static ReplyHeader of(String message) {
        return new ReplyHeader(message, null, null);
    }

    private static @Nullable String word(@Nullable String text, int maxChars) {
        return text == null || text.isEmpty() ? null : Sentence.name(text, maxChars);
    }

    @Override
    public void encode(ByteBuf out) {
        FieldWriter.string(out, 1, message);
        if (exceptionType != null) {
            FieldWriter.string(out, 2, exceptionType);
        }
        if (errorCode != null) {
            FieldWriter.string(out, 3, errorCode);
        }
        if (ledTo != null) {
            FieldWriter.string(out, 4, ledTo);
        }
    }

    /** Reads one; {@link #EMPTY} from no bytes. */
    public static ReplyHeader parse(ByteBuf in, int index, int length) {
        if (length == 0) {
            return EMPTY;
        }
        String message = "";
        String exceptionType = null;
        String errorCode = null;
        String ledTo = null;
        FieldReader fields = new FieldReader(in, index, length, "ReplyHeader");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> message = fields.string(length);
                case 2 -> exceptionType = fields.string(length);
                case 3 -> errorCode = fields.string(length);
                case 4 -> ledTo = fields.string(length);
                default -> {} // a newer peer's
            }
        }
        return new ReplyHeader(message, exceptionType, errorCode, ledTo);
    }
}
