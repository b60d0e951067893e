package io.moa.governance.gate;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the gates of a method know at one moment, for those of another process that goes on from there: {@link MethodGate#memory}, {@link
 * MethodGate#remember}. Of calls in flight it says nothing: they stay with the process that made them. Immutable.
 *
 * @param breaker null if there never was one
 * @param rate null if calls in a second were never limited
 */
public record GateMemory(
        @Nullable BreakerMemory breaker, @Nullable RateMemory rate) {

    /** As JSON has it; empty if nothing is known. */
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        if (breaker != null) {
            plain.put("breaker", breaker.toPlain());
        }
        if (rate != null) {
            plain.put("rate", rate.toPlain());
        }
        return plain;
    }

    /**
     * Reads what {@link #toPlain} wrote. What a newer process knows and this one does not is passed over.
     *
     * @throws IllegalArgumentException if a part has another form, or no gate can know that; the message says which field
     */
    public static GateMemory ofPlain(Map<?, ?> plain) {
        return new GateMemory(
                plain.containsKey("breaker") ? BreakerMemory.ofPlain(part(plain, "breaker")) : null,
                plain.containsKey("rate") ? RateMemory.ofPlain(part(plain, "rate")) : null);
    }

    private static Map<?, ?> part(Map<?, ?> plain, String name) {
        return PlainMemory.of(name, plain.get(name)).plain();
    }
}
