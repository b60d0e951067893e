package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MoaCommandTest {

    @Test
    void helpNamesTheCommands() {
        CommandRun help = CommandRun.of("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("quickstart", "call", "Begin with: ./moa quickstart");
        assertThat(CommandRun.of().out()).isEqualTo(help.out());
    }

    @Test
    void eachCommandExplainsItself() {
        assertThat(CommandRun.of("quickstart", "--help").out()).contains("--serve", "--port", "default 9000");
        assertThat(CommandRun.of("call", "--help").out()).contains("ADDRESS", "JSON array", "--timeout-millis");
    }

    @Test
    void versionSaysWhatRuns() {
        CommandRun version = CommandRun.of("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("moa ").contains("Java " + Runtime.version());
    }

    @Test
    void anUnknownCommandIsAMistakeOfTheCaller() {
        CommandRun wrong = CommandRun.of("quickstrat");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("quickstrat").contains("quickstart");
    }

    @Test
    void aPortWithoutServingIsAMistakeOfTheCaller() {
        CommandRun wrong = CommandRun.of("quickstart", "--port", "9000");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--serve");
    }
}
