package io.moa.governance.observe;

import java.util.List;

/**
 * The last minute of one method. Immutable.
 *
 * @param service its service as text, or {@code other} with the method {@code other} for all that are beyond the bound
 * @param method its name; overloads are counted together
 * @param inFlight how many calls have begun and not ended
 * @param seconds the present second, which is not over, and those before it, the latest first; {@link RecentCalls#SECONDS} of them
 */
public record MethodMinute(String service, String method, long inFlight, List<CallSecond> seconds) {

    public MethodMinute {
        seconds = List.copyOf(seconds);
    }

    /** The latest {@code count} seconds that are over, together; 1 to one less than there are. */
    public CallSecond last(int count) {
        return seconds.subList(1, count + 1).stream().reduce(CallSecond.EMPTY, CallSecond::and);
    }
}
