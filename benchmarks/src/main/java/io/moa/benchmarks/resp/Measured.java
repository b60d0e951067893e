package io.moa.benchmarks.resp;

import io.moa.benchmarks.resp.LoadGenerator.Seen;

/**
 * One load on one contender.
 *
 * @param cpuSeconds processor time of the whole server meanwhile
 * @param seconds how long it took
 * @param refused how many of the requests did not run; they were answered that the server is overloaded
 */
record Measured(Seen seen, double cpuSeconds, double seconds, long refused) {

    double cpuSecondsPer100000() {
        return cpuSeconds * 100_000 / seen.requests();
    }

    double busyPercent() {
        return 100 * cpuSeconds / seconds;
    }

    double refusedPercent() {
        return 100.0 * refused / seen.requests();
    }
}
