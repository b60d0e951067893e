package io.moa.registry.watch;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Instances with heartbeats, watchers on hosts, and one store, on virtual time. It knows who is really dead. */
final class WatchSimulation {

    /** A retry and a decision later at the latest, a watcher has seen that an instance answers again. */
    private static final double REVIVAL_SECONDS = 0.8;

    /** One simulated process. */
    static final class Process {
        final Instance instance;
        boolean beats = true;
        boolean withdrawn; // it has said goodbye
        boolean answers = true;
        boolean refuses = true; // a dead one refuses at once, or is silent
        double diedAt = -1;
        double removedAt = -1;
        double revivedAt = -1;

        Process(Instance instance) {
            this.instance = instance;
        }
    }

    /** One watcher and its host. */
    record Seat(String name, SimulatedHost host, Watcher watcher) {}

    final VirtualTime time = new VirtualTime();
    /** How far the store's clock is from the right time. */
    long storeClockNanos;

    /** How far the watchers' wall clocks are from the right time. */
    long wallClockMillis;

    final MemoryWatchStore store = new MemoryWatchStore(() -> time.nanos() + storeClockNanos);
    final Random chance;
    final List<Process> processes = new ArrayList<>();
    final Map<String, Process> byUuid = new HashMap<>();
    final List<Seat> seats = new ArrayList<>();
    boolean storeDown;
    int wrongRemovals;
    int revivedTooLate;
    int removals;
    int reinstated;
    int suspected;
    int staleRefused;
    int staleAccepted;
    int fused;
    int forgotten;
    private int born;
    private final Map<Integer, Long> highestFence = new HashMap<>();

    WatchSimulation(long seed, int instances, int services, int watchers) {
        chance = new Random(seed);
        for (int i = 0; i < instances; i++) {
            spawn("s" + i % services);
        }
        for (int i = 0; i < watchers; i++) {
            watcher();
        }
    }

    Process spawn(String service) {
        Instance instance = Instance.builder(new java.util.UUID(chance.nextLong(), chance.nextLong()).toString(), "app")
                .addresses(List.of(new Address.Tcp("10.0.0.1", 1 + processes.size() % 60_000)))
                .exports(List.of(new ServiceExport(ServiceId.of(service), Set.of(), "")))
                .build();
        Process process = new Process(instance);
        processes.add(process);
        byUuid.put(instance.uuid(), process);
        time.in(chance.nextInt(100) * 1_000_000L, () -> beat(process));
        return process;
    }

    private void beat(Process process) {
        if (process.beats) {
            if (!storeDown) {
                store.register(new Registered(process.instance, process.withdrawn));
            }
            time.in(2_700_000_000L + chance.nextInt(600) * 1_000_000L, () -> beat(process));
        }
    }

    Seat watcher() {
        return watcher(WatchConfig.DEFAULT);
    }

    Seat watcher(WatchConfig config) {
        String name = "w" + born++;
        SimulatedHost host = new SimulatedHost(time);
        Watcher watcher = new Watcher(
                name,
                new DistantStore(host, store, this::wrote),
                instance -> probe(host, instance),
                config,
                host.scheduler(),
                time,
                () -> time.nanos() / 1_000_000 + wallClockMillis,
                new Random(chance.nextLong()));
        Seat seat = new Seat(name, host, watcher);
        seats.add(seat);
        time.in(chance.nextInt(1000) * 1_000_000L, () -> host.work(watcher::start));
        return seat;
    }

    private CompletableFuture<Probe.Finding> probe(SimulatedHost host, Instance instance) {
        CompletableFuture<Probe.Finding> found = new CompletableFuture<>();
        Process process = byUuid.get(instance.uuid());
        boolean cut = host.unreachable.contains(instance.uuid());
        boolean silent = cut || (!process.answers && !process.refuses);
        time.in(
                silent ? 1_000_000_000L : 1_000_000L + chance.nextInt(2_000_000),
                () -> host.work(() -> found.complete(
                        silent
                                ? Probe.Finding.failed("no answer within 1000 ms")
                                : process.answers ? Probe.Finding.REACHED : Probe.Finding.failed("refused"))));
        return found;
    }

    /** Sees every write at the store, in the order of the store. */
    private void wrote(Verdict verdict, Written written) {
        long highest = highestFence.merge(verdict.part(), verdict.fence(), Math::max);
        boolean old = verdict.fence() < highest;
        switch (written.result()) {
            case STALE -> staleRefused++;
            case FUSE -> fused++;
            case GONE -> {}
            case APPLIED -> {
                staleAccepted += old ? 1 : 0;
                Process about = byUuid.get(verdict.uuid());
                switch (verdict.change()) {
                    case REMOVE -> {
                        removals++;
                        if (about.answers) {
                            // It may rise between its last failed probe and the write; nobody can know that yet.
                            if (about.revivedAt >= 0 && time.seconds() - about.revivedAt < REVIVAL_SECONDS) {
                                revivedTooLate++;
                            } else {
                                wrongRemovals++;
                            }
                        } else if (about.removedAt < 0) {
                            about.removedAt = time.seconds();
                        }
                    }
                    case REINSTATE -> reinstated++;
                    case SUSPECT -> suspected++;
                    case FORGET -> forgotten++;
                }
            }
        }
    }

    /** A dead one answers and beats again, under the same uuid. */
    void revive(Process process) {
        process.answers = true;
        process.beats = true;
        process.revivedAt = time.seconds();
        process.diedAt = -1;
        process.removedAt = -1;
        beat(process);
    }

    /** A process asks for no new calls, and writes that at once. */
    void withdraw(Process process) {
        process.withdrawn = true;
        store.register(new Registered(process.instance, true));
    }

    void kill(Process process) {
        process.beats = false;
        process.answers = false;
        process.diedAt = time.seconds();
    }

    /** The process lives and beats, but answers nobody. */
    void hang(Process process) {
        process.answers = false;
        process.refuses = false;
        process.diedAt = time.seconds();
    }

    /** Runs and answers the longest time from a death to its removal, or a huge number if one is not removed. */
    double worst() {
        double worst = 0;
        for (Process each : processes) {
            if (each.diedAt >= 0 && !each.answers) {
                worst = Math.max(worst, each.removedAt < 0 ? 1e9 : each.removedAt - each.diedAt);
            }
        }
        return worst;
    }

    int marked(Liveness liveness) {
        int count = 0;
        for (Process each : processes) {
            if (store.registered(each.instance.uuid()) && store.liveness(each.instance.uuid()) == liveness) {
                count++;
            }
        }
        return count;
    }

    /** Whether every part is held by a watcher that is in the list. */
    boolean covered() {
        int held = 0;
        for (Seat seat : seats) {
            held += seat.watcher.status().parts();
        }
        return held == WatchStore.PARTS;
    }

    /** The watcher that looks after a process. */
    String holder(Process process) {
        Round.Holding held = store.renew("asks", false, Duration.ofSeconds(1))
                .join()
                .parts()
                .get(WatchStore.partOf(process.instance.uuid()));
        store.leave("asks");
        return held == null ? "" : held.watcher();
    }

    void run(double seconds) {
        time.run(Duration.ofNanos((long) (seconds * 1e9)));
    }
}
