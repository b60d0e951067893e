package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import org.jspecify.annotations.Nullable;

/** The text of a rule and its plain values: maps, lists, texts, numbers, booleans and null. Safe for many threads. */
public final class RuleText {

    /** The longest text, in characters. */
    public static final int MAX_CHARS = 64 * 1024;

    static final int MAX_DEPTH = 32;

    private static final ObjectMapper JSON = json(MAX_DEPTH);

    private RuleText() {}

    static ObjectMapper json(int maxDepth) {
        return new ObjectMapper(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(maxDepth)
                                .maxStringLength(MAX_CHARS)
                                .maxNameLength(1_000)
                                .maxNumberLength(50)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /**
     * Reads a text.
     *
     * @return plain values; null for the JSON null
     * @throws IllegalArgumentException if it is no JSON or too long; the message says where
     */
    public static @Nullable Object read(String text) {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException(
                    "it has " + text.length() + " characters; up to " + MAX_CHARS + " are read");
        }
        return read(JSON, text);
    }

    static @Nullable Object read(ObjectMapper json, String text) {
        try {
            return json.readValue(text, Object.class);
        } catch (JsonProcessingException e) {
            var where = e.getLocation();
            throw new IllegalArgumentException(
                    "it is no JSON: " + e.getOriginalMessage()
                            + (where == null
                                    ? ""
                                    : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")"),
                    e);
        }
    }

    /** As {@link #read}; null for what cannot be read. */
    public static @Nullable Object readOrNull(String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Writes plain values, on several lines.
     *
     * @throws IllegalArgumentException if they are not plain
     */
    public static String write(Object plain) {
        return write(JSON.writerWithDefaultPrettyPrinter(), plain);
    }

    /** As {@link #write}, on one line and without spaces. */
    public static String writeLine(Object plain) {
        return write(JSON.writer(), plain);
    }

    private static String write(ObjectWriter writer, Object plain) {
        try {
            return writer.writeValueAsString(plain);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("only plain values can be written: " + e.getOriginalMessage(), e);
        }
    }
}
