package io.moa.registry.redis;

import com.fasterxml.jackson.core.JsonToken;
import io.moa.discovery.OperatorState;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has decided, as it stands in Redis.
 *
 * @param state the decision
 * @param uuid the process for which it was made
 * @param author who decided
 * @param atEpochMillis when, on the operator's clock
 */
record DecisionRecord(OperatorState state, String uuid, String author, long atEpochMillis) {

    private static final int MAX_TAG = 64;

    byte[] write() {
        return EntryJson.write(json -> {
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
        });
    }

    /**
     * Reads what anybody may have written.
     *
     * @throws BadEntryException if it is no decision
     */
    static DecisionRecord read(byte[] bytes) throws BadEntryException {
        boolean[] offline = {false};
        @Nullable Integer[] weight = {null};
        @Nullable String[] texts = {null, "", ""};
        long[] at = {0};
        EntryJson.read(bytes, (name, json) -> {
            switch (name) {
                case "offline" -> offline[0] = EntryJson.flag(name, json);
                case "weight" -> {
                    if (json.currentToken() != JsonToken.VALUE_NULL) {
                        weight[0] = EntryJson.integer(name, json, 0, 10_000);
                    }
                }
                case "tag" -> {
                    if (json.currentToken() != JsonToken.VALUE_NULL) {
                        texts[0] = tag(EntryJson.text(name, json));
                    }
                }
                case "uuid" -> texts[1] = EntryJson.text(name, json);
                case "author" -> texts[2] = EntryJson.text(name, json);
                case "atEpochMillis" -> at[0] = EntryJson.integer(name, json, Long.MIN_VALUE, Long.MAX_VALUE);
                default -> json.skipChildren();
            }
        });
        return new DecisionRecord(
                new OperatorState(offline[0], weight[0], texts[0]),
                String.valueOf(texts[1]),
                String.valueOf(texts[2]),
                at[0]);
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
        if (tag.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A tag has no control characters, such as the end of a line");
        }
        return tag;
    }
}
