package io.moa.agent;

import io.moa.invoke.Scheduler;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the JVM's compilers have little left to do. What was run often is compiled beside what runs; where there are few processors, whoever takes
 * connections over at that moment shares them with the compilers.
 */
final class CompilerRest {

    private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

    /** So much work between two looks is little. */
    private static final long LITTLE_MILLIS = 10;

    private final CompletableFuture<Void> rests = new CompletableFuture<>();
    private final Scheduler scheduler;
    private final LongSupplier workedMillis;
    private int looksLeft;
    private long before;

    private CompilerRest(Scheduler scheduler, LongSupplier workedMillis, Duration limit) {
        this.scheduler = scheduler;
        this.workedMillis = workedMillis;
        this.looksLeft = Math.toIntExact(limit.toNanos() / LOOK_NANOS);
        this.before = workedMillis.getAsLong();
    }

    /** Completes when they rest, or when the limit is over, or at once where nobody says what they do. */
    static CompletableFuture<Void> begin(Scheduler scheduler, Duration limit) {
        CompilationMXBean compilers = compilers();
        return compilers == null
                ? CompletableFuture.completedFuture(null)
                : begin(scheduler, compilers::getTotalCompilationTime, limit);
    }

    /**
     * As above.
     *
     * @param workedMillis how long the compilers have worked so far
     */
    static CompletableFuture<Void> begin(Scheduler scheduler, LongSupplier workedMillis, Duration limit) {
        CompilerRest rest = new CompilerRest(scheduler, workedMillis, limit);
        rest.again();
        return rest.rests;
    }

    private static @Nullable CompilationMXBean compilers() {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        return compilers != null && compilers.isCompilationTimeMonitoringSupported() ? compilers : null;
    }

    private void again() {
        if (looksLeft-- <= 0) {
            rests.complete(null);
            return;
        }
        try {
            scheduler.schedule(this::look, LOOK_NANOS);
        } catch (RejectedExecutionException closing) {
            rests.complete(null);
        }
    }

    private void look() {
        long now = workedMillis.getAsLong();
        if (now - before <= LITTLE_MILLIS) {
            rests.complete(null);
            return;
        }
        before = now;
        again();
    }
}
