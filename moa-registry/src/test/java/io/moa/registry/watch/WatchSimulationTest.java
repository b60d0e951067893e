package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Liveness;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the watchers do when things go wrong, on virtual time. Each line printed is a row of docs/watcher.md. */
@Tag("once")
class WatchSimulationTest {

    private static final int SEEDS = Integer.getInteger("moa.test.seeds", 1); // 5 for the figures of docs/watcher.md

    private static WatchSimulation settled(long seed, int instances, int services) {
        WatchSimulation sim = new WatchSimulation(seed, instances, services, 3);
        sim.run(15);
        assertThat(sim.covered()).isTrue();
        return sim;
    }

    private static void print(String what, WatchSimulation sim) {
        System.err.printf(
                Locale.ROOT,
                "watch | %s | removed %d | wrong %d | rose just then %d | worst %.1f s | suspected %d | reinstated %d | stale refused %d | stale"
                        + " accepted %d | fuse %d%n",
                what,
                sim.removals,
                sim.wrongRemovals,
                sim.revivedTooLate,
                sim.worst(),
                sim.suspected,
                sim.reinstated,
                sim.staleRefused,
                sim.staleAccepted,
                sim.fused);
    }

    private static void assertHarmless(WatchSimulation sim) {
        assertThat(sim.wrongRemovals).as("wrong removals").isZero();
        assertThat(sim.staleAccepted).as("stale writes accepted").isZero();
    }

    @Test
    void aKilledInstanceIsRemovedWithinTenSeconds() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 200);
            sim.kill(sim.processes.get(seed));
            sim.run(20);
            print("kill 1 of 2000", sim);
            assertHarmless(sim);
            assertThat(sim.worst()).isLessThan(10);
            List<Evidence> why =
                    sim.store.evidence(sim.processes.get(seed).instance.uuid()).join();
            assertThat(String.join("\n", why.get(0).lines())).contains("lease has lapsed", "refused", "fence");
        }
    }

    @Test
    void oneOfTwentyThousandIsFoundToo() {
        WatchSimulation sim = settled(1, 20_000, 2_000);
        sim.kill(sim.processes.get(77));
        sim.run(15);
        print("kill 1 of 20000", sim);
        assertHarmless(sim);
        assertThat(sim.worst()).isLessThan(10);
    }

    @Test
    void aHungInstanceIsRemovedWithinTwentySecondsWhenAnotherWatcherAgrees() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 200);
            sim.hang(sim.processes.get(seed));
            sim.run(30);
            print("hang 1 of 2000", sim);
            assertHarmless(sim);
            assertThat(sim.worst()).isLessThan(20);
        }
    }

    @Test
    void aFifthOfAServiceMayDieAtOnce() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 20); // 100 each
            sim.processes.stream()
                    .filter(each ->
                            each.instance.exports().get(0).service().name().equals("s3"))
                    .limit(20)
                    .forEach(sim::kill);
            sim.run(20);
            print("kill 20 % of a service", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isEqualTo(20);
            assertThat(sim.worst()).isLessThan(10);
        }
    }

    @Test
    void theFuseSlowsTheDeathOfAWholeService() {
        WatchSimulation sim = settled(1, 2_000, 20);
        sim.processes.stream()
                .filter(each -> each.instance.exports().get(0).service().name().equals("s3"))
                .forEach(sim::kill);
        sim.run(30);
        print("kill a whole service of 100, after 30 s", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isEqualTo(20);
        assertThat(sim.marked(Liveness.SUSPECT)).isEqualTo(80);
        sim.run(60);
        assertThat(sim.removals).isEqualTo(40);
    }

    @Test
    void aRollingRestartRemovesNobodyWrongly() {
        WatchSimulation sim = settled(1, 2_000, 20);
        for (int i = 0; i < 100; i++) {
            WatchSimulation.Process old = sim.processes.get(i * 20 + 3);
            sim.spawn("s3");
            sim.kill(old);
            old.diedAt = -1; // it says goodbye, so nobody has to find out
            sim.store.deregister(old.instance.uuid());
            sim.run(0.3);
        }
        sim.run(15);
        print("rolling restart of a service of 100", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isZero();
        assertThat(sim.marked(Liveness.ONLINE)).isEqualTo(2_000);
    }

    @Test
    void twoHundredKilledWatchersAreReplacedWithinTwoLeases() {
        WatchSimulation sim = settled(1, 500, 50);
        double worst = 0;
        for (int i = 0; i < 200; i++) {
            WatchSimulation.Seat victim = sim.seats.remove(sim.chance.nextInt(3));
            victim.host().kill();
            double from = sim.time.seconds();
            while (!sim.covered() && sim.time.seconds() - from < 20) {
                sim.run(0.1);
            }
            worst = Math.max(worst, sim.time.seconds() - from);
            sim.watcher();
            sim.run(8);
        }
        print(String.format(Locale.ROOT, "watcher killed 200 times, takeover at worst %.1f s", worst), sim);
        assertHarmless(sim);
        assertThat(sim.removals).isZero();
        assertThat(worst).isLessThan(6);
    }

    @Test
    void afterAFreezeOfAWatcherItsOldWritesAreRefused() {
        WatchSimulation sim = settled(1, 300, 3);
        int frozen = 0;
        for (int i = 0; i < 200; i++) {
            WatchSimulation.Seat victim = sim.seats.get(i % 3);
            WatchSimulation.Process process = sim.processes.get(sim.chance.nextInt(sim.processes.size()));
            victim.host().freezeAtNextWrite = true;
            sim.kill(process);
            sim.run(9);
            sim.revive(process);
            sim.run(4 + sim.chance.nextDouble() * 3);
            frozen += victim.host().freezeAtNextWrite ? 0 : 1;
            victim.host().freezeAtNextWrite = false;
            victim.host().resume();
            sim.run(5);
        }
        print("watcher frozen while it writes, " + frozen + " times in 200 rounds", sim);
        assertHarmless(sim);
        assertThat(frozen).isGreaterThan(30);
        assertThat(sim.staleRefused).isPositive();
    }

    @Test
    void aWatcherCutOffFromHalfRemovesOnlyTheDead() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 200);
            WatchSimulation.Seat cut = sim.seats.get(0);
            sim.processes.stream()
                    .filter(each -> sim.chance.nextBoolean())
                    .forEach(each -> cut.host().unreachable.add(each.instance.uuid()));
            sim.run(10);
            sim.kill(sim.processes.get(seed * 7));
            sim.run(60);
            print("watcher cut off from half, then kill 1", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isEqualTo(1);
            assertThat(sim.worst()).isLessThan(10);
        }
    }

    @Test
    void aWatcherCutOffFromAllLeavesItsPartsToOthers() {
        WatchSimulation sim = settled(1, 2_000, 200);
        WatchSimulation.Seat cut = sim.seats.get(0);
        sim.processes.forEach(each -> cut.host().unreachable.add(each.instance.uuid()));
        sim.run(20);
        print("watcher cut off from all", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isZero();
        assertThat(cut.watcher().status().fit()).isFalse();
        assertThat(cut.watcher().status().parts()).isZero();
        sim.kill(sim.processes.get(5));
        sim.run(15);
        assertThat(sim.worst()).isLessThan(10);
    }

    @Test
    void anEmptiedStoreKillsNobody() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 200);
            sim.store.clear();
            sim.run(30);
            print("store emptied", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isZero();
            assertThat(sim.marked(Liveness.ONLINE)).isEqualTo(2_000);
            sim.kill(sim.processes.get(1));
            sim.run(15);
            assertThat(sim.worst()).isLessThan(10);
        }
    }

    @Test
    void aJumpOfTheStoresClockKillsNobodyEvenWhereTheWatcherIsCutOff() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 200);
            WatchSimulation.Seat cut = sim.seats.get(0);
            sim.processes.stream()
                    .filter(each -> sim.chance.nextInt(10) == 0)
                    .forEach(each -> cut.host().unreachable.add(each.instance.uuid()));
            sim.run(7);
            sim.store.expireAll();
            sim.run(30);
            print("store's clock jumps, watcher cut off from 10 %", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isZero();
        }
    }

    @Test
    void anUnreachableStoreKillsNobody() {
        WatchSimulation sim = settled(1, 2_000, 200);
        sim.storeDown = true;
        sim.seats.forEach(each -> each.host().storeCut = true);
        sim.run(60);
        sim.storeDown = false;
        sim.seats.forEach(each -> each.host().storeCut = false);
        sim.run(20);
        print("store unreachable for 60 s", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isZero();
        assertThat(sim.covered()).isTrue();
    }

    @Test
    void aPauseOfTenSecondsBlamesNobody() {
        WatchSimulation sim = settled(1, 2_000, 200);
        for (WatchSimulation.Seat seat : sim.seats) {
            seat.host().freeze();
        }
        sim.run(10);
        for (WatchSimulation.Seat seat : sim.seats) {
            seat.host().resume();
        }
        sim.run(20);
        print("all watchers paused for 10 s", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isZero();
        assertThat(sim.suspected).isZero();
        assertThat(sim.seats.get(0).watcher().status().pauses()).isEqualTo(1);
    }

    @Test
    void aFlappingInstanceIsNeverRemovedWhileItAnswers() {
        WatchSimulation sim = settled(1, 200, 20);
        WatchSimulation.Process flapping = sim.processes.get(3);
        for (int i = 0; i < 100; i++) {
            boolean answers = sim.chance.nextBoolean();
            if (answers && !flapping.answers) {
                flapping.revivedAt = sim.time.seconds();
            }
            flapping.answers = answers;
            sim.run(sim.chance.nextDouble() * 4);
        }
        flapping.answers = true;
        sim.run(30);
        print("flapping", sim);
        assertHarmless(sim);
        assertThat(sim.store.liveness(flapping.instance.uuid())).isEqualTo(Liveness.ONLINE);
    }

    @Test
    void whoAnswersAgainIsPutBackAndWhoStaysAwayIsForgotten() {
        WatchSimulation sim = settled(1, 200, 20);
        WatchSimulation.Process back = sim.processes.get(3);
        WatchSimulation.Process gone = sim.processes.get(4);
        sim.kill(back);
        sim.kill(gone);
        sim.run(20);
        assertThat(sim.marked(Liveness.OFFLINE)).isEqualTo(2);
        sim.revive(back);
        sim.run(10);
        print("one of two dead answers again", sim);
        assertThat(sim.store.liveness(back.instance.uuid())).isEqualTo(Liveness.ONLINE);
        sim.run(3_500);
        assertThat(sim.store.registered(gone.instance.uuid())).isTrue();
        sim.run(200);
        assertThat(sim.store.registered(gone.instance.uuid())).isFalse();
        assertThat(sim.store.registered(back.instance.uuid())).isTrue();
    }

    @Test
    void whoDiedLongBeforeDoesNotMakeAWatcherDoubtItself() {
        WatchSimulation sim = new WatchSimulation(1, 5, 1, 1);
        sim.run(15);
        sim.processes.subList(0, 3).forEach(sim::kill);
        sim.run(30);
        sim.processes.subList(3, 5).forEach(sim::kill);
        sim.run(5);
        sim.spawn("s0");
        sim.run(600); // one a minute, as the fuse lets them go
        print("3 of 5 killed, then 2, one watcher", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isEqualTo(5);
    }

    @Test
    void aWatcherCutOffWhileTheStoreIsEmptiedRemovesNobodyAtFirst() {
        WatchSimulation sim = new WatchSimulation(1, 20, 1, 1);
        sim.run(15);
        sim.processes.forEach(each -> {
            each.beats = false;
            each.answers = false;
            each.refuses = false;
        });
        sim.store.expireAll();
        sim.run(120);
        print("all silent and all leases gone at once", sim);
        assertThat(sim.removals).isZero();
        assertThat(sim.seats.get(0).watcher().status().fit()).isFalse();
        sim.run(400);
        assertThat(sim.removals).isPositive();
        assertThat(sim.fused).isPositive();
    }
}
