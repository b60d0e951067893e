package io.moa.governance.simulation;

import io.moa.annotation.Balancing;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;

/**
 * One client of MOA's own kernel against servers on virtual time: the same seed is the same run, to the nanosecond. A call that fails is
 * sent again up to twice, as an idempotent one would be.
 */
final class Simulation {

    private static final ServiceId SERVICE = ServiceId.of("simulated.Service");
    private static final MethodId METHOD = MethodId.parse("work()");
    private static final int ATTEMPTS = 3;

    private record Event(long atNanos, long order, Runnable what) {}

    /** How one call went. */
    private record Ended(long begunNanos, long tookNanos, int attempts, boolean good, String by) {}

    private final FakeTicker ticker = new FakeTicker();
    private final long beganNanos = ticker.nanos();
    private final Random chance;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
    private final List<Ended> ended = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final SimulatedServer.Time time = new SimulatedServer.Time() {
        @Override
        public long now() {
            return Simulation.this.now();
        }

        @Override
        public void after(long nanos, Runnable what) {
            Simulation.this.after(nanos, what);
        }
    };
    private final OwnPause pause = new OwnPause(ticker.nanos());
    private final MethodPolicy policy;
    private long order;
    private Plan plan;

    Simulation(long seed) {
        this(seed, Balancing.P2C);
    }

    Simulation(long seed, Balancing balancing) {
        this.chance = new Random(seed);
        this.policy = MethodPolicy.DEFAULT
                .withCode(PolicyKey.IDEMPOTENT, true, "simulation")
                .withCode(PolicyKey.LOAD_BALANCE, balancing, "simulation")
                .withCode(PolicyKey.HASH_BY, "key", "simulation");
    }

    /** A server whose condition is a function of the nanoseconds since the beginning. */
    Simulation server(String name, LongFunction<SimulatedServer.Condition> script) {
        Instance instance = Instance.builder(name, "simulated").build();
        servers.add(new SimulatedServer(instance, script, new Random(chance.nextLong())));
        return this;
    }

    private long now() {
        return ticker.nanos() - beganNanos;
    }

    private void after(long nanos, Runnable what) {
        events.add(new Event(now() + nanos, order++, what));
    }

    /** Plays so many calls a second, at random moments, for so long. */
    Simulation play(int callsPerSecond, Duration length) {
        Ejections ejections = new Ejections(OutlierConfig.DEFAULT, chance, new Ejections.Listener() {
            @Override
            public void ejected(Instance instance, String why) {
                log.add(at(now()) + " " + instance.uuid() + " ejected: " + why);
            }

            @Override
            public void released(Instance instance, int times) {
                log.add(at(now()) + " " + instance.uuid() + " back after " + times + " ejections");
            }
        });
        plan = new PlanCompiler(chance, ticker, () -> 0, instance -> null, ejections, pause)
                .compile(new Snapshot(
                        SERVICE,
                        1,
                        servers.stream()
                                .map(each -> new Snapshot.Entry(each.instance(), Liveness.ONLINE, OperatorState.NONE))
                                .toList(),
                        ticker.nanos(),
                        "simulation"));
        arrive(1e9 / callsPerSecond, length.toNanos());
        beat(length.toNanos());
        while (!events.isEmpty()) {
            Event next = events.poll();
            ticker.advance(Duration.ofNanos(next.atNanos() - now()));
            next.what().run();
        }
        return this;
    }

    private void arrive(double meanNanos, long endNanos) {
        long pauseNanos = (long) (-meanNanos * Math.log(1 - chance.nextDouble()));
        if (now() + pauseNanos < endNanos) {
            after(pauseNanos, () -> {
                attempt(now(), 1, key(), new TreeSet<>());
                arrive(meanNanos, endNanos);
            });
        }
    }

    /** What the call is about: one of a thousand things, each as often as another, where that matters. */
    private String key() {
        return policy.balancing() == Balancing.CONSISTENT_HASH ? "key " + chance.nextInt(1_000) : "";
    }

    private void beat(long endNanos) {
        pause.beat(ticker.nanos());
        if (now() < endNanos) {
            after(OwnPause.BEAT_NANOS, () -> beat(endNanos));
        }
    }

    private void attempt(long begunNanos, int count, String key, Set<String> tried) {
        Attributes attributes = Attributes.EMPTY.with(MethodPolicy.KEY, policy);
        Invocation call = Invocation.of(SERVICE, METHOD, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .callKeys(Map.of("key", key))
                .attributes(tried.isEmpty() ? attributes : attributes.with(CandidateSet.TRIED, Set.copyOf(tried)))
                .build();
        Lease lease = plan.pick(call);
        if (lease == null) {
            throw new AssertionError("There is always somebody to pick");
        }
        String uuid = lease.instance().uuid();
        SimulatedServer server = servers.stream()
                .filter(each -> each.instance().uuid().equals(uuid))
                .findFirst()
                .orElseThrow();
        server.call(time, reply -> {
            lease.settle(reply, ticker.nanos());
            boolean good = reply instanceof Reply.Value;
            if (good || count == ATTEMPTS) {
                ended.add(new Ended(begunNanos, now() - begunNanos, count, good, uuid));
                return;
            }
            tried.add(uuid);
            attempt(begunNanos, count + 1, key, tried);
        });
    }

    /** The calls that began within a window, as a row of a table: their number, failures, times and the share of each server. */
    String row(String what, Duration from, Duration to) {
        List<Ended> within = ended.stream()
                .filter(each -> each.begunNanos() >= from.toNanos() && each.begunNanos() < to.toNanos())
                .toList();
        long[] took = within.stream().mapToLong(Ended::tookNanos).sorted().toArray();
        long failed = within.stream().filter(each -> !each.good()).count();
        long again = within.stream().mapToLong(each -> each.attempts() - 1).sum();
        StringBuilder shares = new StringBuilder();
        for (SimulatedServer server : servers) {
            shares.append(shares.length() == 0 ? "" : " / ")
                    .append(percent(share(server.instance().uuid(), from, to)));
        }
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %.1f / %.1f | %s |",
                what,
                within.size(),
                failed,
                again,
                took[took.length / 2] / 1e6,
                took[took.length * 99 / 100] / 1e6,
                shares);
    }

    /** The share of the calls begun within a window that a server answered, or failed at last; 0 to 1. */
    double share(String uuid, Duration from, Duration to) {
        long all = 0;
        long own = 0;
        for (Ended each : ended) {
            if (each.begunNanos() >= from.toNanos() && each.begunNanos() < to.toNanos()) {
                all++;
                own += each.by().equals(uuid) ? 1 : 0;
            }
        }
        return all == 0 ? 0 : (double) own / all;
    }

    /** How many calls that began within a window failed in the end. */
    long failed(Duration from, Duration to) {
        return ended.stream()
                .filter(each -> !each.good() && each.begunNanos() >= from.toNanos() && each.begunNanos() < to.toNanos())
                .count();
    }

    /** How many attempts a server was given in all. */
    long calls(String uuid) {
        return servers.stream()
                .filter(each -> each.instance().uuid().equals(uuid))
                .mapToLong(each -> each.calls)
                .sum();
    }

    /** How many attempts there were in all. */
    long calls() {
        return servers.stream().mapToLong(each -> each.calls).sum();
    }

    /** The time that so many of a hundred calls of a window took at most, in milliseconds. */
    double percentile(double percent, Duration from, Duration to) {
        long[] took = ended.stream()
                .filter(each -> each.begunNanos() >= from.toNanos() && each.begunNanos() < to.toNanos())
                .mapToLong(Ended::tookNanos)
                .sorted()
                .toArray();
        return took[(int) Math.min(took.length - 1L, (long) (took.length * percent / 100))] / 1e6;
    }

    /** What was told of ejections. */
    List<String> log() {
        return log;
    }

    private static String at(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }
}
