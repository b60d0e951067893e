package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Liveness;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What watchers do under the fuse for all, with consumers' complaints, in pairs, alone, and with clocks that jump. On virtual time. */
@Tag("once")
class WatchFaultsTest {

    private static final int SEEDS = Integer.getInteger("moa.test.seeds", 1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration TEN_DAYS = Duration.ofDays(10);

    private static WatchSimulation settled(long seed, int instances, int services, int watchers) {
        WatchSimulation sim = new WatchSimulation(seed, instances, services, watchers);
        sim.run(15);
        assertThat(sim.covered()).isTrue();
        return sim;
    }

    private static void print(String what, WatchSimulation sim) {
        System.err.printf(
                Locale.ROOT,
                "watch | %s | removed %d | wrong %d | worst %.1f s | suspected %d | stale refused %d | stale accepted %d | fuse"
                        + " %d%n",
                what,
                sim.removals,
                sim.wrongRemovals,
                sim.worst(),
                sim.suspected,
                sim.staleRefused,
                sim.staleAccepted,
                sim.fused);
    }

    private static void assertHarmless(WatchSimulation sim) {
        assertThat(sim.wrongRemovals).as("wrong removals").isZero();
        assertThat(sim.staleAccepted).as("stale writes accepted").isZero();
    }

    // ---- the fuse for all

    @Test
    void theFuseForAllSlowsDeathsThatNoServiceWouldStop() {
        WatchSimulation sim = settled(1, 2_000, 400, 3); // five each, of which one a minute may go
        for (int service = 0; service < 300; service++) {
            sim.kill(sim.processes.get(service));
        }
        sim.run(30);
        print("1 of 5 killed in 300 services, after 30 s", sim);
        assertHarmless(sim);
        assertThat(sim.removals).as("a tenth of all").isEqualTo(200);
        assertThat(sim.fused).isPositive();
        assertThat(sim.marked(Liveness.SUSPECT)).isEqualTo(100);
        sim.run(60);
        assertThat(sim.removals).isEqualTo(300);
        assertHarmless(sim);
    }

    // ---- too much for one

    @Test
    void probesThatBeginLateAreCounted() {
        WatchSimulation sim = new WatchSimulation(1, 200, 20, 0);
        WatchSimulation.Seat busy =
                sim.watcher(WatchConfig.builder().maxProbes(1).build()); // ten a second, of forty that are due
        sim.run(30);
        assertThat(busy.watcher().status().lateProbes()).isPositive();
        WatchSimulation enough = settled(1, 200, 20, 1);
        assertThat(enough.seats.get(0).watcher().status().lateProbes()).isZero();
        assertThat(enough.seats.get(0).watcher().status().probes()).isGreaterThan(200);
    }

    // ---- what is found there at the start

    /** Records of the dead, or made up by somebody, were there before the watcher: it has not lost sight of them. */
    @Test
    void thoseThatNobodyEverSawAliveAreNoSignThatTheWatcherIsCutOff() {
        WatchSimulation sim = new WatchSimulation(1, 12, 12, 0);
        sim.run(5);
        List<WatchSimulation.Process> dead = sim.processes.subList(0, 8);
        dead.forEach(sim::kill);
        sim.run(15);
        WatchSimulation.Seat watcher = sim.watcher();
        sim.run(60);
        print("8 of 12 dead before the watcher came", sim);
        assertThat(watcher.watcher().status().isolations()).isZero();
        assertHarmless(sim);
        assertThat(sim.removals).isEqualTo(8);
    }

    /** Of a thousand records that somebody else wrote each would be read twice a second. */
    @Test
    void whatCannotBeReadIsReadOnceForEachRevisionAndOnceAMinute() {
        WatchSimulation sim = new WatchSimulation(1, 20, 2, 0);
        sim.run(5);
        sim.processes.get(0).beats = false;
        WatchSimulation.Seat watcher = sim.watcher();
        String junk = sim.processes.get(0).instance.uuid();
        watcher.host().unreadable.add(junk);
        sim.run(40);
        assertThat(watcher.host().readInVain).isEqualTo(1);
        sim.store.register(new Registered(
                sim.processes.get(0).instance.toBuilder().weight(7).build(), false)); // another revision
        sim.run(10);
        assertThat(watcher.host().readInVain).isEqualTo(2);
        sim.run(65);
        assertThat(watcher.host().readInVain).isEqualTo(3);
        assertThat(watcher.watcher().status().registered()).isEqualTo(19);
        watcher.host().unreadable.clear();
        sim.run(65);
        assertThat(watcher.watcher().status().registered()).isEqualTo(20);
    }

    @Test
    void aWatcherSaysWhyItsStoreRefuses() {
        WatchSimulation sim = settled(1, 20, 2, 1);
        WatchSimulation.Seat watcher = sim.seats.get(0);
        assertThat(watcher.watcher().status().refusals()).isZero();
        assertThat(watcher.watcher().status().refusal()).isEmpty();
        watcher.host().storeRefusal = "NOPERM no right to list";
        sim.run(20);
        assertThat(watcher.watcher().status().refusals()).isPositive();
        assertThat(watcher.watcher().status().refusal()).contains("NOPERM no right to list");
        assertThat(watcher.watcher().status().listedAgeMillis()).isGreaterThan(15_000);
    }

    // ---- consumers

    @Test
    void whereNoOtherWatcherIsThreeConsumersAreTheSecondVantagePoint() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 200, 20, 1);
            WatchSimulation.Process hung = sim.processes.get(seed);
            sim.hang(hung);
            sim.run(30);
            assertThat(sim.removals).as("one vantage point alone").isZero();
            assertThat(sim.store.liveness(hung.instance.uuid())).isEqualTo(Liveness.SUSPECT);
            for (int i = 0; i < 5; i++) {
                complain(sim, hung, "consumer-1", "consumer-2");
                sim.run(5);
            }
            assertThat(sim.removals)
                    .as("two consumers, however often they complain")
                    .isZero();
            complain(sim, hung, "consumer-1", "consumer-2", "consumer-3");
            sim.run(5);
            print("1 hangs, one watcher, three consumers complain", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isEqualTo(1);
            assertThat(String.join(
                            "\n",
                            sim.store
                                    .evidence(hung.instance.uuid())
                                    .join()
                                    .get(0)
                                    .lines()))
                    .contains("consumer consumer-3: no answer");
        }
    }

    @Test
    void consumersAloneRemoveNobodyThatTheWatcherReaches() {
        WatchSimulation sim = settled(1, 200, 20, 1);
        for (int i = 0; i < 20; i++) {
            complain(sim, sim.processes.get(3), "consumer-1", "consumer-2", "consumer-3", "consumer-4");
            sim.run(2);
        }
        print("four consumers complain of one that answers", sim);
        assertThat(sim.removals).isZero();
        assertThat(sim.suspected).isZero();
    }

    private static void complain(WatchSimulation sim, WatchSimulation.Process about, String... consumers) {
        for (String consumer : consumers) {
            sim.store.complain(List.of(new Complaint(consumer, about.instance.uuid(), "no answer")));
        }
    }

    // ---- who is cut off

    /** B10. */
    @Test
    void ofTwoWatchersTheOneThatIsCutOffFromHalfRemovesOnlyTheDead() {
        for (int seed = 0; seed < SEEDS; seed++) {
            WatchSimulation sim = settled(seed, 2_000, 200, 2);
            WatchSimulation.Seat cut = sim.seats.get(0);
            sim.processes.stream()
                    .filter(each -> sim.chance.nextBoolean())
                    .forEach(each -> cut.host().unreachable.add(each.instance.uuid()));
            sim.run(10);
            sim.kill(sim.processes.get(seed * 7));
            sim.run(60);
            print("one of two watchers cut off from half, then kill 1", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isEqualTo(1);
            assertThat(sim.worst()).isLessThan(10);
        }
    }

    @Test
    void oneWatcherThatReachesItOutweighsTwoThatDoNot() {
        WatchSimulation sim = settled(1, 500, 50, 3);
        for (int i = 0; i < 50; i++) {
            for (WatchSimulation.Seat cut : sim.seats.subList(0, 2)) {
                cut.host().unreachable.add(sim.processes.get(i * 3).instance.uuid());
            }
        }
        sim.run(60);
        print("two of three watchers cut off from the same 10 %", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isZero();
        assertThat(sim.suspected).isPositive();
    }

    // ---- who takes over

    /** B11: the holder of half of the parts is killed, or stands still with a write on its way, in turn. */
    @Test
    void ofTwoWatchersTheOtherTakesOverWithinTwoLeases() {
        WatchSimulation sim = settled(1, 300, 3, 2);
        double worst = 0;
        int frozenWriting = 0;
        for (int i = 0; i < 200; i++) {
            WatchSimulation.Seat victim = sim.seats.get(sim.chance.nextInt(2));
            WatchSimulation.Seat other = sim.seats.get(victim == sim.seats.get(0) ? 1 : 0);
            boolean kills = i % 2 == 0;
            WatchSimulation.Process process = null;
            if (kills) {
                victim.host().kill();
                sim.seats.remove(victim);
            } else {
                process = sim.processes.get(sim.chance.nextInt(sim.processes.size()));
                victim.host().freezeAtNextWrite = true;
                sim.kill(process);
                double until = sim.time.seconds() + 9;
                while (victim.host().freezeAtNextWrite && sim.time.seconds() < until) {
                    sim.run(0.1);
                }
                frozenWriting += victim.host().freezeAtNextWrite ? 0 : 1;
                victim.host().freezeAtNextWrite = false;
                victim.host().freeze();
            }
            double from = sim.time.seconds();
            while (other.watcher().status().parts() < WatchStore.PARTS && sim.time.seconds() - from < 20) {
                sim.run(0.1);
            }
            worst = Math.max(worst, sim.time.seconds() - from);
            if (kills) {
                sim.watcher();
            } else {
                sim.run(2); // the successor goes on meanwhile
                sim.revive(process);
                sim.run(1 + sim.chance.nextDouble() * 3);
                victim.host().resume();
            }
            sim.run(10);
        }
        print(
                String.format(
                        Locale.ROOT,
                        "one of two watchers killed or frozen 200 times, %d of these while it wrote, takeover at worst %.1f s",
                        frozenWriting,
                        worst),
                sim);
        assertHarmless(sim);
        assertThat(worst).as("takeover, in seconds").isLessThanOrEqualTo(6);
        assertThat(frozenWriting).isGreaterThan(20);
        assertThat(sim.staleRefused).isPositive();
    }

    /** B12: without a watcher marks stay as they are, and the first one that comes finds the dead. */
    @Test
    void withoutAWatcherNothingIsMarkedUntilOneComes() {
        WatchSimulation sim = new WatchSimulation(1, 500, 50, 0);
        sim.run(15);
        WatchSimulation.Process dead = sim.processes.get(3);
        sim.kill(dead);
        sim.run(600);
        assertThat(sim.removals + sim.suspected).isZero();
        assertThat(sim.marked(Liveness.ONLINE)).isEqualTo(500);
        sim.watcher();
        sim.run(30);
        print("no watcher for 10 min, 1 killed, then one comes", sim);
        assertHarmless(sim);
        assertThat(sim.removals).isEqualTo(1);
        assertThat(sim.store.liveness(dead.instance.uuid())).isEqualTo(Liveness.OFFLINE);
    }

    // ---- clocks

    /** B13. */
    @Test
    void wallClocksThatJumpChangeNothing() {
        for (Duration jump : List.of(HOUR, HOUR.negated(), TEN_DAYS, TEN_DAYS.negated())) {
            WatchSimulation sim = settled(1, 2_000, 200, 3);
            sim.wallClockMillis = jump.toMillis();
            sim.run(30);
            assertThat(sim.removals + sim.suspected).isZero();
            sim.kill(sim.processes.get(5));
            sim.run(15);
            print("the watchers' wall clocks jump by " + jump + ", then kill 1", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isEqualTo(1);
            assertThat(sim.worst()).isLessThan(10);
            assertThat(sim.seats).allSatisfy(seat -> {
                assertThat(seat.watcher().status().pauses()).isZero();
                assertThat(seat.watcher().status().fit()).isTrue();
            });
        }
    }

    /** B14. Forward, all leases lapse at once, those of the watchers too; backward, all seem younger than they are. */
    @Test
    void aStoresClockThatJumpsRemovesNobody() {
        for (Duration jump : List.of(HOUR, HOUR.negated(), TEN_DAYS, TEN_DAYS.negated())) {
            WatchSimulation sim = settled(1, 2_000, 200, 3);
            WatchSimulation.Seat cut = sim.seats.get(0);
            sim.processes.stream()
                    .filter(each -> sim.chance.nextInt(10) == 0)
                    .forEach(each -> cut.host().unreachable.add(each.instance.uuid()));
            sim.run(7);
            sim.storeClockNanos = jump.toNanos();
            sim.run(30);
            assertThat(sim.removals).isZero();
            assertThat(sim.covered()).isTrue();
            sim.kill(sim.processes.get(5));
            sim.run(20);
            print("the store's clock jumps by " + jump + ", then kill 1", sim);
            assertHarmless(sim);
            assertThat(sim.removals).isEqualTo(1);
            assertThat(sim.worst()).isLessThan(10);
        }
    }
}
