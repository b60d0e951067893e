package io.moa.benchmarks.resp;

import io.moa.benchmarks.ChildProcess;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is measured.
 *
 * @param command what is sent
 * @param answer what has to come back
 * @param pid its process
 * @param counting tells how many calls have run; null if nobody counts
 */
record Contender(
        String name,
        int port,
        List<String> command,
        String answer,
        long pid,
        @Nullable ChildProcess counting) {

    private static final double WARM_UP_STEP_SECONDS = 1;

    /** A load of about so many seconds, by what was seen before. */
    Measured measure(LoadGenerator load, int together, double perSecond, double seconds) throws Exception {
        long ranBefore = calls();
        long cpuBefore = cpuMillis();
        long began = System.nanoTime();
        LoadGenerator.Seen seen = load.load(port, command, together, Math.round(perSecond * seconds));
        double took = (System.nanoTime() - began) / 1e9;
        long ran = counting == null ? seen.requests() : calls() - ranBefore;
        return new Measured(seen, (cpuMillis() - cpuBefore) / 1e3, took, seen.requests() - ran);
    }

    /** Loads it so long, uncounted; returns how many a second it then did. */
    double warmUp(LoadGenerator load, int together, double seconds) throws Exception {
        RespText.check(name, port, command, answer);
        double perSecond = 5_000;
        long end = System.nanoTime() + Math.round(seconds * 1e9);
        do {
            perSecond = measure(load, together, perSecond, WARM_UP_STEP_SECONDS)
                    .seen()
                    .perSecond();
        } while (System.nanoTime() - end < 0);
        return perSecond;
    }

    private long calls() throws Exception {
        return counting == null ? 0 : Long.parseLong(counting.order("calls", "calls"));
    }

    private long cpuMillis() {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toMillis)
                .orElseThrow(() -> new IllegalStateException(name + " has ended, or its processor time is not told"));
    }
}
