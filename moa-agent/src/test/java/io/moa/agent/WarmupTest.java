package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that an agent makes to itself before it takes another one's place. */
class WarmupTest {

    private static final String ZONE = "moa.client.zone";

    @AfterEach
    void forget() {
        System.clearProperty(ZONE);
    }

    /** Agents refuse methods of processes with other labels, and this one speaks to itself. */
    @Test
    void anAgentMakesThemAlsoWhereTheReleaseSaysInWhichZoneItIs(@TempDir Path folder) {
        System.setProperty(ZONE, "north");
        try (Moa moa = Moa.builder("web").eventLoops(1).build()) {
            assertThat(new Warmup(moa, folder).run(10, Duration.ofMinutes(1))).isPositive();
        }
    }
}
