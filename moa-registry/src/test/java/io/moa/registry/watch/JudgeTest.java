package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JudgeTest {

    private static final long MILLI = 1_000_000;

    private final Judge judge = new Judge(WatchConfig.DEFAULT);
    private final Watched seen = new Watched(Instance.builder("u", "shop").build(), 1);
    private long now = Duration.ofHours(1).toNanos();

    private void fails(Probe.Finding finding) {
        for (int i = 0; i < WatchConfig.DEFAULT.failures(); i++) {
            seen.add(now, now + MILLI, finding);
        }
    }

    private void signs(long leaseAgeMillis, long heartbeatMillis) {
        seen.learn(new Signs(leaseAgeMillis, heartbeatMillis, List.of()), now, judge);
    }

    private void another(boolean reached) {
        seen.answers.put("w2", new Watched.Answered(new Letter.Answer("w2", "w1", "u", reached, "said"), now));
    }

    private Change decided() {
        Judge.Decision decision = judge.decide(seen, now);
        assertThat(decision).isNotNull();
        return decision.change();
    }

    @Test
    void aLeaseLapsesWhenTwoOfItsOwnHeartbeatsHaveNotCome() {
        fails(Probe.Finding.failed("refused"));
        signs(6_900, 3_000);
        assertThat(decided()).isEqualTo(Change.SUSPECT);
        signs(7_000, 3_000);
        assertThat(decided()).isEqualTo(Change.REMOVE);
        signs(7_000, 0);
        assertThat(decided()).as("who does not say").isEqualTo(Change.REMOVE);
        signs(23_000, 10_000);
        assertThat(decided()).as("a slow heart").isEqualTo(Change.SUSPECT);
        signs(23_400, 10_000);
        assertThat(decided()).isEqualTo(Change.REMOVE);
    }

    @Test
    void aLeaseThatIsGoneMayYetBeWrittenAgainByASlowHeart() {
        fails(Probe.Finding.failed("refused"));
        signs(100, 10_000);
        signs(Signs.NO_LEASE, 0);
        now += Duration.ofSeconds(13).toNanos();
        signs(Signs.NO_LEASE, 0);
        assertThat(decided()).isEqualTo(Change.SUSPECT);
        now += Duration.ofSeconds(1).toNanos();
        signs(Signs.NO_LEASE, 0);
        assertThat(decided()).isEqualTo(Change.REMOVE);
    }

    @Test
    void whomAnotherWatcherReachesIsNotRemovedThoughItsLeaseHasLapsed() {
        fails(Probe.Finding.failed("refused"));
        signs(9_000, 3_000);
        another(true);
        assertThat(decided()).isEqualTo(Change.SUSPECT);
        another(false);
        assertThat(decided()).isEqualTo(Change.REMOVE);
    }

    @Test
    void aNameThatLeadsNowhereIsNoReasonToRemoveWhoseLeaseLives() {
        fails(Probe.Finding.nameless("no host of this name is known here"));
        now += Duration.ofSeconds(11).toNanos();
        signs(500, 3_000);
        another(false);
        assertThat(decided()).isEqualTo(Change.SUSPECT);
        fails(Probe.Finding.failed("refused"));
        assertThat(decided()).isEqualTo(Change.REMOVE);
    }

    @Test
    void whoseLeaseHasLapsedIsRemovedThoughNobodyKnowsItsName() {
        fails(Probe.Finding.nameless("no host of this name is known here"));
        signs(9_000, 3_000);
        assertThat(decided()).isEqualTo(Change.REMOVE);
    }
}
