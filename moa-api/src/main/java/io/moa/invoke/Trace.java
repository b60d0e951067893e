package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * The trace that a call belongs to, as in W3C Trace Context level 1. MOA carries it to every further hop and never makes spans itself: a filter
 * of the client that makes spans, or one that only {@linkplain #under names} each call, replaces the parent id, and without one every hop
 * sees the same parent. Code that is being served finds it at {@code CallScope.current().baggage().trace()}.
 *
 * @param traceIdHigh upper 64 bits of the trace id
 * @param traceIdLow lower 64 bits of the trace id; the two are not both 0
 * @param parentId the span that made this call, not 0
 * @param flags the trace flags, 0 to 255; bit 0 is "sampled"
 * @param state the tracestate header, at most 512 characters, or null
 */
public record Trace(
        long traceIdHigh,
        long traceIdLow,
        long parentId,
        int flags,
        @Nullable String state) {

    public Trace {
        if ((traceIdHigh | traceIdLow) == 0 || parentId == 0) {
            throw new IllegalArgumentException("A trace id and a parent id of W3C Trace Context are not all zeros");
        }
        if (flags < 0 || flags > 255) {
            throw new IllegalArgumentException("Trace flags are one byte, not " + flags);
        }
        if (state != null && state.length() > 512) {
            throw new IllegalArgumentException("tracestate has " + state.length() + " characters; the limit is 512");
        }
    }

    /** The same trace as a call sees it that is made by another span. */
    public Trace under(long newParentId) {
        return new Trace(traceIdHigh, traceIdLow, newParentId, flags, state);
    }

    /** The trace id as W3C Trace Context writes it, 32 hexadecimal digits; what logs of all hops have in common. */
    public String traceId() {
        return hex(traceIdHigh, 16) + hex(traceIdLow, 16);
    }

    /** The parent id as W3C Trace Context writes it, 16 hexadecimal digits. */
    public String spanId() {
        return hex(parentId, 16);
    }

    /** The traceparent header, version 00. */
    public String traceparent() {
        return "00-" + traceId() + "-" + spanId() + "-" + hex(flags, 2);
    }

    /**
     * Reads a traceparent header.
     *
     * @throws IllegalArgumentException if it is not one of version 00
     */
    public static Trace parse(String traceparent) {
        if (traceparent.length() != 55
                || !traceparent.startsWith("00-")
                || traceparent.charAt(35) != '-'
                || traceparent.charAt(52) != '-') {
            throw new IllegalArgumentException("Not a W3C traceparent of version 00: a text of " + traceparent.length()
                    + " characters; 55 are expected, as 00-<32 hex>-<16 hex>-<2 hex>");
        }
        return new Trace(
                Long.parseUnsignedLong(traceparent, 3, 19, 16),
                Long.parseUnsignedLong(traceparent, 19, 35, 16),
                Long.parseUnsignedLong(traceparent, 36, 52, 16),
                Integer.parseInt(traceparent, 53, 55, 16),
                null);
    }

    private static String hex(long value, int digits) {
        String text = Long.toHexString(value);
        return "0".repeat(digits - text.length()) + text;
    }
}
