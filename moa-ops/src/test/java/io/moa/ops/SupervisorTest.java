package io.moa.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is decided, with agents that do as they are told, and time that stands still. */
class SupervisorTest {

    private static final long SECOND = 1_000_000_000;
    private static final AgentReport SERVES = new AgentReport(true, true, 0, 0, 0, 0);
    private static final AgentReport NOT_READY = new AgentReport(true, false, 0, 0, 0, 0);

    /** An agent without a process. */
    private static final class Scripted implements AgentRun {
        final long launch;
        final String version;
        final boolean replaces;
        boolean alive = true;

        @Nullable
        AgentReport report;

        Scripted(long launch, String version, boolean replaces) {
            this.launch = launch;
            this.version = version;
            this.replaces = replaces;
        }

        @Override
        public long launch() {
            return launch;
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public long pid() {
            return 1_000 + launch;
        }

        @Override
        public Instant since() {
            return Instant.EPOCH;
        }

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public @Nullable AgentReport report() {
            return report;
        }

        @Override
        public String ending() {
            return "has ended with exit code 7";
        }

        @Override
        public void end() {
            alive = false;
        }

        @Override
        public void kill() {
            alive = false;
        }
    }

    @TempDir
    Path folder;

    private final List<Scripted> started = new ArrayList<>();
    private final List<Scripted> found = new ArrayList<>();
    private long now = 5 * SECOND;
    private Supervisor supervisor;

    @BeforeEach
    void open() throws IOException {
        supervisor = begin();
    }

    private Supervisor begin() throws IOException {
        AgentLauncher launcher = new AgentLauncher() {
            @Override
            public AgentRun start(long launch, String version, boolean replace) {
                Scripted run = new Scripted(launch, version, replace);
                started.add(run);
                return run;
            }

            @Override
            public List<AgentRun> living() {
                return List.copyOf(found);
            }
        };
        Supervisor made = new Supervisor(
                launcher, new StateFile(folder), 60 * SECOND, () -> now, () -> Instant.EPOCH, line -> {});
        made.adopt();
        return made;
    }

    private Scripted last() {
        return started.get(started.size() - 1);
    }

    private Change newest() {
        return supervisor.state().history().get(0);
    }

    private Scripted runs(String version) throws OpsException {
        supervisor.upgrade("upgrade", version, "me");
        supervisor.tick();
        Scripted run = last();
        run.report = SERVES;
        supervisor.tick();
        supervisor.tick();
        assertThat(newest().outcome()).isEqualTo(Change.DONE);
        return run;
    }

    private void after(long nanos) {
        now += nanos;
        supervisor.tick();
    }

    @Test
    void nothingIsStartedBeforeThereIsAVersion() {
        after(0);
        after(100 * SECOND);
        assertThat(started).isEmpty();
    }

    @Test
    void theFirstVersionReplacesNobody() throws Exception {
        Scripted first = runs("1");
        assertThat(first.replaces).isFalse();
        assertThat(supervisor.state().version()).isEqualTo("1");
        assertThat(supervisor.agent()).isSameAs(first);
    }

    @Test
    void whoDiesIsStartedAgainEverLaterAndSoonAfterAGoodMinute() throws Exception {
        Scripted run = runs("1");
        long[] pauses = {1, 2, 4, 8, 16, 32, 60, 60};
        for (long pause : pauses) {
            run.alive = false;
            int before = started.size();
            after(0);
            after(pause * SECOND - 1);
            assertThat(started).hasSize(before);
            after(1);
            assertThat(started).hasSize(before + 1);
            run = last();
            run.report = SERVES;
        }
        assertThat(supervisor.state().restarts()).isEqualTo(pauses.length);
        assertThat(supervisor.state().failure()).contains("exit code 7");
        after(60 * SECOND);
        run.alive = false;
        int before = started.size();
        after(0);
        after(SECOND);
        assertThat(started).hasSize(before + 1);
        assertThat(last().version).isEqualTo("1");
    }

    @Test
    void anUpgradeIsOverWhenTheOldOneHasEnded() throws Exception {
        Scripted old = runs("1");
        supervisor.upgrade("upgrade", "2", "me");
        after(0);
        assertThat(last().replaces).isTrue();
        assertThat(supervisor.agent()).isSameAs(old);
        after(SECOND);
        last().report = SERVES;
        after(0);
        assertThat(supervisor.state().running()).isNotNull();
        old.alive = false;
        after(0);
        assertThat(newest().outcome()).isEqualTo(Change.DONE);
        assertThat(supervisor.agent()).isSameAs(last());
        assertThat(supervisor.state().version()).isEqualTo("2");
        assertThat(supervisor.state().previous()).isEqualTo("1");
        assertThat(started).hasSize(2);
    }

    @Test
    void anUpgradeWaitsUntilTheAgentCanBeReplaced() throws Exception {
        Scripted old = runs("1");
        old.report = NOT_READY;
        supervisor.upgrade("upgrade", "2", "me");
        after(29 * SECOND);
        assertThat(started).hasSize(1);
        old.report = SERVES;
        after(0);
        assertThat(started).hasSize(2);
    }

    @Test
    void anAgentThatCannotBeReplacedGoesOn() throws Exception {
        Scripted old = runs("1");
        old.report = NOT_READY;
        supervisor.upgrade("upgrade", "2", "me");
        after(31 * SECOND);
        assertThat(newest().outcome()).isEqualTo(Change.FAILED);
        assertThat(newest().told()).contains("does not stand ready", "Version 1 runs on");
        assertThat(started).hasSize(1);
    }

    @Test
    void aVersionThatEndsOrHangsLeavesTheOldOne() throws Exception {
        Scripted old = runs("1");
        supervisor.upgrade("upgrade", "2", "me");
        after(0);
        last().alive = false;
        after(0);
        assertThat(newest().told()).contains("exit code 7", "Version 1 runs on");
        supervisor.upgrade("upgrade", "3", "me");
        after(0);
        after(61 * SECOND);
        assertThat(last().alive).isFalse();
        assertThat(newest().told()).contains("did not take over within 60 s", "Version 1 runs on");
        assertThat(supervisor.agent()).isSameAs(old);
        assertThat(supervisor.state().version()).isEqualTo("1");
        assertThat(supervisor.state().restarts()).isZero();
    }

    @Test
    void ifBothDieTheOldVersionIsStartedAgain() throws Exception {
        Scripted old = runs("1");
        supervisor.upgrade("upgrade", "2", "me");
        after(0);
        old.alive = false;
        last().alive = false;
        after(0);
        assertThat(newest().told()).contains("No agent runs now");
        after(0);
        after(SECOND);
        assertThat(last().version).isEqualTo("1");
        assertThat(last().replaces).isFalse();
    }

    @Test
    void oneChangeAtATime() throws Exception {
        runs("1");
        supervisor.upgrade("upgrade", "2", "me");
        assertThatThrownBy(() -> supervisor.upgrade("upgrade", "3", "you"))
                .isInstanceOfSatisfying(
                        OpsException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessageContaining("upgrade 2 by me");
    }

    @Test
    void anAgentThatLivesIsFoundAndNoSecondOneIsStarted() throws Exception {
        Scripted run = runs("1");
        found.add(run);
        supervisor = begin();
        after(100 * SECOND);
        assertThat(started).hasSize(1);
        assertThat(supervisor.agent()).isSameAs(run);
        assertThat(supervisor.state().version()).isEqualTo("1");
    }

    @Test
    void anUpgradeThatWasInterruptedGoesOn() throws Exception {
        Scripted old = runs("1");
        supervisor.upgrade("upgrade", "2", "me");
        after(0);
        found.addAll(List.of(old, last()));
        supervisor = begin();
        assertThat(supervisor.agent()).isSameAs(old);
        last().report = SERVES;
        old.alive = false;
        after(0);
        assertThat(newest().outcome()).isEqualTo(Change.DONE);
        assertThat(supervisor.state().version()).isEqualTo("2");
    }

    @Test
    void anUpgradeThatIsOverMeanwhileIsSeenAndOneThatFailedToo() throws Exception {
        runs("1");
        supervisor.upgrade("upgrade", "2", "me");
        after(0);
        last().report = SERVES;
        found.add(last());
        supervisor = begin();
        assertThat(newest().outcome()).isEqualTo(Change.DONE);
        assertThat(supervisor.state().version()).isEqualTo("2");
        supervisor.upgrade("upgrade", "3", "me");
        after(0);
        supervisor = begin();
        assertThat(newest().outcome()).isEqualTo(Change.FAILED);
        assertThat(newest().told()).contains("was killed meanwhile");
        assertThat(supervisor.state().version()).isEqualTo("2");
    }

    @Test
    void theHistoryIsBounded() throws Exception {
        for (int i = 0; i < OpsState.HISTORY + 10; i++) {
            Change change = supervisor.begin("install", "v" + i, "me");
            supervisor.end(change, true, "there");
        }
        supervisor = begin();
        assertThat(supervisor.state().history()).hasSize(OpsState.HISTORY);
        assertThat(newest().version()).isEqualTo("v" + (OpsState.HISTORY + 9));
        assertThat(newest().number()).isEqualTo(OpsState.HISTORY + 10);
    }

    @Test
    void aStateThatCannotBeReadSaysWhatToDo() throws Exception {
        java.nio.file.Files.writeString(folder.resolve("state.json"), "{\"format\":1,\"history\":");
        assertThatThrownBy(this::begin).hasMessageContaining("Move it away to begin anew");
    }
}
