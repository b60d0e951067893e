package io.moa.registry.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.moa.internal.UntrustedText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads and writes the small JSON objects of the registry. What is read was written by others: its size, depth and numbers
 * are bounded, a field twice is refused, a field unknown here is left out.
 */
final class EntryJson {

    /** The longest entry that is read or written. */
    static final int MAX_BYTES = 16 * 1024;

    /** The only edition of the entries so far. Another one is not understood, and so not guessed at. */
    static final int VERSION = 1;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MAX_BYTES)
                    .maxStringLength(MAX_BYTES)
                    .maxNameLength(1024)
                    .maxNumberLength(20)
                    .maxNestingDepth(8)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // A table of names that lives as long as the process is one that a stranger's names can fill.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private EntryJson() {}

    /** Writes the inside of an object. */
    @FunctionalInterface
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** Takes one field; the parser stands at the value's first token, and must stand at its last afterwards. */
    @FunctionalInterface
    interface FieldReader {
        void read(String name, JsonParser json) throws IOException, BadEntryException;
    }

    /** An object with its edition in front. */
    static byte[] write(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("v", VERSION);
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing in memory fails
        }
        return bytes.toByteArray();
    }

    /**
     * Reads an object of this edition.
     *
     * @throws BadEntryException if it is none, for whatever reason
     */
    static void read(byte[] bytes, FieldReader fields) throws BadEntryException {
        if (bytes.length > MAX_BYTES) {
            throw new BadEntryException("it has " + bytes.length + " bytes, over " + MAX_BYTES);
        }
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new BadEntryException("it is no JSON object");
            }
            int[] version = {0};
            object(json, (name, at) -> {
                if (name.equals("v")) {
                    version[0] = integer("v", at, 1, Integer.MAX_VALUE);
                } else {
                    fields.read(name, at);
                }
            });
            if (json.nextToken() != null) {
                throw new BadEntryException("something stands behind its end");
            }
            if (version[0] != VERSION) {
                throw new BadEntryException(
                        "it is of edition " + version[0] + ", and edition " + VERSION + " is known");
            }
        } catch (IOException e) {
            throw new BadEntryException("it is no proper JSON: " + firstLine(e), e);
        } catch (RuntimeException e) {
            // A value out of range, or something that nobody thought of: it must not reach the entries beside this one.
            throw new BadEntryException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Reads an object at whose brace the parser stands. */
    static void object(JsonParser json, FieldReader fields) throws IOException, BadEntryException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadEntryException("an object was expected at " + json.currentName());
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            fields.read(name, json);
        }
    }

    static String text(String what, JsonParser json) throws IOException, BadEntryException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new BadEntryException(what + " is no text");
        }
        return json.getText();
    }

    static boolean flag(String what, JsonParser json) throws IOException, BadEntryException {
        if (json.currentToken() != JsonToken.VALUE_TRUE && json.currentToken() != JsonToken.VALUE_FALSE) {
            throw new BadEntryException(what + " is neither true nor false");
        }
        return json.getBooleanValue();
    }

    static int integer(String what, JsonParser json, int min, int max) throws IOException, BadEntryException {
        return (int) integer(what, json, (long) min, max);
    }

    static long integer(String what, JsonParser json, long min, long max) throws IOException, BadEntryException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new BadEntryException(what + " is no whole number");
        }
        long value = json.getLongValue();
        if (value < min || value > max) {
            throw new BadEntryException(what + " is " + value + ", not within " + min + " to " + max);
        }
        return value;
    }

    private static String firstLine(IOException e) {
        String text = String.valueOf(e.getMessage());
        int end = text.indexOf('\n');
        return UntrustedText.shown(end < 0 ? text : text.substring(0, end), 200);
    }
}
