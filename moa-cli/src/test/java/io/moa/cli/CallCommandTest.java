package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.node.quickstart.Greeter;
import io.moa.node.quickstart.SampleProvider;
import io.moa.testkit.RefusingPort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallCommandTest {

    private final SampleProvider provider = SampleProvider.start("sample", null, "127.0.0.1", 0);
    private final String address = "127.0.0.1:" + provider.port();

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    void printsTheResultAsJson() {
        CommandRun call = CommandRun.of(
                "call", "--timeout-millis", "60000", address, Greeter.NAME, "greet(java.lang.String)", "[\"Ada\"]");
        assertThat(call.err()).isEmpty();
        assertThat(call.out().strip()).isEqualTo("{\"text\":\"Hello, Ada\",\"by\":\"sample\"}");
        assertThat(call.exitCode()).isZero();
    }

    @Test
    void saysWhereTheTimeWentIfAsked() {
        CommandRun call = CommandRun.of(
                "call", "--ledger", address, Greeter.NAME, "ponder(java.lang.String,int)", "[\"Ada\", 30]");
        assertThat(call.exitCode()).isZero();
        assertThat(call.err()).contains("connect wait ", "execute ");
    }

    @Test
    void aCallThatTakesTooLongSaysWhichPhaseIsToBlame() {
        CommandRun call = CommandRun.of(
                "call",
                "--timeout-millis",
                "4000",
                address,
                Greeter.NAME,
                "ponder(java.lang.String,int)",
                "[\"Ada\", 5000]");
        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.out()).isEmpty();
        assertThat(call.err()).contains("went to execute", "DEADLINE_EXCEEDED, executed: ");
    }

    @Test
    void aBusinessExceptionIsNamed() {
        CommandRun call = CommandRun.of("call", address, Greeter.NAME, "ponder(java.lang.String,int)", "[\"Ada\", -1]");
        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err()).contains("IllegalArgumentException", "A greeter ponders 0 to 10000 ms, not -1");
    }

    @Test
    void anUnknownMethodSaysWhichThereAre() {
        CommandRun call = CommandRun.of("call", address, Greeter.NAME, "greet(int)", "[1]");
        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err()).contains("greet(java.lang.String)");
    }

    @Test
    void wrongArgumentsAreAMistakeOfTheCaller() {
        assertThat(CommandRun.of("call", address, Greeter.NAME, "greet(java.lang.String)", "Ada"))
                .satisfies(call -> assertThat(call.exitCode()).isEqualTo(2))
                .satisfies(call -> assertThat(call.err()).contains("ARGUMENTS is a JSON array"));
        assertThat(CommandRun.of("call", address, Greeter.NAME, "greet(java.lang.String)", "[]"))
                .satisfies(call -> assertThat(call.exitCode()).isEqualTo(2))
                .satisfies(call -> assertThat(call.err()).contains("ARGUMENTS has 0 values"));
        assertThat(CommandRun.of("call", "nowhere", Greeter.NAME, "greet()"))
                .satisfies(call -> assertThat(call.exitCode()).isEqualTo(2))
                .satisfies(call -> assertThat(call.err()).contains("ADDRESS: "));
        assertThat(CommandRun.of("call", address, Greeter.NAME, "greet"))
                .satisfies(call -> assertThat(call.exitCode()).isEqualTo(2))
                .satisfies(call -> assertThat(call.err()).contains("METHOD: A method is written name(type,type)"));
    }

    @Test
    void whereNobodyListensTheCallFailsAsNotRun() {
        try (RefusingPort nobody = RefusingPort.open()) {
            CommandRun call = CommandRun.of(
                    "call", "127.0.0.1:" + nobody.port(), Greeter.NAME, "greet(java.lang.String)", "[\"Ada\"]");
            assertThat(call.exitCode()).isEqualTo(1);
            assertThat(call.err()).contains("UNAVAILABLE, executed: NO");
        }
    }
}
