package io.moa.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where a roll-out goes and where it stops, with instances that do as they are told. */
class RolloutTest {

    /** An instance without a process. */
    private static final class Scripted implements InstanceDoor {
        volatile String version = "1";
        volatile String previous = "1";
        volatile long calls = 1_000;
        volatile long failed;
        volatile long restarts;
        volatile boolean serving = true;
        volatile boolean has2 = true;
        volatile @Nullable String refuses;
        final List<String> done = new ArrayList<>();

        @Override
        public JsonNode status() {
            ObjectNode all = Json.MAPPER.createObjectNode();
            boolean upgraded = version.equals("2");
            all.put("version", version).put("restarts", upgraded ? restarts : 0);
            all.putObject("agent")
                    .put("alive", true)
                    .put("version", version)
                    .put("serving", serving)
                    .put("silentMillis", 10)
                    .put("calls", calls)
                    .put("failed", upgraded ? failed : 0);
            all.putNull("change");
            if (has2) {
                all.putArray("versions").addObject().put("name", "2");
            }
            return all;
        }

        @Override
        public synchronized String install(String installed, String from, String sha256, String by) {
            done.add("install " + installed);
            has2 = true;
            return "";
        }

        @Override
        public synchronized String upgrade(String to, boolean again, String by) throws OpsException {
            String why = refuses;
            if (why != null) {
                throw new OpsException(422, why);
            }
            done.add("upgrade");
            previous = version;
            version = to;
            return "";
        }

        @Override
        public synchronized String rollback(String by) {
            done.add("rollback");
            version = previous;
            return "it runs";
        }
    }

    private final List<Scripted> scripted = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private long passed;

    private boolean run(RolloutPlan plan, int instances) throws InterruptedException {
        List<Rollout.Instance> all = new ArrayList<>();
        while (scripted.size() < instances) {
            scripted.add(new Scripted());
        }
        for (int i = 0; i < instances; i++) {
            all.add(new Rollout.Instance("i" + i, scripted.get(i)));
        }
        return new Rollout(plan, all, told::add, millis -> passed += millis).run();
    }

    private static RolloutPlan plan(boolean back, boolean dry, @Nullable String from, String... batches) {
        return new RolloutPlan(
                "2",
                from,
                from == null ? null : "0".repeat(64),
                List.of(batches),
                Duration.ofSeconds(3),
                0.01,
                100,
                0,
                back,
                dry,
                "me");
    }

    private List<String> versions() {
        return scripted.stream().map(each -> each.version).toList();
    }

    @Test
    void sizesGrowAndTheLastIsRepeated() {
        assertThat(plan(false, false, null, "1", "10%", "50%").sizes(25)).containsExactly(1, 3, 13, 8);
        assertThat(plan(false, false, null, "1", "10%", "50%").sizes(6)).containsExactly(1, 1, 3, 1);
        assertThat(plan(false, false, null, "100%").sizes(3)).containsExactly(3);
        assertThat(plan(false, false, null, "5").sizes(0)).isEmpty();
        assertThatThrownBy(() -> plan(false, false, null, "0")).hasMessageContaining("not 0");
        assertThatThrownBy(() -> plan(false, false, null, "101%")).hasMessageContaining("not 101%");
    }

    @Test
    void allAreUpgradedInBatchesWithAPauseAfterEach() throws Exception {
        assertThat(run(plan(false, false, null, "1", "50%"), 6)).isTrue();
        assertThat(versions()).containsOnly("2");
        assertThat(passed).isEqualTo(9_000);
        assertThat(told).last().isEqualTo("Done: 6 of 6 upgraded to 2, 0 ran it before");
    }

    @Test
    void tooManyFailuresStopIt() throws Exception {
        run(plan(false, true, null, "1"), 6);
        scripted.get(2).failed = 11;
        assertThat(run(plan(false, false, null, "1", "2", "3"), 6)).isFalse();
        assertThat(versions()).containsExactly("2", "2", "2", "1", "1", "1");
        assertThat(told).anySatisfy(line -> assertThat(line).contains("stopped", "i2: 1.10 % of 1000 calls failed"));
        assertThat(told).last().asString().contains("3 of 6 were upgraded and stay so");
    }

    @Test
    void asManyFailuresAsAreAllowedDoNotAndFewCallsAreNotJudged() throws Exception {
        run(plan(false, true, null, "1"), 2);
        scripted.get(0).failed = 10;
        scripted.get(1).calls = 99;
        scripted.get(1).failed = 10;
        assertThat(run(plan(false, false, null, "1"), 1)).isTrue();
        scripted.get(0).failed = 0;
        assertThat(run(plan(false, false, null, "1"), 2)).isTrue();
    }

    @Test
    void anAgentThatDiedStopsItAndOneThatWasUpgradedBeforeIsLookedAtToo() throws Exception {
        run(plan(false, true, null, "1"), 3);
        Scripted first = scripted.get(0);
        List<Rollout.Instance> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(new Rollout.Instance("i" + i, scripted.get(i)));
        }
        Rollout rollout = new Rollout(plan(false, false, null, "1"), all, told::add, millis -> {
            passed += millis;
            first.restarts = passed > 4_000 ? 1 : 0; // while the second batch is looked at
        });
        assertThat(rollout.run()).isFalse();
        assertThat(versions()).containsExactly("2", "2", "1");
        assertThat(told).anySatisfy(line -> assertThat(line).contains("i0: its agent died 1 times since"));
    }

    @Test
    void whoIsNotUpgradedStopsItAndTheOthersGoBackIfThatIsSaid() throws Exception {
        run(plan(false, true, null, "1"), 4);
        scripted.get(2).refuses = "process 7 has ended";
        assertThat(run(plan(true, false, null, "2"), 4)).isFalse();
        assertThat(versions()).containsExactly("1", "1", "1", "1");
        assertThat(scripted.get(3).done).isEqualTo(List.of("upgrade", "rollback"));
        assertThat(told).anySatisfy(line -> assertThat(line).contains("i2 was not upgraded: process 7 has ended"));
    }

    @Test
    void runAgainItPassesOverThoseThatRunIt() throws Exception {
        run(plan(false, true, null, "1"), 3);
        scripted.get(0).version = "2";
        assertThat(run(plan(false, false, null, "1"), 3)).isTrue();
        assertThat(scripted.get(0).done).isEmpty();
        assertThat(told).last().isEqualTo("Done: 2 of 3 upgraded to 2, 1 ran it before");
    }

    @Test
    void aDryRunDoesNothing() throws Exception {
        assertThat(run(plan(false, true, null, "1", "50%"), 4)).isTrue();
        assertThat(scripted).allSatisfy(each -> assertThat(each.done).isEmpty());
        assertThat(told)
                .contains("Batch 1 of 3 would be i0")
                .last()
                .isEqualTo("Nothing was done: 4 of 4 would be upgraded");
    }

    @Test
    void whoDoesNotHaveItGetsItOrNothingBegins() throws Exception {
        run(plan(false, true, null, "1"), 2);
        scripted.get(1).has2 = false;
        told.clear();
        assertThat(run(plan(false, false, null, "1"), 2)).isFalse();
        assertThat(told).containsExactly("Nothing was done: 2 is not installed at i1, and no --from says where it is");
        assertThat(run(plan(false, false, "file:///x", "1"), 2)).isTrue();
        assertThat(scripted.get(1).done).isEqualTo(List.of("install 2", "upgrade"));
    }
}
