package io.moa.registry.watch;

import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.PriorityQueue;

/** A clock and its events, without the history that {@code FakeScheduler} keeps: a simulation has millions of them. */
final class VirtualTime implements Ticker {

    private record Event(long atNanos, long number, Runnable work) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.number, b.number));
    private long now;
    private long number;

    @Override
    public long nanos() {
        return now;
    }

    void in(long delayNanos, Runnable work) {
        events.add(new Event(now + Math.max(0, delayNanos), number++, work));
    }

    void run(Duration time) {
        long until = now + time.toNanos();
        while (!events.isEmpty() && events.element().atNanos <= until) {
            Event next = events.remove();
            now = next.atNanos;
            next.work.run();
        }
        now = until;
    }

    double seconds() {
        return now / 1e9;
    }
}
