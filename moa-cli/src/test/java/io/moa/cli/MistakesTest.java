package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.node.quickstart.Greeter;
import io.moa.node.quickstart.SampleProvider;
import io.moa.testkit.RefusingPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What somebody reads who does it wrong: one or two lines that say what is wrong, why, and what to do. */
class MistakesTest {

    private static final String GREET = "greet(java.lang.String)";

    private final SampleProvider provider = SampleProvider.start("sample", null, "127.0.0.1", 0);
    private final String address = "127.0.0.1:" + provider.port();

    @AfterEach
    void stop() {
        provider.close();
    }

    // ---- quickstart

    @Test
    void portInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(failure("quickstart", "--serve", "--port", String.valueOf(taken.getLocalPort())))
                    .isEqualTo("moa: Cannot listen on tcp://127.0.0.1:" + taken.getLocalPort()
                            + ": the address is in use by another process. Choose another port with --port, 0 for a free"
                            + " one, or an address of this host with --host.");
        }
    }

    @Test
    void portThatIsNone() {
        for (String port : new String[] {"70000", "-1", "abc", "9000.5", "99999999999999999999"}) {
            assertThat(mistake("quickstart", "--serve", "--port", port))
                    .startsWith("moa: Invalid value for option '--port'")
                    .contains("'" + port + "' is not a whole number from 0 to 65535")
                    .endsWith("moa: try ./moa quickstart --help");
        }
    }

    @Test
    void hostThatIsNotOfThisComputer() {
        assertThat(failure("quickstart", "--serve", "--host", "198.51.100.1", "--port", "0"))
                .startsWith("moa: No address of this host can be announced for \"198.51.100.1\": ")
                .contains("lo 127.0.0.1 (not 198.51.100.1)")
                .contains("Say an address, a network or an interface of this host");
        assertThat(failure("quickstart", "--serve", "--host", "nowhere.invalid", "--port", "0"))
                .startsWith("moa: \"nowhere.invalid\" is neither an interface of this host, which has ")
                .endsWith("nor a host name that is known here");
    }

    @Test
    void commandOrOptionThatThereIsNot() {
        assertThat(mistake("quickstrat")).contains("quickstrat").contains("Did you mean: moa quickstart");
        assertThat(mistake("call", "--ledgre", address, Greeter.NAME, GREET)).contains("--ledgre", "--ledger");
        assertThat(mistake("quickstart", "now")).contains("now").endsWith("moa: try ./moa quickstart --help");
    }

    // ---- the address of a call

    @Test
    void hostOfUnknownName() {
        assertThat(failure("call", "nowhere.invalid:9000", Greeter.NAME, GREET, "[\"Ada\"]"))
                .isEqualTo("moa: Could not connect to tcp://nowhere.invalid:9000: no host of this name is known here\n"
                        + "moa: UNAVAILABLE, executed: NO. Check ADDRESS and SERVICE, and that the server runs.");
    }

    @Test
    void portWhereNobodyListens() {
        try (RefusingPort nobody = RefusingPort.open()) {
            String closed = "127.0.0.1:" + nobody.port();
            assertThat(failure("call", closed, Greeter.NAME, GREET, "[\"Ada\"]"))
                    .isEqualTo("moa: Could not connect to tcp://" + closed
                            + ": connection refused; no process listens there\n"
                            + "moa: UNAVAILABLE, executed: NO. Check ADDRESS and SERVICE, and that the server runs.");
        }
    }

    @Test
    void unixSocketThatThereIsNot() {
        assertThat(failure("call", "unix:/nowhere/moa.sock", Greeter.NAME, GREET, "[\"Ada\"]"))
                .startsWith("moa: ")
                .contains("unix:/nowhere/moa.sock", "UNAVAILABLE, executed: NO")
                .doesNotContain("failed with error");
    }

    @Test
    void addressThatIsNone() {
        for (String wrong : new String[] {"127.0.0.1", "127.0.0.1:", ":9000", "[::1]"}) {
            assertThat(mistake("call", wrong, Greeter.NAME, GREET, "[\"Ada\"]"))
                    .isEqualTo("moa: ADDRESS: '" + wrong
                            + "' is not host:port, tcp://host:port or unix:/path; such as 127.0.0.1:9000\n"
                            + "moa: try ./moa call --help");
        }
        assertThat(mistake("call", "127.0.0.1:abc", Greeter.NAME, GREET)).contains("is not a number");
        assertThat(mistake("call", "127.0.0.1:70000", Greeter.NAME, GREET)).contains("0 to 65535, not 70000");
        assertThat(mistake("call", "inproc:x", Greeter.NAME, GREET)).contains("inside another process");
    }

    // ---- the arguments of a call

    @Test
    void whatIsMissingIsNamed() {
        assertThat(mistake("call"))
                .isEqualTo(
                        "moa: Missing required parameters: 'ADDRESS', 'SERVICE', 'METHOD'\nmoa: try ./moa call --help");
        assertThat(mistake("call", address, Greeter.NAME)).startsWith("moa: Missing required parameter: 'METHOD'");
    }

    @Test
    void textThatIsNoJson() {
        assertThat(mistake("call", address, Greeter.NAME, GREET, "[Ada]"))
                .isEqualTo("moa: ARGUMENTS is a JSON array, such as '[\"Ada\", 3]': it is not JSON at column 2."
                        + " Did the shell take the quotes away?\nmoa: try ./moa call --help");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "Ada")).contains("it is not JSON at column 1.");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "[\"Ada\",\n oops]"))
                .contains("it is not JSON at line 2, column 2.");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "[\"Ada\"")).contains("it ends too early");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "[\"Ada")).contains("it ends too early");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "[\"Ada\"] 3"))
                .contains("more follows behind the array");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "")).contains("it is empty; write '[]' for none");
        for (String noArray : new String[] {"\"Ada\"", "{\"name\": \"Ada\"}", "3", "null"}) {
            assertThat(mistake("call", address, Greeter.NAME, GREET, noArray))
                    .contains("it is JSON, but not an array; put it in brackets.");
        }
    }

    @Test
    void wrongNumberOfArguments() {
        assertThat(mistake("call", address, Greeter.NAME, GREET))
                .startsWith(
                        "moa: ARGUMENTS has 0 values, and greet(java.lang.String) takes 1; write a JSON array with one"
                                + " value for each parameter.");
        assertThat(mistake("call", address, Greeter.NAME, GREET, "[\"Ada\", 1]"))
                .startsWith("moa: ARGUMENTS has 2 values, and greet(java.lang.String) takes 1;");
        assertThat(mistake("call", address, Greeter.NAME, "greet()", "[1]"))
                .startsWith("moa: ARGUMENTS has 1 value, and greet() takes 0;");
    }

    @Test
    void argumentOfAnotherType() {
        assertThat(failure("call", address, Greeter.NAME, "ponder(java.lang.String,int)", "[\"Ada\", \"long\"]"))
                .contains("argument 1", "int", "INVALID_ARGUMENT, executed: NO. Check ARGUMENTS")
                .doesNotContain("jackson");
    }

    @Test
    void methodThatIsNone() {
        assertThat(mistake("call", address, Greeter.NAME, "greet", "[]"))
                .isEqualTo("moa: METHOD: A method is written name(type,type), not greet\nmoa: try ./moa call --help");
    }

    @Test
    void methodOrServiceThatThereIsNot() {
        assertThat(failure("call", address, Greeter.NAME, "great(java.lang.String)", "[\"Ada\"]"))
                .contains(Greeter.NAME + " has no method great(java.lang.String) here; its methods are ", GREET)
                .endsWith("moa: UNIMPLEMENTED, executed: NO. Check SERVICE and METHOD.");
        assertThat(failure("call", address, "moa.quickstart.Greater", GREET, "[\"Ada\"]"))
                .contains(" does not serve [moa.quickstart.Greater]")
                .endsWith("moa: UNAVAILABLE, executed: NO. Check ADDRESS and SERVICE, and that the server runs.");
        assertThat(mistake("call", address, "a/b/c d", GREET, "[\"Ada\"]")).startsWith("moa: SERVICE: ");
    }

    @Test
    void timeoutThatIsNone() {
        for (String millis : new String[] {"0", "soon", "-5", "2592000001"}) {
            assertThat(mistake("call", "--timeout-millis", millis, address, Greeter.NAME, GREET, "[\"Ada\"]"))
                    .contains("--timeout-millis")
                    .contains("'" + millis + "' is not a whole number from 1 to 2592000000");
        }
    }

    /** What a command that cannot run as written says. */
    private static String mistake(String... args) {
        return said(2, args);
    }

    /** What a command says of which the doing failed. */
    private static String failure(String... args) {
        return said(1, args);
    }

    private static String said(int exitCode, String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        String said = run.err().replace("\r\n", "\n").strip();
        assertThat(said.lines()).hasSizeBetween(1, 2).allMatch(line -> line.startsWith("moa: "));
        assertThat(said).doesNotContain("\tat ", "Exception", "fasterxml", "java.util", "null:", ": null");
        return said;
    }
}
