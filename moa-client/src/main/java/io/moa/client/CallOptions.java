package io.moa.client;

import io.moa.invoke.Baggage;
import io.moa.invoke.Criticality;
import io.moa.invoke.Deadline;
import io.moa.invoke.Trace;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants of particular calls, beyond what the method declares. Immutable. What is not said is inherited from
 * the call being served, if there is one, and else has its default.
 *
 * @param timeout how long to wait, or null for the method's; an inherited deadline still bounds it
 * @param tag the lane that routing prefers, or null to inherit
 * @param loadTest whether the calls are load-test traffic, or null to inherit
 * @param trace the trace that the calls belong to, or null to inherit
 * @param criticality how much their refusal hurts, or null to inherit
 * @param attachments small texts that travel with the calls to every further hop, over inherited ones of the same name
 * @param hopAttachments small texts for the next process only
 * @param idempotencyKey names one call among its repetitions, so that a server runs it once; or null
 */
public record CallOptions(
        @Nullable Duration timeout,
        @Nullable String tag,
        @Nullable Boolean loadTest,
        @Nullable Trace trace,
        @Nullable Criticality criticality,
        Map<String, String> attachments,
        Map<String, String> hopAttachments,
        @Nullable String idempotencyKey) {

    /** Nothing said. */
    public static final CallOptions NONE = new CallOptions(null, null, null, null, null, Map.of(), Map.of(), null);

    public CallOptions {
        if (timeout != null && (timeout.isZero() || timeout.isNegative() || timeout.compareTo(Deadline.MAX) > 0)) {
            throw new IllegalArgumentException("A timeout is more than 0 and at most 30 days, not " + timeout);
        }
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > 200)) {
            throw new IllegalArgumentException(
                    "An idempotency key has 1 to 200 characters, not " + idempotencyKey.length());
        }
        attachments = Map.copyOf(attachments);
        hopAttachments = Map.copyOf(hopAttachments);
    }

    public CallOptions withTimeout(Duration value) {
        return new CallOptions(value, tag, loadTest, trace, criticality, attachments, hopAttachments, idempotencyKey);
    }

    public CallOptions withTag(String value) {
        return new CallOptions(
                timeout, value, loadTest, trace, criticality, attachments, hopAttachments, idempotencyKey);
    }

    public CallOptions withLoadTest(boolean value) {
        return new CallOptions(timeout, tag, value, trace, criticality, attachments, hopAttachments, idempotencyKey);
    }

    public CallOptions withTrace(Trace value) {
        return new CallOptions(timeout, tag, loadTest, value, criticality, attachments, hopAttachments, idempotencyKey);
    }

    public CallOptions withCriticality(Criticality value) {
        return new CallOptions(timeout, tag, loadTest, trace, value, attachments, hopAttachments, idempotencyKey);
    }

    public CallOptions withAttachment(String key, String value) {
        return new CallOptions(
                timeout,
                tag,
                loadTest,
                trace,
                criticality,
                plus(attachments, key, value),
                hopAttachments,
                idempotencyKey);
    }

    public CallOptions withHopAttachment(String key, String value) {
        return new CallOptions(
                timeout,
                tag,
                loadTest,
                trace,
                criticality,
                attachments,
                plus(hopAttachments, key, value),
                idempotencyKey);
    }

    public CallOptions withIdempotencyKey(String value) {
        return new CallOptions(timeout, tag, loadTest, trace, criticality, attachments, hopAttachments, value);
    }

    private static Map<String, String> plus(Map<String, String> texts, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(texts);
        more.put(key, value);
        return more;
    }

    /** What travels on, when this is said over what was inherited. */
    public Baggage over(Baggage inherited) {
        if (tag == null && loadTest == null && trace == null && criticality == null && attachments.isEmpty()) {
            return inherited;
        }
        Map<String, String> texts = inherited.attachments();
        if (!attachments.isEmpty()) {
            texts = new LinkedHashMap<>(texts);
            texts.putAll(attachments);
        }
        return new Baggage(
                tag != null ? tag : inherited.tag(),
                loadTest != null ? loadTest : inherited.loadTest(),
                trace != null ? trace : inherited.trace(),
                criticality != null ? criticality : inherited.criticality(),
                texts);
    }
}
