package io.moa.node.quickstart;

import io.moa.invoke.CallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Threads that call without pause until they are stopped, and keep the count. */
final class SteadyCallers implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Supplier<Greeter.Greeting> call;
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, LongAdder> answeredBy = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> failures = new ConcurrentSkipListMap<>();
    private final Map<String, String> examples = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    private SteadyCallers(Supplier<Greeter.Greeting> call) {
        this.call = call;
    }

    /** Starts so many threads. */
    static SteadyCallers start(int threads, String name, Supplier<Greeter.Greeting> call) {
        SteadyCallers callers = new SteadyCallers(call);
        for (int i = 1; i <= threads; i++) {
            Thread thread = new Thread(callers::run, name + "-" + i);
            thread.setDaemon(true);
            callers.threads.add(thread);
            thread.start();
        }
        return callers;
    }

    private void run() {
        while (!stopped) {
            try {
                Greeter.Greeting greeting = call.get();
                answered.increment();
                count(answeredBy, greeting.by());
            } catch (CallException e) {
                failed.increment();
                String kind = e.status() + ", executed: " + e.executed();
                count(failures, kind);
                examples.putIfAbsent(kind, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                failed.increment();
                count(failures, e.getClass().getName());
                examples.putIfAbsent(e.getClass().getName(), String.valueOf(e.getMessage()));
            }
        }
    }

    private static void count(Map<String, LongAdder> counts, String what) {
        counts.computeIfAbsent(what, any -> new LongAdder()).increment();
    }

    /** Waits until so many more calls have ended than now. */
    void awaitMore(int calls) {
        long goal = made() + calls;
        long start = System.nanoTime();
        while (made() < goal) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new IllegalStateException(
                        "The callers did not get " + calls + " calls done in 60 s; " + made() + " of " + goal);
            }
            LockSupport.parkNanos(200_000);
        }
    }

    /** Lets every thread finish its call, and ends. Idempotent. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** How many calls have ended, either way. */
    long made() {
        return answered.sum() + failed.sum();
    }

    long failed() {
        return failed.sum();
    }

    /** How many calls each instance answered, for people. */
    String whoAnswered() {
        StringBuilder text = new StringBuilder();
        answeredBy.forEach((by, calls) -> text.append(text.isEmpty() ? "" : ", ")
                .append(by)
                .append(" answered ")
                .append(calls.sum()));
        return text.toString();
    }

    /** How many failures there were of each kind. */
    Map<String, LongAdder> failures() {
        return failures;
    }

    /** The message of one failure of a kind. */
    @Nullable
    String example(String kind) {
        return examples.get(kind);
    }
}
