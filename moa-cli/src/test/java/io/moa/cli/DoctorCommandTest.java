package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.moa.registry.embedded.EmbeddedRegistry;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {

    @Test
    void aHostAndARealRegistryAreLookedAt() {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            String url = RealRedis.of(embedded).url();
            CommandRun run = CommandRun.of("doctor", "--registry", url, "--pings", "10");
            assertThat(run.exitCode()).as(run.out()).isLessThan(2);
            assertThat(run.out().lines().filter(line -> line.matches("(ok|warn|fail) .*")))
                    .extracting(line -> line.substring(6).split("  ")[0])
                    .containsExactly(
                            "network",
                            "address",
                            "transport",
                            "host id",
                            "open files",
                            "snapshots",
                            "registry",
                            "latency",
                            "clocks",
                            "memory",
                            "connections",
                            "keys",
                            "rights",
                            "clock");
            assertThat(run.out())
                    .contains("10 pings: p50 ")
                    .contains("this user may do what a process does")
                    .doesNotContain(url.substring("redis://:".length(), url.indexOf('@')));
        }
    }

    @Test
    void aRegistryThatIsAwayIsAFailureAndTheRestIsToldAllTheSame() {
        CommandRun run = CommandRun.of("doctor", "--registry", "redis://:secret@127.0.0.1:1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out())
                .contains("fail  registry")
                .contains("redis://127.0.0.1:1 does not answer")
                .contains("do:  check the address")
                .contains("open files")
                .doesNotContain("secret");
    }

    @Test
    void withoutARegistryTheHostIsLookedAt() {
        assumeThat(System.getenv("MOA_REGISTRY")).isNull();
        CommandRun run = CommandRun.of("doctor");
        assertThat(run.exitCode()).isLessThan(2);
        assertThat(run.out()).contains("none was looked at");
        assertThat(CommandRun.of("doctor", "--pings", "0").err()).contains("N is a whole number from 1 to 10000");
    }
}
