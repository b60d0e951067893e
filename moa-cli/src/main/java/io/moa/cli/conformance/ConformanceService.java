package io.moa.cli.conformance;

import io.moa.invoke.Baggage;
import io.moa.invoke.CallScope;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Trace;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Answers, and counts what ran. Safe for many threads. */
final class ConformanceService implements Conformance {

    private static final int MAX_CHARS = 4 * 1024 * 1024;

    private final String name;
    private final Scheduler scheduler;
    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();

    ConformanceService(String name, Scheduler scheduler) {
        this.name = name;
        this.scheduler = scheduler;
    }

    @Override
    public @Nullable Object echo(@Nullable Object value) {
        return value;
    }

    @Override
    public long add(long a, long b) {
        return Math.addExact(a, b);
    }

    @Override
    public BigDecimal sum(List<BigDecimal> parts) {
        BigDecimal sum = BigDecimal.ZERO;
        for (BigDecimal part : parts) {
            if (part == null) {
                throw new IllegalArgumentException("A part is a number, not null");
            }
            sum = sum.add(part);
        }
        return sum;
    }

    @Override
    public void nothing() {}

    @Override
    public String large(int chars) {
        if (chars < 0 || chars > MAX_CHARS) {
            throw new IllegalArgumentException("0 to " + MAX_CHARS + " letters, not " + chars);
        }
        return "x".repeat(chars);
    }

    @Override
    public Map<String, Object> context() {
        CallScope scope = CallScope.current();
        Map<String, Object> told = new TreeMap<>();
        if (scope != null) {
            Baggage baggage = scope.baggage();
            told.put("caller", scope.caller().application());
            told.put("loadTest", baggage.loadTest());
            told.put("criticality", baggage.criticality().name());
            told.put("attachments", baggage.attachments());
            if (baggage.tag() != null) {
                told.put("tag", baggage.tag());
            }
            Trace trace = baggage.trace();
            if (trace != null) {
                told.put("traceId", trace.traceId());
            }
        }
        return told;
    }

    @Override
    public void refuse(String why) throws Refused {
        throw new Refused(why, 3);
    }

    @Override
    public void fault(String why) {
        throw new IllegalStateException(why);
    }

    @Override
    public CompletableFuture<Long> sleep(long millis) {
        CompletableFuture<Long> later = new CompletableFuture<>();
        scheduler.schedule(() -> later.complete(millis), TimeUnit.MILLISECONDS.toNanos(millis));
        return later;
    }

    @Override
    public int run(String key) {
        return runs.computeIfAbsent(key, any -> new AtomicInteger()).incrementAndGet();
    }

    /** How many times a key was run. */
    int runs(String key) {
        AtomicInteger ran = runs.get(key);
        return ran == null ? 0 : ran.get();
    }

    @Override
    public String server() {
        return name;
    }
}
