package io.moa.governance.gate;

import java.time.Duration;
import java.util.Map;

/**
 * What a rate limit knows at one moment, for another one that goes on from there, perhaps in another process: {@link RateGate#memory}, {@link
 * RateGate#remember}. Immutable.
 *
 * @param untilFull how long it takes until as many may come at once as the burst says; 0 if none was used
 */
public record RateMemory(Duration untilFull) {

    /**
     * @throws IllegalArgumentException if the time is negative, or longer than any process lives
     */
    public RateMemory {
        PlainMemory.checked("untilFull", untilFull);
    }

    /** As JSON has it; the time in nanoseconds. */
    public Map<String, Object> toPlain() {
        return Map.of("untilFullNanos", untilFull.toNanos());
    }

    /**
     * Reads what {@link #toPlain} wrote. What a newer process knows and this one does not is passed over.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public static RateMemory ofPlain(Map<?, ?> plain) {
        return new RateMemory(PlainMemory.of("rate", plain).nanos("untilFullNanos"));
    }
}
