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
 * @param demanded what the table of failure modes demands of the row that is played
 */
record FaultOptions(
        int rate,
        double warmSeconds,
        double controlSeconds,
        double faultSeconds,
        int rounds,
        long calls,
        int clients,
        Demanded demanded) {

    /**
     * How long a row must last, or how often its fault must come.
     *
     * @param seconds 0 if nothing is said of it
     * @param rounds 0 if nothing is said of it
     */
    record Demanded(double seconds, int rounds) {
        static final Demanded NOTHING = new Demanded(0, 0);
    }

    /** Played for a row of which so much is demanded. */
    FaultOptions of(Demanded row) {
        return new FaultOptions(rate, warmSeconds, controlSeconds, faultSeconds, rounds, calls, clients, row);
    }

    /** Played as long and as often as is demanded. */
    FaultOptions full() {
        return new FaultOptions(
                rate,
                warmSeconds,
                controlSeconds,
                demanded.seconds() > 0 ? demanded.seconds() : faultSeconds,
                demanded.rounds() > 0 ? demanded.rounds() : rounds,
                calls,
                clients,
                demanded);
    }

    /** The same at so many calls a second, or fewer. */
    FaultOptions slower(int most) {
        return new FaultOptions(
                Math.min(rate, most), warmSeconds, controlSeconds, faultSeconds, rounds, calls, clients, demanded);
    }

    /** A control whose latencies are compared with those of the fault: as long as the fault, but no more than a minute. */
    double longControlSeconds() {
        return Math.max(controlSeconds, Math.min(60, faultSeconds));
    }
}
