package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a response says beside its hop header when the call failed. A value has none: its call header is empty.
 *
 * @param message one sentence or more for people; control characters become blanks, and it is cut to 4,096 characters
 * @param exceptionType the class name of what the implementation threw, or null; at most 512 characters, and none is null
 */
public record ReplyHeader(String message, @Nullable String exceptionType) implements Message {

    /** A header that says nothing. */
    public static final ReplyHeader EMPTY = new ReplyHeader("", null);

    private static final int MAX_TYPE_CHARS = 512;

    public ReplyHeader {
        message = Sentence.of(message);
        exceptionType =
                exceptionType == null || exceptionType.isEmpty() ? null : Sentence.of(exceptionType, MAX_TYPE_CHARS);
    }

    @Override
    public void encode(ByteBuf out) {
        FieldWriter.string(out, 1, message);
        if (exceptionType != null) {
            FieldWriter.string(out, 2, exceptionType);
        }
    }

    /** Reads one; {@link #EMPTY} from no bytes. */
    public static ReplyHeader parse(ByteBuf in, int index, int length) {
        if (length == 0) {
            return EMPTY;
        }
        String message = "";
        String exceptionType = null;
        FieldReader fields = new FieldReader(in, index, length, "ReplyHeader");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> message = fields.string(length);
                case 2 -> exceptionType = fields.string(length);
                default -> {} // a newer peer's
            }
        }
        return new ReplyHeader(message, exceptionType);
    }
}
