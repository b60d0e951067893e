package io.moa.governance.overload;

import io.moa.invoke.Criticality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server on virtual time: calls that run share its processors evenly, after they have waited for others as long as they must. Chance is
 * seeded. Used by one thread.
 */
final class SimulatedServer {

    private static final double STEP_MILLIS = 200;

    /** How a call ended. */
    enum End {
        SERVED,
        REFUSED,
        TOO_LATE
    }

    /** A call: what it needs, and how it ended after how many milliseconds. */
    final class Call implements Waiting {
        final double arrived = now;
        final String caller;
        final Criticality criticality;
        final FairQueue.Share share;
        final double elsewhere; // milliseconds that it waits for others while it holds its thread
        double left; // milliseconds of a processor

        @Nullable
        End end;

        double took;

        Call(String caller, Criticality criticality, FairQueue.Share share, double cpu, double elsewhere) {
            this.caller = caller;
            this.criticality = criticality;
            this.share = share;
            this.left = cpu;
            this.elsewhere = elsewhere;
        }

        @Override
        public String caller() {
            return caller;
        }

        @Override
        public Criticality criticality() {
            return criticality;
        }

        @Override
        public boolean isOver(long nowNanos) {
            return nowNanos >= nanos(arrived + 1_000);
        }

        @Override
        public FairQueue.Share share() {
            return share;
        }
    }

    /** Calls of one kind that come by chance. */
    record Source(double perSecond, Consumer<SimulatedServer> arrival) {}

    private record Event(double at, Runnable what) {}

    final List<Call> calls = new ArrayList<>();
    final FairQueue.Share any = new FairQueue.Share(Integer.MAX_VALUE);
    final CallRoom<Call> room;
    private final int processors;
    private final Random chance;
    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> Double.compare(a.at(), b.at()));
    private final List<Call> computing = new ArrayList<>();
    private double now; // milliseconds
    private double used; // milliseconds of processors since the latest step
    private double usedByOthers; // share of the processors, 0 to 1, that somebody else uses
    private List<Source> sources = List.of();
    private int epoch; // of the sources

    SimulatedServer(int processors, int threads, int queue, long seed) {
        this.processors = processors;
        this.chance = new Random(seed);
        this.room = new CallRoom<>(
                Math.min(processors, threads),
                threads,
                queue,
                Duration.ofMillis(100),
                new CallRoom.Desk<>() {
                    @Override
                    public void run(Call call) {
                        begin(call);
                    }

                    @Override
                    public void refuse(Call call, CallRoom.Refusal why) {
                        end(call, why.isOver() ? End.TOO_LATE : End.REFUSED);
                    }
                },
                0);
        events.add(new Event(STEP_MILLIS, this::step));
    }

    private static long nanos(double millis) {
        return Math.round(millis * 1e6);
    }

    /** Somebody else uses so much of the processors from now on. */
    void others(double share) {
        usedByOthers = share;
    }

    /** What comes from now on, in place of what came. */
    void load(Source... next) {
        epoch++;
        sources = List.of(next);
        for (Source source : sources) {
            arriveAgain(source, epoch);
        }
    }

    private void arriveAgain(Source source, int of) {
        double gap = -Math.log(1 - chance.nextDouble()) * 1_000 / source.perSecond();
        events.add(new Event(now + gap, () -> {
            if (of == epoch) {
                source.arrival().accept(this);
                arriveAgain(source, of);
            }
        }));
    }

    /** A call comes. */
    void call(String caller, Criticality criticality, FairQueue.Share share, double cpu, double elsewhere) {
        Call call = new Call(caller, criticality, share, cpu, elsewhere);
        calls.add(call);
        room.enter(call, nanos(now));
    }

    /** One that needs so many milliseconds of a processor, a little more or less. */
    void call(double cpu) {
        call("web", Criticality.CRITICAL, any, cpu * (0.5 + chance.nextDouble()), 0);
    }

    private void begin(Call call) {
        if (call.elsewhere > 0) {
            events.add(new Event(now + call.elsewhere, () -> computing.add(call)));
        } else {
            computing.add(call);
        }
    }

    private void end(Call call, End how) {
        call.end = how;
        call.took = now - call.arrived;
    }

    private void step() {
        double busy = Math.min(1, used / (STEP_MILLIS * processors) + usedByOthers);
        used = 0;
        room.step(busy, false, nanos(now));
        events.add(new Event(now + STEP_MILLIS, this::step));
    }

    /** Lets so much time pass, and forgets the calls that came before. */
    List<Call> run(double seconds) {
        calls.clear();
        double until = now + seconds * 1_000;
        while (now < until) {
            double speed = speed();
            double next =
                    Math.min(until, events.isEmpty() ? until : events.element().at());
            for (Call call : computing) {
                next = Math.min(next, now + call.left / speed);
            }
            double passed = next - now;
            now = next;
            used += passed * speed * computing.size();
            List<Call> ended = new ArrayList<>();
            for (Call call : computing) {
                call.left -= passed * speed;
                if (call.left < 1e-9) {
                    ended.add(call);
                }
            }
            computing.removeAll(ended);
            for (Call call : ended) {
                end(call, End.SERVED);
                Call following = room.leave(call, nanos(now));
                if (following != null) {
                    begin(following);
                }
            }
            while (!events.isEmpty() && events.element().at() <= now) {
                events.remove().what().run();
            }
        }
        return List.copyOf(calls);
    }

    /** How fast each call that computes goes on. */
    private double speed() {
        double mine = processors * (1 - usedByOthers);
        return computing.size() <= mine ? 1 : mine / computing.size();
    }
}
