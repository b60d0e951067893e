package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UnreachablesTest {

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final List<Registry.Unreachable> told = new ArrayList<>();
    private int connected = 9;
    private final Unreachables unreachables = new Unreachables(
            ticker, scheduler, Duration.ofSeconds(4).toNanos(), () -> connected, this::probe, told::addAll);

    /** What a probe finds; null for none. */
    private @Nullable Boolean there;

    private int probes;

    private void probe(Instance instance, Prober.Answer answer) {
        probes++;
        if (there == null) {
            answer.postponed();
        } else {
            answer.probed(there, there ? "there" : "probe failed");
        }
    }

    private static Instance instance(String uuid) {
        return Instance.builder(uuid, "shop")
                .addresses(List.of(new Address.InProcess(uuid)))
                .build();
    }

    /** Fails once a second. */
    private void fails(String uuid, int seconds) {
        for (int i = 0; i < seconds; i++) {
            unreachables.failed(instance(uuid), "refused");
            scheduler.advance(Duration.ofSeconds(1));
        }
    }

    private List<String> uuids() {
        return told.stream().map(Registry.Unreachable::uuid).toList();
    }

    @Test
    void complainsOfOneThatFailsForSomeTimeAndAgainLater() {
        fails("a", 3);
        assertThat(told).isEmpty();
        fails("a", 2);
        assertThat(told).containsExactly(new Registry.Unreachable("a", "refused"));
        fails("a", 8);
        assertThat(told).hasSize(1);
        fails("a", 3);
        assertThat(told).hasSize(2);
    }

    @Test
    void whoIsNotCalledAnyMoreIsProbedForAWhile() {
        there = false;
        unreachables.failed(instance("a"), "refused");
        scheduler.advance(Duration.ofSeconds(40));
        assertThat(told).hasSize(3).allSatisfy(each -> assertThat(each.reason()).isEqualTo("probe failed"));
        assertThat(probes).isBetween(12, 15);
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void whoAnswersAProbeIsNotComplainedOf() {
        there = true;
        fails("a", 1);
        scheduler.advance(Duration.ofSeconds(40));
        assertThat(told).isEmpty();
        assertThat(probes).isEqualTo(1);
    }

    @Test
    void oneFailureIsNoComplaint() {
        unreachables.failed(instance("a"), "refused");
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(told).isEmpty();
        assertThat(scheduler.pending()).as("nothing more is looked at").isZero();
    }

    @Test
    void whoIsReachedOrLeftIsNotComplainedOf() {
        fails("a", 2);
        fails("b", 1);
        unreachables.reached("a");
        unreachables.left("b");
        scheduler.advance(Duration.ofSeconds(20));
        assertThat(told).isEmpty();
    }

    @Test
    void aStrangerAtTheAddressIsCertain() {
        unreachables.stranger(instance("a"), "another process answers");
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(uuids()).containsExactly("a");
    }

    @Test
    void whoReachesLessThanHeDoesNotIsCutOffAndSaysNothingForAWhile() {
        connected = 1;
        for (int i = 0; i < 10; i++) {
            unreachables.failed(instance("a"), "refused");
            unreachables.failed(instance("b"), "refused");
            scheduler.advance(Duration.ofSeconds(1));
        }
        assertThat(told).isEmpty();
        connected = 9;
        fails("a", (int) Unreachables.ISOLATION_HOLD.toSeconds() - 1);
        assertThat(told).isEmpty();
        fails("a", 6);
        assertThat(uuids()).containsExactly("a");
    }

    @Test
    void whatWasSeenWhileTheProcessStoodStillDoesNotCount() {
        fails("a", 3);
        ticker.advance(Duration.ofSeconds(10)); // the tasks come late, all at once
        scheduler.runDue();
        assertThat(told).isEmpty();
        fails("a", 3);
        assertThat(told).isEmpty();
        fails("a", 3);
        assertThat(uuids()).containsExactly("a");
    }

    @Test
    void itIsBounded() {
        connected = 1_000_000;
        for (int k = 0; k < 6; k++) {
            for (int i = 0; i < 3_000; i++) {
                unreachables.failed(instance("i" + i), "refused");
            }
            scheduler.advance(Duration.ofSeconds(1));
        }
        assertThat(told.size()).isPositive().isLessThanOrEqualTo(3 * Registry.MAX_COMPLAINTS);
        for (int k = 0; k < 8; k++) {
            scheduler.advance(Duration.ofSeconds(1));
        }
        assertThat(uuids().stream().distinct()).hasSize(Unreachables.MAX_INSTANCES);
    }

    @Test
    void addressesWithoutAnIdentityAreNotComplainedOf() {
        for (int i = 0; i < 10; i++) {
            unreachables.failed(
                    Instance.builder("tcp://h:1", Instance.ANY_APPLICATION).build(), "refused");
            scheduler.advance(Duration.ofSeconds(1));
        }
        assertThat(told).isEmpty();
    }
}
