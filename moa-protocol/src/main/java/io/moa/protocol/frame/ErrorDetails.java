package io.moa.protocol.frame;

import io.moa.internal.UntrustedText;
import io.moa.invoke.ThrownError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response that says what an implementation threw: all of a {@link ThrownError} that is not in the {@link
 * ReplyHeader}. It helps to build the exception anew, and nothing depends on it: without it, or with one that cannot be
 * read, the exception is named to the caller.
 */
public final class ErrorDetails {

    /** The most bytes that are read. What is written has fewer, by the limits of its parts. */
    public static final int MAX_BYTES = 128 << 10;

    /** The most bytes that the values of all fields may have together. */
    public static final int MAX_VALUE_BYTES = 32 << 10;

    /** The most fields. */
    public static final int MAX_FIELDS = 64;

    private static final int MAX_TEXT_CHARS = 8 << 10;
    private static final int MAX_TYPE_CHARS = 512;
    private static final int MAX_CAUSE_CHARS = 1 << 10;

    private ErrorDetails() {}

    /** Writes; causes and texts over the limits are cut. */
    public static void encode(ThrownError error, ByteBuf out) {
        string(out, 1, error.knownAs(), MAX_TYPE_CHARS);
        if (error.text() != null) { // exact, line breaks and all; and "" is another message than none
            String text = error.text();
            FieldWriter.element(out, 2, UntrustedText.cut(text, MAX_TEXT_CHARS));
        }
        for (ThrownError.Cause cause : error.causes()) {
            String type = Sentence.name(cause.type(), MAX_TYPE_CHARS);
            String message = Sentence.of(cause.message(), MAX_CAUSE_CHARS);
            FieldWriter.message(out, 3, FieldWriter.stringLength(type) + FieldWriter.stringLength(message));
            FieldWriter.string(out, 1, type);
            FieldWriter.string(out, 2, message);
        }
        for (ThrownError.Field field : error.fields()) {
            FieldWriter.message(
                    out, 4, FieldWriter.stringLength(field.name()) + FieldWriter.bytesLength(field.value()));
            FieldWriter.string(out, 1, field.name());
            FieldWriter.bytes(out, 2, field.value());
        }
        string(out, 5, error.leftOut(), MAX_CAUSE_CHARS);
    }

    private static void string(ByteBuf out, int field, @Nullable String text, int maxChars) {
        if (text != null) {
            FieldWriter.string(out, field, Sentence.of(text, maxChars));
        }
    }

    /**
     * Reads the details of an exception.
     *
     * @param header what the response's header says of it
     * @return what is known of the exception: only its name if the bytes are over a limit or broken
     */
    public static ThrownError parse(ReplyHeader header, ByteBuf in, int index, int length) {
        String type = header.exceptionType() == null ? "" : header.exceptionType();
        ThrownError named = new ThrownError(type, header.errorCode(), null, null, List.of(), List.of(), null);
        if (length == 0) {
            return named;
        }
        if (length > MAX_BYTES) {
            return unreadable(named, "its details of " + length + " bytes are over the limit of " + MAX_BYTES);
        }
        try {
            return parse(named, in, index, length);
        } catch (HeaderException e) {
            return unreadable(named, "its details cannot be read: " + e.getMessage());
        }
    }

    private static ThrownError unreadable(ThrownError named, String why) {
        return new ThrownError(named.type(), named.code(), null, null, List.of(), List.of(), why);
    }

    private static ThrownError parse(ThrownError named, ByteBuf in, int index, int length) {
        String knownAs = null;
        String text = null;
        String leftOut = null;
        List<ThrownError.Cause> causes = new ArrayList<>();
        List<ThrownError.Field> values = new ArrayList<>();
        FieldReader fields = new FieldReader(in, index, length, "ErrorDetails");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> knownAs = sentence(fields.string(length), MAX_TYPE_CHARS);
                case 2 -> text = fields.string(length);
                case 3 -> {
                    if (causes.size() < ThrownError.MAX_CAUSES) {
                        causes.add(cause(in, fields.valueIndex(), fields.valueLength()));
                    }
                }
                case 4 -> {
                    if (values.size() == MAX_FIELDS) {
                        throw new HeaderException("ErrorDetails has more than " + MAX_FIELDS + " fields");
                    }
                    values.add(value(in, fields.valueIndex(), fields.valueLength()));
                }
                case 5 -> leftOut = sentence(fields.string(length), MAX_CAUSE_CHARS);
                default -> {} // a newer peer's
            }
        }
        return new ThrownError(named.type(), named.code(), knownAs, text, causes, values, leftOut);
    }

    /** An empty one is none: it is not written, so that what is read must not differ after another writing. */
    private static @Nullable String sentence(String text, int maxChars) {
        String sentence = Sentence.of(text, maxChars);
        return sentence.isEmpty() ? null : sentence;
    }

    private static ThrownError.Cause cause(ByteBuf in, int index, int length) {
        String type = "";
        String message = "";
        FieldReader fields = new FieldReader(in, index, length, "ErrorCause");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> type = Sentence.name(fields.string(length), MAX_TYPE_CHARS);
                case 2 -> message = Sentence.of(fields.string(length), MAX_CAUSE_CHARS);
                default -> {} // a newer peer's
            }
        }
        return new ThrownError.Cause(type, message);
    }

    private static ThrownError.Field value(ByteBuf in, int index, int length) {
        String name = "";
        byte[] value = new byte[0];
        FieldReader fields = new FieldReader(in, index, length, "ErrorField");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> name = fields.word(MAX_TYPE_CHARS);
                case 2 -> value = fields.bytes(length);
                default -> {} // a newer peer's
            }
        }
        return new ThrownError.Field(name, value);
    }
}
