package io.moa.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An SDK that does what one has to passes, and one that does not is seen. */
class ConformanceRunTest {

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    private boolean run(String... arguments) {
        return ConformanceRun.run(
                List.of(arguments), Duration.ofSeconds(120), new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    private String[] driver(String fault) {
        return new String[] {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            ReferenceDriver.class.getName(),
            fault
        };
    }

    private String told() {
        return told.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anSdkThatDoesAllPasses() {
        assertThat(run(driver(""))).as(this::told).isTrue();
        assertThat(told())
                .contains("Driver: the reference")
                .contains("ok    calls: arguments by name")
                .contains("ok    exact: whole numbers of 64 bits")
                .contains("ok    failover: a call that may have run is not sent again")
                .contains(", 0 failed")
                .doesNotContain("FAIL");
    }

    @Test
    void anSdkThatRepeatsWhatMayHaveRunDoesNot() {
        assertThat(run(driver("repeats"))).as(this::told).isFalse();
        assertThat(told())
                .contains("FAIL  failover: a call that may have run is not sent again")
                .contains("were sent twice");
    }

    @Test
    void aDriverThatSaysNothingOfUseIsTold() {
        assertThatThrownBy(() -> run("/bin/echo", "hello"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() -> run("/nowhere/driver"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be started");
        assertThatThrownBy(() -> run("/bin/true"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
    }
}
