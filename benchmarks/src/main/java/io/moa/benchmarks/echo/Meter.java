package io.moa.benchmarks.echo;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this process used between {@link #begin} and {@link #end}.
 *
 * <p><b>CPU</b> is the process's, user and system, as the operating system counts it: the peer's threads, the harness's,
 * garbage collection and the compiler together.
 *
 * <p><b>Allocation</b> is the sum over all Java threads. From JDK 21 the virtual machine keeps that sum, threads that have
 * ended included. Before, it only tells what each living thread has allocated: the meter then looks once per second and
 * keeps what it last saw of each, so that a thread that ends loses at most its last second, and one that lived for less
 * than a second may be missed altogether. When any thread ended within the window, the figure is marked as a lower bound.
 *
 * <p>{@link #look} may be called from another thread.
 */
final class Meter {

    private static final @Nullable Method TOTAL_ALLOCATED = totalAllocated();

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> allocatedBefore = new HashMap<>();
    private final Map<Long, Long> allocatedNow = new HashMap<>();

    private long beganNanos;
    private long cpuNanos;
    private long totalAllocated;
    private long startedThreads;
    private long collections;
    private long collectionMillis;
    private long compilationMillis;

    Meter() {
        // the beans load and generate classes when first asked; that is no part of a window
        begin();
        end();
    }

    /** Milliseconds that the just-in-time compiler's threads have worked so far. */
    static long compilationMillis() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    synchronized void begin() {
        allocatedBefore.clear();
        allocatedNow.clear();
        startedThreads = threads.getTotalStartedThreadCount();
        collections = collections();
        collectionMillis = collectionMillis();
        compilationMillis = compilationMillis();
        totalAllocated = total();
        look();
        allocatedBefore.putAll(allocatedNow);
        beganNanos = System.nanoTime();
        cpuNanos = system.getProcessCpuTime();
    }

    /** Notes what each living thread has allocated; called about once per second within the window. */
    synchronized void look() {
        if (TOTAL_ALLOCATED != null) {
            return;
        }
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        for (int i = 0; i < ids.length; i++) {
            if (bytes[i] >= 0) { // -1: it has just ended
                allocatedNow.put(ids[i], bytes[i]);
            }
        }
    }

    synchronized Usage end() {
        long cpu = system.getProcessCpuTime() - cpuNanos;
        long window = System.nanoTime() - beganNanos;
        look();
        long allocated = 0;
        boolean exact = true;
        if (TOTAL_ALLOCATED != null) {
            allocated = total() - totalAllocated;
        } else {
            for (Map.Entry<Long, Long> thread : allocatedNow.entrySet()) {
                allocated += thread.getValue() - allocatedBefore.getOrDefault(thread.getKey(), 0L);
            }
            // every thread seen so far lives: then none has ended, seen or unseen
            long seen = allocatedNow.keySet().stream()
                    .filter(id -> !allocatedBefore.containsKey(id))
                    .count();
            long unseen = threads.getTotalStartedThreadCount() - startedThreads - seen;
            exact = unseen <= 0 && threads.getAllThreadIds().length >= allocatedNow.size();
        }
        return new Usage(
                window,
                cpu,
                allocated,
                exact,
                collections() - collections,
                collectionMillis() - collectionMillis,
                compilationMillis() - compilationMillis);
    }

    private long total() {
        if (TOTAL_ALLOCATED == null) {
            return 0;
        }
        try {
            return (long) TOTAL_ALLOCATED.invoke(threads);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    private static long collectionMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private static @Nullable Method totalAllocated() {
        try {
            return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
        } catch (NoSuchMethodException e) {
            return null; // before JDK 21
        }
    }
}
