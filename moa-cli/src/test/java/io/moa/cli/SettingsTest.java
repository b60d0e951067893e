package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.moa.invoke.Ticker;
import io.moa.node.lookup.LookupProcess;
import io.moa.node.quickstart.SampleProvider;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings of the process against what a command was told. */
class SettingsTest {

    @BeforeEach
    void say() {
        System.setProperty("moa.server.port", "1");
        System.setProperty("moa.server.health", "nonsense");
    }

    @AfterEach
    void unsay() {
        System.clearProperty("moa.server.port");
        System.clearProperty("moa.server.health");
    }

    @Test
    void theSampleHeedsNone() {
        try (SampleProvider sample = SampleProvider.start("sample", null, "127.0.0.1", 0)) {
            assertThat(sample.port()).isGreaterThan(1);
        }
    }

    @Test
    void anOptionOfTheLookupStandsAboveThem() {
        System.setProperty("moa.server.health", "0");
        try (MemoryRegistry registry = new MemoryRegistry(new MemoryRegistryStore(), Ticker.system());
                LookupProcess lookup = LookupProcess.builder(registry).port(0).start()) {
            assertThat(lookup.port()).isGreaterThan(1);
        }
    }

    @Test
    void allAddressesWithoutOneToTellIsAMistakeThatNamesTheOption() {
        CommandRun run = CommandRun.of("lookup", "--registry", "redis://127.0.0.1:1", "--host", "0.0.0.0");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--advertise auto");
    }

    @Test
    void ofSeveralRegistriesTheOneRedisIsMeantOrItIsAsked() {
        String one = "home/0/register=redis://:secret@one:6379 found=moa-lookup://two:9100";
        assertThat(RegistryOption.chosen(null, one)).isEqualTo("redis://:secret@one:6379");
        String two = "old=redis://:secret@one:6379 new/1/follow=redis://two:6379";
        assertThatThrownBy(() -> RegistryOption.chosen(null, two))
                .hasMessageContaining("old, new")
                .hasMessageNotContaining("secret");
        assertThat(RegistryOption.chosen("new", two)).isEqualTo("redis://two:6379");
        assertThat(RegistryOption.chosen("redis://three", two)).isEqualTo("redis://three");
        assertThat(RegistryOption.chosen(null, "redis://one")).isEqualTo("redis://one");
    }

    @Test
    void aPasswordInTheWrongPlaceIsNotToldBack() {
        CommandRun run = CommandRun.of("--registry", "redis://:secret@two", "ls");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).doesNotContain("secret");
        assertThat(MoaCommand.withoutLogin("'redis://ada:se/cret@two:1'")).doesNotContain("cret");
    }

    @Test
    void aRedisToTryThingsWith() {
        CommandRun run = CommandRun.of("redis", "--port", "0", "--for-millis", "1");
        if (!RealRedis.isPromised()) {
            assumeThat(run.err()).doesNotContain("No Redis can be started");
        }
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("export MOA_REGISTRY='redis://:", "@127.0.0.1:");
    }
}
