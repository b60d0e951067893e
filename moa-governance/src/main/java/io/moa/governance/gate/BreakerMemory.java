package io.moa.governance.gate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a breaker knows at one moment, for another one that goes on from there, perhaps in another process: {@link BreakerGate#memory}, {@link
 * BreakerGate#remember}. Times are how long ago something was, because nanoseconds of one process mean nothing in another.
 *
 * <p>Immutable.
 *
 * @param state what it did with calls
 * @param window how far it looked back; more than 0
 * @param sinceSlice how long the latest of the ten parts of its window had lasted; less than a tenth of the window
 * @param calls how many calls had ended in each part, the oldest first; ten numbers, all 0 unless it was closed
 * @param failures how many of them had failed
 * @param sinceOpened how long ago it opened; 0 unless it was open
 * @param failedPercent of a hundred calls so many had failed when it opened; 0 if it never did
 * @param tried of the trials of a half-open one, how many were let through and are not given up; 0 unless it was half-open
 * @param succeeded how many of them had succeeded; the others were under way, and their end is not heard of any more
 * @param sinceTried how long ago the latest one was let through; 0 unless it was half-open
 */
public record BreakerMemory(
        BreakerGate.State state,
        Duration window,
        Duration sinceSlice,
        List<Integer> calls,
        List<Integer> failures,
        Duration sinceOpened,
        int failedPercent,
        int tried,
        int succeeded,
        Duration sinceTried) {

    private static final int MOST_CALLS = 1_000_000_000;

    /**
     * @throws IllegalArgumentException if no breaker can know that
     */
    public BreakerMemory {
        calls = List.copyOf(calls);
        failures = List.copyOf(failures);
        PlainMemory.checked("window", window);
        PlainMemory.checked("sinceSlice", sinceSlice);
        PlainMemory.checked("sinceOpened", sinceOpened);
        PlainMemory.checked("sinceTried", sinceTried);
        if (window.isZero() || sinceSlice.toNanos() >= BreakerGate.sliceNanos(window)) {
            throw new IllegalArgumentException("sinceSlice: expected less than a tenth of the window, " + window
                    + ", which is more than 0; not " + sinceSlice);
        }
        checkCounts(calls, failures, state);
        if (succeeded < 0 || tried < succeeded || (state != BreakerGate.State.HALF_OPEN && tried > 0)) {
            throw new IllegalArgumentException("tried: expected 0 unless it was half-open, and at least those that"
                    + " succeeded; not " + tried + " of which " + succeeded + " succeeded while it was " + name(state));
        }
        if (failedPercent < 0 || failedPercent > 100) {
            throw new IllegalArgumentException("failedPercent: expected 0 to 100, not " + failedPercent);
        }
    }

    private static void checkCounts(List<Integer> calls, List<Integer> failures, BreakerGate.State state) {
        if (calls.size() != BreakerGate.SLICES || failures.size() != BreakerGate.SLICES) {
            throw new IllegalArgumentException("calls, failures: expected " + BreakerGate.SLICES + " numbers each, not "
                    + calls.size() + " and " + failures.size());
        }
        long sum = 0;
        for (int i = 0; i < BreakerGate.SLICES; i++) {
            if (failures.get(i) < 0 || failures.get(i) > calls.get(i)) {
                throw new IllegalArgumentException("failures: expected 0 to as many as there were calls, not "
                        + failures.get(i) + " of " + calls.get(i));
            }
            sum += calls.get(i);
        }
        if (sum > (state == BreakerGate.State.CLOSED ? MOST_CALLS : 0)) {
            throw new IllegalArgumentException("calls: expected at most " + MOST_CALLS
                    + " in all, and none unless it was closed; not " + sum + " while it was " + name(state));
        }
    }

    /** As JSON has it; times in nanoseconds. */
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("state", name(state));
        plain.put("windowNanos", window.toNanos());
        plain.put("sinceSliceNanos", sinceSlice.toNanos());
        plain.put("calls", calls);
        plain.put("failures", failures);
        plain.put("sinceOpenedNanos", sinceOpened.toNanos());
        plain.put("failedPercent", failedPercent);
        plain.put("tried", tried);
        plain.put("succeeded", succeeded);
        plain.put("sinceTriedNanos", sinceTried.toNanos());
        return plain;
    }

    /**
     * Reads what {@link #toPlain} wrote. What a newer process knows and this one does not is passed over.
     *
     * @throws IllegalArgumentException if it has another form, or no breaker can know that; the message says which field
     */
    public static BreakerMemory ofPlain(Map<?, ?> plain) {
        PlainMemory fields = PlainMemory.of("breaker", plain);
        return new BreakerMemory(
                state(fields),
                fields.nanos("windowNanos"),
                fields.nanos("sinceSliceNanos"),
                fields.wholes("calls"),
                fields.wholes("failures"),
                fields.nanos("sinceOpenedNanos"),
                fields.whole("failedPercent"),
                fields.whole("tried"),
                fields.whole("succeeded"),
                fields.nanos("sinceTriedNanos"));
    }

    private static String name(BreakerGate.State state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static BreakerGate.State state(PlainMemory fields) {
        String name = fields.text("state");
        for (BreakerGate.State each : BreakerGate.State.values()) {
            if (name(each).equals(name)) {
                return each;
            }
        }
        throw fields.unlike("state", "closed, open or half-open");
    }
}
