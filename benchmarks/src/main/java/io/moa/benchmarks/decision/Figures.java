package io.moa.benchmarks.decision;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Processor time of this process, and what several rounds of it come to. */
final class Figures {

    private Figures() {}

    static String median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(Locale.ROOT, "%.1f", sorted[sorted.length / 2]);
    }

    static String best(List<Double> all) {
        return String.format(
                Locale.ROOT,
                "%.1f",
                all.stream().mapToDouble(Double::doubleValue).min().orElse(0));
    }

    static String worst(List<Double> all) {
        return String.format(
                Locale.ROOT,
                "%.1f",
                all.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** Nanoseconds of processor time for each call, of so many callers that make so many calls each, one after another. */
    static double perCall(int callers, int each, Runnable call) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(callers);
        long before = processorNanos();
        for (int i = 0; i < callers; i++) {
            new Thread(() -> {
                        for (int n = 0; n < each; n++) {
                            call.run();
                        }
                        done.countDown();
                    })
                    .start();
        }
        if (!done.await(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the calls have not ended");
        }
        return (processorNanos() - before) / (double) (each * callers);
    }
}
