package io.moa.protocol.serialize;

import io.moa.protocol.payload.KnownTexts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request that is as most are: the usual fields, each once, in ASCII, without escapes in names. It gives up at whatever else it meets,
 * right or wrong, and {@link JsonRequestReader} reads the request from its beginning and says what is wrong; so this class knows no errors, and
 * what it takes is what the other one would take. Used once, by one thread.
 */
final class JsonPlainRequest {

    /** Larger requests are read in a stream, so that no copy of them has to be made. */
    static final int MAX_BYTES = 16 * 1024;

    private static final int MAX_DEPTH = 8;
    private static final int MAX_TOKENS = 1_000;
    private static final int MAX_NAME = 200;
    private static final int MAX_NUMBER = 18;
    private static final int MAX_KNOWN_TEXTS = 8; // of more the places would take more than they save
    private static final int DELETE = 0x7F; // a control character that is plain in JSON

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** Says that the request is not plain, to the method below. */
    private static final class NotPlain extends Exception {
        private static final long serialVersionUID = 1L;

        private NotPlain() {
            super("not plain", null, false, false);
        }
    }

    private final byte[] bytes;
    private final JsonRequestArguments arguments;
    private JsonRequestReader.@Nullable Parts parts; // what else it says
    private final int maxDepth;
    private final int maxTokens;
    private int at;
    private int tokens;
    private int argumentTokens;

    private JsonPlainRequest(byte[] bytes, SerializationLimits limits) {
        this.bytes = bytes;
        this.arguments = new JsonRequestArguments(bytes);
        this.maxDepth = Math.min(MAX_DEPTH, limits.jsonMaxDepth());
        this.maxTokens = (int) Math.min(MAX_TOKENS, 5L * limits.maxElements()); // half of what the other reader takes
    }

    /**
     * Reads a request.
     *
     * @param bytes all of it, kept for its arguments
     * @param last what another request said, which this one may say in the same words; null if there is none
     * @return null if it is not plain
     */
    static @Nullable JsonRequest read(byte[] bytes, @Nullable JsonEnvelope last, SerializationLimits limits) {
        try {
            if (last != null && last.begins(bytes)) {
                JsonPlainRequest same = new JsonPlainRequest(bytes, limits);
                if (same.isAs(last)) {
                    return new JsonRequest(last, same.arguments, true);
                }
            }
            return new JsonPlainRequest(bytes, limits).all();
        } catch (NotPlain e) {
            return null;
        }
    }

    /** Whether it says the same in the same words, but for the arguments. */
    private boolean isAs(JsonEnvelope other) throws NotPlain {
        at = other.argumentsAt();
        tokens = other.tokens();
        byte first = peek();
        return (first == '[' || first == '{') && arguments() && other.endsAs(bytes, at);
    }

    private JsonRequest all() throws NotPlain {
        parts = new JsonRequestReader.Parts();
        request();
        return new JsonRequest(
                parts.done().as(bytes, arguments.start(), arguments.end(), tokens - argumentTokens), arguments, true);
    }

    private void request() throws NotPlain {
        open('{');
        do {
            String name = name();
            expect(':');
            blanks();
            field(name);
        } while (isNext());
        expect('}');
        blanks();
        if (at < bytes.length) {
            throw new NotPlain();
        }
    }

    private void field(String name) throws NotPlain {
        JsonRequestReader.Parts parts = Objects.requireNonNull(this.parts);
        boolean taken =
                switch (name) {
                    case "args" -> parts.isFirst(name) && arguments();
                    case "timeoutMs" -> parts.takePlain(name, wholeNumber());
                    default -> parts.takePlain(name, word());
                };
        if (!taken) {
            throw new NotPlain();
        }
    }

    private boolean arguments() throws NotPlain {
        int before = tokens;
        readArguments();
        argumentTokens = tokens - before;
        return true;
    }

    private void readArguments() throws NotPlain {
        int start = at;
        if (peek() == '[') {
            KnownTexts texts = texts();
            int values = texts != null ? texts.count() : list(2);
            arguments.takePlain(start, at, values, texts);
            return;
        }
        open('{');
        List<String> names = new ArrayList<>(4);
        int[] bounds = new int[8];
        do {
            if (names.size() == JsonRequestArguments.MAX_NAMED) {
                throw new NotPlain();
            }
            if (2 * names.size() == bounds.length) {
                bounds = Arrays.copyOf(bounds, 2 * bounds.length);
            }
            String name = name();
            expect(':');
            blanks();
            bounds[2 * names.size()] = at;
            value(3);
            bounds[2 * names.size() + 1] = at;
            names.add(name);
        } while (isNext());
        expect('}');
        arguments.takePlain(start, at, names, bounds);
    }

    /** Passes over a list of some plain texts, without blanks between them; null, and at the list as before, if it is anything else. */
    private @Nullable KnownTexts texts() throws NotPlain {
        int[] bounds = new int[2];
        int here = at;
        for (int i = 0; here + 1 < bytes.length && bytes[here + 1] == '"'; i += 2) {
            int end = JsonPlainText.endOf(bytes, here + 2, bytes.length);
            if (end + 1 >= bytes.length || bytes[end] != '"' || i == 2 * MAX_KNOWN_TEXTS) {
                return null;
            }
            if (i == bounds.length) {
                bounds = Arrays.copyOf(bounds, i + 2);
            }
            bounds[i] = here + 2 - at;
            bounds[i + 1] = end - at;
            here = end + 1;
            if (bytes[here] == ']') {
                at = here + 1;
                tokens += 1 + i / 2; // of the list and the texts but one
                count();
                return new KnownTexts(bounds);
            }
            if (bytes[here] != ',') {
                return null;
            }
        }
        return null;
    }

    /** Passes over a value, which lies so deep. */
    private void value(int depth) throws NotPlain {
        count();
        switch (peek()) {
            case '"' -> text();
            case '[' -> list(depth);
            case '{' -> object(depth);
            case 't' -> word(TRUE);
            case 'f' -> word(FALSE);
            case 'n' -> word(NULL);
            default -> number();
        }
    }

    /** Passes over a list; how many values are in it. */
    private int list(int depth) throws NotPlain {
        if (depth > maxDepth) {
            throw new NotPlain();
        }
        expect('[');
        blanks();
        count();
        if (peek() == ']') {
            at++;
            return 0;
        }
        int values = 0;
        do {
            blanks();
            value(depth + 1);
            values++;
        } while (isNext());
        expect(']');
        return values;
    }

    private void object(int depth) throws NotPlain {
        if (depth > maxDepth) {
            throw new NotPlain();
        }
        expect('{');
        blanks();
        count();
        if (peek() == '}') {
            at++;
            return;
        }
        do {
            blanks();
            int start = at;
            if (peek() != '"') {
                throw new NotPlain();
            }
            text();
            if (at - start > MAX_NAME) {
                throw new NotPlain();
            }
            expect(':');
            blanks();
            count();
            value(depth + 1);
        } while (isNext());
        expect('}');
    }

    private void count() throws NotPlain {
        if (++tokens > maxTokens) {
            throw new NotPlain();
        }
    }

    /** Passes over a text, of which escapes of one letter may be part. */
    private void text() throws NotPlain {
        at++;
        while (true) {
            at = JsonPlainText.endOf(bytes, at, bytes.length);
            byte end = peek();
            if (end == '"') {
                at++;
                return;
            }
            if (end != '\\' || at + 1 == bytes.length || "\"\\/bfnrt".indexOf(bytes[at + 1]) < 0) {
                throw new NotPlain();
            }
            at += 2;
        }
    }

    /** A text without escapes and control characters. */
    private String word() throws NotPlain {
        if (peek() != '"') {
            throw new NotPlain();
        }
        int start = at + 1;
        int end = JsonPlainText.endOf(bytes, start, bytes.length);
        if (end == bytes.length || bytes[end] != '"') {
            throw new NotPlain();
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] == DELETE) {
                throw new NotPlain();
            }
        }
        at = end + 1;
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private String name() throws NotPlain {
        blanks();
        count();
        String name = word();
        if (name.length() > MAX_NAME) {
            throw new NotPlain();
        }
        return name;
    }

    private void word(byte[] literal) throws NotPlain {
        int end = at + literal.length;
        if (end > bytes.length || !Arrays.equals(bytes, at, end, literal, 0, literal.length)) {
            throw new NotPlain();
        }
        at = end;
    }

    private void number() throws NotPlain {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        if (at - start > MAX_NUMBER) {
            throw new NotPlain();
        }
    }

    private void digits() throws NotPlain {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw new NotPlain();
        }
    }

    private long wholeNumber() throws NotPlain {
        int start = at;
        number();
        long number = 0;
        for (int i = start; i < at; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                throw new NotPlain();
            }
            number = 10 * number + bytes[i] - '0';
        }
        return number;
    }

    /** Passes over the mark before a first member, and sees that there is one. */
    private void open(char mark) throws NotPlain {
        blanks();
        expect(mark);
        count();
    }

    /** Passes over blanks and a comma; whether there was one. */
    private boolean isNext() throws NotPlain {
        blanks();
        if (peek() != ',') {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char mark) throws NotPlain {
        blanks();
        if (peek() != mark) {
            throw new NotPlain();
        }
        at++;
    }

    private void blanks() {
        while (at < bytes.length && isBlank(bytes[at])) {
            at++;
        }
    }

    private static boolean isBlank(byte value) {
        return value == ' ' || value == '\n' || value == '\r' || value == '\t';
    }

    private byte peek() throws NotPlain {
        if (at >= bytes.length) {
            throw new NotPlain();
        }
        return bytes[at];
    }
}
