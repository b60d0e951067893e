package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What watchers do with processes that said goodbye and left their record behind. On virtual time. */
@Tag("once")
class WithdrawnTest {

    private static WatchSimulation settled(int instances, int services, int watchers) {
        WatchSimulation sim = new WatchSimulation(1, instances, services, watchers);
        sim.run(15);
        assertThat(sim.covered()).isTrue();
        return sim;
    }

    @Test
    void aRollingRestartOfAThousandThatLeaveTheirRecordsCostsTheFuseNothing() {
        WatchSimulation sim = settled(1_000, 10, 3);
        List<WatchSimulation.Process> old = List.copyOf(sim.processes);
        for (WatchSimulation.Process each : old) {
            sim.withdraw(each);
            sim.spawn(each.instance.exports().get(0).service().name());
            sim.time.in(5_000_000_000L, () -> sim.kill(each));
            sim.run(0.1);
        }
        sim.run(60);
        System.err.printf(
                "watch | rolling restart of 1000, goodbye and no end | forgotten %d | removed %d | suspected %d | fuse %d%n",
                sim.forgotten, sim.removals, sim.suspected, sim.fused);
        assertThat(sim.forgotten).isEqualTo(1_000);
        assertThat(sim.removals).isZero();
        assertThat(sim.fused).isZero();
        assertThat(sim.suspected).isZero();
        assertThat(sim.seats.stream().map(seat -> seat.watcher().status().isolations()))
                .containsOnly(0L);
        assertThat(sim.store.list().join().revisions()).hasSize(1_000);
    }

    @Test
    void allThatSaidGoodbyeAndDieAtOnceDoNotMakeAWatcherDoubtItself() {
        WatchSimulation sim = settled(20, 1, 1);
        List<WatchSimulation.Process> old = List.copyOf(sim.processes.subList(0, 18));
        old.forEach(sim::withdraw);
        sim.run(5);
        old.forEach(sim::kill);
        sim.run(30);
        assertThat(sim.seats.get(0).watcher().status().isolations()).isZero();
        assertThat(sim.forgotten).isEqualTo(18);
        assertThat(sim.removals).isZero();
        sim.kill(sim.processes.get(18));
        sim.run(20);
        assertThat(sim.removals).as("the fuse is whole").isEqualTo(1);
    }

    @Test
    void alsoAWatcherThatDoubtsItselfForgetsThem() {
        WatchSimulation sim = settled(20, 1, 1);
        List<WatchSimulation.Process> leaving = List.copyOf(sim.processes.subList(0, 3));
        leaving.forEach(sim::withdraw);
        sim.run(5);
        leaving.forEach(sim::kill);
        WatchSimulation.Seat only = sim.seats.get(0);
        sim.processes.forEach(each -> only.host().unreachable.add(each.instance.uuid()));
        sim.run(30);
        assertThat(only.watcher().status().fit()).isFalse();
        assertThat(sim.forgotten).isEqualTo(3);
        assertThat(sim.removals).isZero();
    }

    @Test
    void whoAnswersOrBeatsOrIsReachedByAnotherWatcherIsNotForgotten() {
        WatchSimulation sim = settled(200, 20, 3);
        WatchSimulation.Process answers = sim.processes.get(1);
        WatchSimulation.Process beats = sim.processes.get(2);
        WatchSimulation.Process reached = sim.processes.get(3);
        for (WatchSimulation.Process each : List.of(answers, beats, reached)) {
            sim.withdraw(each);
        }
        answers.beats = false;
        beats.answers = false;
        reached.beats = false;
        WatchSimulation.Seat cut = sim.seats.stream()
                .filter(seat -> sim.holder(reached).equals(seat.name()))
                .findFirst()
                .orElseThrow();
        cut.host().unreachable.add(reached.instance.uuid());
        sim.run(120);
        assertThat(sim.forgotten).isZero();
        answers.answers = false;
        reached.answers = false;
        beats.beats = false;
        sim.run(30);
        assertThat(sim.forgotten).isEqualTo(3);
    }

    @Test
    void whoTakesItsGoodbyeBackIsRemovedAsUsual() {
        WatchSimulation sim = settled(200, 20, 3);
        WatchSimulation.Process back = sim.processes.get(1);
        sim.withdraw(back);
        sim.run(5);
        back.withdrawn = false;
        sim.run(10);
        sim.kill(back);
        sim.run(20);
        assertThat(sim.forgotten).isZero();
        assertThat(sim.removals).isEqualTo(1);
    }
}
