package io.moa.invoke;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What travels with a call to every further hop, unless a hop changes it. Immutable.
 *
 * @param tag the lane that routing prefers, or null
 * @param loadTest whether the call is load-test traffic and must not touch real data
 * @param trace the trace it belongs to, or null
 * @param criticality how much its refusal hurts; default {@link Criticality#CRITICAL}
 * @param attachments small texts of the users; together at most {@value #MAX_ATTACHMENT_CHARS} characters
 */
public record Baggage(
        @Nullable String tag,
        boolean loadTest,
        @Nullable Trace trace,
        Criticality criticality,
        Map<String, String> attachments) {

    /** The limit on all keys and values of the attachments together. */
    public static final int MAX_ATTACHMENT_CHARS = 16 * 1024;

    /** Nothing to carry. */
    public static final Baggage EMPTY = new Baggage(null, false, null, Criticality.CRITICAL, Map.of());

    public Baggage {
        attachments = copyOfBounded(attachments);
    }

    public Baggage withTag(@Nullable String newTag) {
        return new Baggage(newTag, loadTest, trace, criticality, attachments);
    }

    public Baggage withLoadTest(boolean newLoadTest) {
        return new Baggage(tag, newLoadTest, trace, criticality, attachments);
    }

    public Baggage withTrace(@Nullable Trace newTrace) {
        return new Baggage(tag, loadTest, newTrace, criticality, attachments);
    }

    public Baggage withCriticality(Criticality newCriticality) {
        return new Baggage(tag, loadTest, trace, newCriticality, attachments);
    }

    public Baggage withAttachment(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(attachments);
        more.put(key, value);
        return new Baggage(tag, loadTest, trace, criticality, more);
    }

    static Map<String, String> copyOfBounded(Map<String, String> texts) {
        if (texts.isEmpty()) {
            return Map.of();
        }
        long chars = 0;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            chars += text.getKey().length() + text.getValue().length();
        }
        if (chars > MAX_ATTACHMENT_CHARS) {
            throw new IllegalArgumentException("The attachments of a call have " + chars + " characters in "
                    + texts.size() + " entries; the limit is " + MAX_ATTACHMENT_CHARS
                    + ". Send large values as arguments.");
        }
        return Map.copyOf(texts);
    }
}
