package io.moa.benchmarks.faults;

/**
 * How a fault is played.
 *
 * @param rate calls a second
 * @param warmSeconds load before anything is counted
 * @param controlSeconds load without the fault
 * @param faultSeconds how long a fault lasts that lasts
 * @param rounds how often a fault comes that comes several times
 * @param calls how many calls a rolling restart is spread over, at least
 * @param clients how many clients come back together
 */
record FaultOptions(
        int rate, double warmSeconds, double controlSeconds, double faultSeconds, int rounds, long calls, int clients) {

    FaultOptions with(double seconds, int times) {
        return new FaultOptions(rate, warmSeconds, controlSeconds, seconds, times, calls, clients);
    }
}
