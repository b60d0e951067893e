package io.moa.testkit.topology;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What happened in a topology, in order. It is written on every call and read when something failed, so texts come late. */
final class Journal {

    private static final int LATEST = 20;
    private static final int MOST_FAILURES = 20;

    /** One line. */
    private sealed interface Entry {}

    private record Step(long atNanos, String who, String what) implements Entry {
        @Override
        public String toString() {
            return at(atNanos) + "  " + who + ": " + what;
        }
    }

    private record Ended(
            long atNanos,
            String who,
            long id,
            ServiceId service,
            MethodId method,
            String sentTo,
            @Nullable Status failure,
            String message)
            implements Entry {
        @Override
        public String toString() {
            String call = at(atNanos) + "  " + who + ": call " + id + " " + service + " " + method
                    + (sentTo.isEmpty() ? "" : " at " + sentTo);
            return failure == null ? call + " ok" : call + " failed: " + failure + ", " + message;
        }
    }

    private final Loop loop;
    private final List<Entry> entries = new ArrayList<>();

    Journal(Loop loop) {
        this.loop = loop;
    }

    void note(String who, String what) {
        entries.add(new Step(loop.elapsed().toNanos(), who, what));
    }

    void ended(String who, long id, Invocation call, Reply reply) {
        Reply.Failure failure = reply instanceof Reply.Failure failed ? failed : null;
        entries.add(new Ended(
                loop.elapsed().toNanos(),
                who,
                id,
                call.service(),
                call.method(),
                call.ledger().sentTo(),
                failure == null ? null : failure.status(),
                failure == null ? "" : failure.message()));
    }

    /** The present moment, for people. */
    String now() {
        return at(loop.elapsed().toNanos()).strip();
    }

    /** Every line. */
    List<String> lines() {
        return entries.stream().map(Entry::toString).toList();
    }

    /** The lines of calls that failed, business errors included. */
    List<String> failures() {
        return entries.stream()
                .filter(entry -> entry instanceof Ended ended && ended.failure() != null)
                .map(Entry::toString)
                .toList();
    }

    /** What somebody needs who asks what went wrong: each step, the first failures, and the last lines of all. */
    String forPeople() {
        StringBuilder text = new StringBuilder();
        int failures = 0;
        int passedOver = 0;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            boolean failed = entry instanceof Ended ended && ended.failure() != null;
            if (entry instanceof Step || i >= entries.size() - LATEST || (failed && failures++ < MOST_FAILURES)) {
                if (passedOver > 0) {
                    text.append("\n  (").append(passedOver).append(" calls not shown)");
                    passedOver = 0;
                }
                text.append("\n  ").append(entry);
            } else {
                passedOver++;
            }
        }
        return text.toString();
    }

    private static String at(long nanos) {
        return String.format(Locale.ROOT, "%,10.3f s", nanos / 1e9);
    }
}
