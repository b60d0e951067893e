package io.moa.operations;

/**
 * What became of the calls of one method, or of several together, in the seconds of a {@link ProcessReport}. Immutable.
 *
 * <p>A percentile is a bound: so many of a hundred calls took no longer. It is at most a quarter too high, and of what takes less than 16 µs
 * nothing closer is known. Calls that were refused ended too, mostly at once, and are among them.
 *
 * @param service as text, up to 300 characters; {@code other} with the method {@code other} for all that are beyond what a process remembers;
 *     empty where it is a sum
 * @param method its name, up to 300 characters, without the types of its parameters: overloads are counted together
 * @param inFlight how many calls have begun and not ended, now
 * @param ended how many have ended
 * @param failed how many of them failed: not those that ended with what the method declares, or that their callers withdrew
 * @param refused how many times a limit of this process was in the way of a call
 * @param meanNanos how long those that ended took on average; 0 if none has
 * @param p50Nanos how long half of them took at most; 0 if none has
 * @param p99Nanos how long 99 of 100 took at most; 0 if none has
 * @param longestNanos how long the longest of them took; 0 if none has
 */
public record MethodReport(
        String service,
        String method,
        long inFlight,
        long ended,
        long failed,
        long refused,
        long meanNanos,
        long p50Nanos,
        long p99Nanos,
        long longestNanos) {}
