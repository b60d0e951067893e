package io.moa.registry.redis;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.moa.discovery.OperatorState;
import io.moa.internal.UntrustedText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has decided, as it stands in Redis. Taking a decision back is one too, and is kept: where none stands, Redis has
 * lost what there was, if there was any.
 *
 * @param state the decision
 * @param uuid the process for which it was made
 * @param author who decided
 * @param atEpochMillis when, on the operator's clock
 */
record DecisionRecord(OperatorState state, String uuid, String author, long atEpochMillis) {

    private static final int MAX_TAG = 64;

    byte[] write() {
        return EntryJson.write(this::writeFields);
    }

    /** The inside of its object. */
    void writeFields(JsonGenerator json) throws IOException {
        if (state.offline()) {
            json.writeBooleanField("offline", true);
        }
        Integer weight = state.weight();
        if (weight != null) {
            json.writeNumberField("weight", weight);
        }
        if (state.tag() != null) {
            json.writeStringField("tag", state.tag());
        }
        json.writeStringField("uuid", uuid);
        json.writeStringField("author", author);
        json.writeNumberField("atEpochMillis", atEpochMillis);
    }

    /**
     * Reads what anybody may have written.
     *
     * @throws BadEntryException if it is no decision
     */
    static DecisionRecord read(byte[] bytes) throws BadEntryException {
        Draft draft = new Draft();
        EntryJson.read(bytes, draft::field);
        return draft.record();
    }

    /** Reads one that stands within another entry, at whose brace the parser stands. */
    static DecisionRecord read(JsonParser json) throws IOException, BadEntryException {
        Draft draft = new Draft();
        EntryJson.object(json, draft::field);
        return draft.record();
    }

    /** What was read so far. */
    private static final class Draft {
        private boolean offline;
        private @Nullable Integer weight;
        private @Nullable String tag;
        private String uuid = "";
        private String author = "";
        private long atEpochMillis;

        void field(String name, JsonParser json) throws IOException, BadEntryException {
            switch (name) {
                case "offline" -> offline = EntryJson.flag(name, json);
                case "weight" -> {
                    if (json.currentToken() != JsonToken.VALUE_NULL) {
                        weight = EntryJson.integer(name, json, 0, 10_000);
                    }
                }
                case "tag" -> {
                    if (json.currentToken() != JsonToken.VALUE_NULL) {
                        tag = tag(EntryJson.text(name, json));
                    }
                }
                case "uuid" -> uuid = EntryJson.text(name, json);
                case "author" -> author = EntryJson.text(name, json);
                case "atEpochMillis" -> atEpochMillis = EntryJson.integer(name, json, Long.MIN_VALUE, Long.MAX_VALUE);
                default -> json.skipChildren();
            }
        }

        DecisionRecord record() {
            return new DecisionRecord(new OperatorState(offline, weight, tag), uuid, author, atEpochMillis);
        }
    }

    /** Whether all is as if nobody had decided anything; that it is so was decided. */
    boolean isNothing() {
        return state.equals(OperatorState.NONE);
    }

    /**
     * Checks a decision that somebody wants to make.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    static void check(OperatorState state) {
        Integer weight = state.weight();
        if (weight != null && (weight < 0 || weight > 10_000)) {
            throw new IllegalArgumentException("A weight is 0 to 10000, not " + weight);
        }
        if (state.tag() != null) {
            tag(state.tag());
        }
    }

    private static String tag(String tag) {
        if (tag.length() > MAX_TAG) {
            throw new IllegalArgumentException("A tag has up to " + MAX_TAG + " characters, not " + tag.length());
        }
        int unseen = UntrustedText.firstUnseen(tag);
        if (unseen >= 0) { // and no rule could name it
            throw new IllegalArgumentException(
                    "A tag has no control characters, such as the end of a line, and no others that nobody sees; this one has "
                            + UntrustedText.codeAt(tag, unseen));
        }
        return tag;
    }
}
