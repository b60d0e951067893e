package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IsolationCheckTest {

    private static final long NOW = Duration.ofHours(1).toNanos();

    private final IsolationCheck check = new IsolationCheck(0.6, Duration.ofSeconds(30));
    private final Judge judge = new Judge(WatchConfig.DEFAULT);
    private final List<Watched> mine = new ArrayList<>();

    private Watched watched() {
        Watched one = new Watched(Instance.builder("u" + mine.size(), "shop").build(), 1);
        mine.add(one);
        return one;
    }

    private void living(int count) {
        for (int i = 0; i < count; i++) {
            watched().add(NOW, NOW, Probe.Finding.REACHED);
        }
    }

    private void failing(int count, long leaseAgeMillis) {
        for (int i = 0; i < count; i++) {
            Watched one = watched();
            one.add(NOW, NOW, Probe.Finding.failed("refused"));
            one.learn(new Signs(leaseAgeMillis, 0, List.of()), NOW, judge);
        }
    }

    @Test
    void whereMostOfTheLivingCannotBeReachedTheWatcherIsCutOff() {
        living(3);
        failing(12, 100);
        assertThat(check.isolated(mine, NOW)).isTrue();
    }

    @Test
    void recordsOfWhomNobodyHasSeenAliveSayNothingOfTheWatcher() {
        living(3);
        failing(12, Signs.NO_LEASE);
        assertThat(check.isolated(mine, NOW)).isFalse();
    }

    @Test
    void leasesThatAllLapseTogetherDo() {
        failing(12, 100);
        mine.forEach(one -> one.learn(new Signs(Signs.NO_LEASE, 0, List.of()), NOW, judge));
        living(3);
        assertThat(check.isolated(mine, NOW)).isTrue();
    }

    @Test
    void aWatcherThatBeginsCutOffKnowsItByTheLeases() {
        failing(12, 100);
        assertThat(check.isolated(mine, NOW)).isTrue();
    }
}
