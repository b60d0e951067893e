package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands that look at a registry and change it, over a real Redis. */
class RegistryCommandsTest {

    private static final String SERVICE = "shop.Orders";
    private static final String FIRST = "aaaa1111-0000-0000-0000-000000000001";
    private static final String SECOND = "aaaa2222-0000-0000-0000-000000000002";

    private static final String CRASHED = "bbbb3333-0000-0000-0000-000000000003";

    @AutoClose
    private static final EmbeddedRegistry embedded = EmbeddedRegistry.start();

    private static String url;

    @BeforeAll
    static void start() throws Exception {
        url = RealRedis.of(embedded).url();
        for (Registry.Registration registration : List.of(
                embedded.registry().register(instance(FIRST, 7001)),
                embedded.registry().register(instance(SECOND, 7002)))) {
            registration.registered().get(30, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void nothingDecided() {
        for (String uuid : List.of(FIRST, SECOND)) {
            assertThat(run("online", uuid).exitCode()).isZero();
            assertThat(run("weight", uuid, "own").exitCode()).isZero();
            assertThat(run("tag", uuid, "--own").exitCode()).isZero();
        }
    }

    private static Instance instance(String uuid, int port) {
        return Instance.builder(uuid, "shop")
                .addresses(List.of(new Address.Tcp("10.0.0.1", port)))
                .exports(List.of(new ServiceExport(ServiceId.of(SERVICE), Set.of("hessian"), "")))
                .label(Instance.ZONE, "east")
                .metadata("note", "a\u001b[31mred\nline")
                .build();
    }

    private static CommandRun run(String command, String... arguments) {
        return CommandRun.at(url, command, arguments);
    }

    @Test
    void servicesAreListed() {
        CommandRun ls = run("ls");
        assertThat(ls.exitCode()).isZero();
        // Another test's lookup may have left its service in the list, which makes the first column wider.
        assertThat(ls.out().lines().toList().get(0)).matches("SERVICE +REGISTERED  USABLE  BAD");
        assertThat(ls.out().lines()).anyMatch(line -> line.matches("shop\\.Orders +2 +2 +0"));
    }

    @Test
    void theProcessesOfAServiceAreListed() {
        CommandRun ls = run("ls", SERVICE);
        assertThat(ls.exitCode()).isZero();
        assertThat(ls.out().lines().skip(1).toList())
                .containsExactly(
                        FIRST + "  shop         tcp://10.0.0.1:7001  100     zone=east  usable",
                        SECOND + "  shop         tcp://10.0.0.1:7002  100     zone=east  usable");
    }

    @Test
    void aServiceThatNobodyOffersIsSaidToBeSo() {
        CommandRun ls = run("ls", "shop.Nothing");
        assertThat(ls.exitCode()).isEqualTo(1);
        assertThat(ls.err()).contains("nobody offers shop.Nothing").doesNotContain(password());
    }

    @Test
    void aDecisionIsSeenAndTakenBack() {
        assertThat(run("offline", "aaaa1", "--author", "ada").out())
                .contains("not used, offline by an operator")
                .contains("decided: offline");
        assertThat(run("ls").out().lines()).anyMatch(line -> line.matches("shop\\.Orders +2 +1 +0"));
        assertThat(run("weight", "10.0.0.1:7001", "30").out()).contains("decided: offline, weight 30");
        assertThat(run("tag", FIRST, "blue").out()).contains("decided: offline, weight 30, tag blue");
        assertThat(run("ls", SERVICE).out()).contains("30 (set)").contains("tag=blue (set)");
        assertThat(run("online", FIRST).out()).contains("usable").contains("decided: weight 30, tag blue");
    }

    @Test
    void whyTellsEverythingAndNothingMovesTheCursor() {
        CommandRun why = run("why", SECOND);
        assertThat(why.exitCode()).isZero();
        assertThat(why.out())
                .contains(SECOND + ": usable")
                .contains("application  shop")
                .contains("offers       shop.Orders in [hessian]")
                .contains("evidence     none: no watcher has ever marked it")
                .contains("{note=a?[31mred?line}")
                .doesNotContain("\u001b");
    }

    @Test
    void aNameThatFitsTwoProcessesIsAsked() {
        CommandRun why = run("why", "aaaa");
        assertThat(why.exitCode()).isEqualTo(1);
        assertThat(why.err())
                .contains("aaaa may be any of 2 processes")
                .contains(FIRST)
                .contains(SECOND);
    }

    @Test
    void aKeyOfAnotherTypeIsARowAndStopsNothing() throws Exception {
        String other = url + "?prefix=wrongtype";
        redis("SET", "{wrongtype}:s:str.Svc", "x");
        redis("HSET", "{wrongtype}:services", "str.Svc", "");
        CommandRun ls = CommandRun.at(other, "ls");
        assertThat(ls.exitCode()).as(ls.err()).isZero();
        assertThat(ls.out()).contains("str.Svc").contains("WRONGTYPE");
        assertThat(CommandRun.at(other, "why", "10.0.0.1:7001").err()).contains("The registry knows no process");
        assertThat(CommandRun.at(other, "ls", "str.Svc").err()).contains("WRONGTYPE");
    }

    @Test
    void ofTwoAtAnAddressTheOneWithALeaseIsMeant() throws Exception {
        redis("HSET", "{moa}:p", CRASHED, redis("HGET", "{moa}:p", FIRST).replace(FIRST, CRASHED));
        redis("HSET", "{moa}:s:" + SERVICE, CRASHED, "");
        try {
            CommandRun why = run("why", "10.0.0.1:7001");
            assertThat(why.exitCode()).as(why.err()).isZero();
            assertThat(why.out()).startsWith(FIRST);
            assertThat(why.err()).contains(CRASHED);
        } finally {
            redis("HDEL", "{moa}:p", CRASHED);
            redis("HDEL", "{moa}:s:" + SERVICE, CRASHED);
        }
    }

    @Test
    void aNameThatFitsNoneIsSaidToBeSo() {
        CommandRun why = run("offline", "bbbb");
        assertThat(why.exitCode()).isEqualTo(1);
        assertThat(why.err()).contains("The registry knows no process bbbb").contains("./moa ls SERVICE");
    }

    @Test
    void aLookupSaysWhatItKnows() throws Exception {
        // A registry of its own: what was ever offered stays on the list that other tests read.
        String own = url + "?prefix=lookup";
        CommandRun lookup = CommandRun.until(
                out -> out.contains("1 processes of 1 services, confirmed "), // itself
                "lookup",
                "--registry",
                own,
                "--port",
                "0",
                "--status-millis",
                "100");
        assertThat(lookup.out()).contains("Following ", "listening on 127.0.0.1:");
        assertThat(lookup.out()).doesNotContain(password());
        CommandRun ends = CommandRun.at(own, "lookup", "--port", "0", "--for-millis", "1");
        assertThat(ends.err()).isEmpty();
        assertThat(ends.exitCode()).as("it ends by itself").isZero();
    }

    @Test
    void aLookupRefusesAPortThatIsNone() {
        CommandRun wrong = run("lookup", "--port", "70000"); // refused before anything is written
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("70000").contains("65535");
    }

    @Test
    void aWatcherSaysWhatItDoes() {
        CommandRun watcher = run("watcher", "--name", "w", "--for-millis", "300", "--status-millis", "100");
        assertThat(watcher.exitCode()).isZero();
        assertThat(watcher.out())
                .startsWith("Watching redis://127.0.0.1:")
                .containsPattern(" as w-[0-9a-f]{8}")
                .contains("processes watched");
        assertThat(watcher.out()).doesNotContain(password());
    }

    @Test
    void aDecisionForAProcessThatIsAwayIsListedAndTakenBack() throws Exception {
        String other = url + "?prefix=away";
        String decision =
                "{\"v\":1,\"offline\":true,\"uuid\":\"" + CRASHED + "\",\"author\":\"ada\",\"atEpochMillis\":1}";
        redis("HSET", "{away}:services", SERVICE, "");
        redis("HSET", "{away}:o", CRASHED, decision);
        redis("HSET", "{away}:oa", "shop tcp://10.0.0.9:7009", decision);
        assertThat(CommandRun.at(other, "ls").out())
                .contains("decided, and the process is away: " + CRASHED)
                .contains("shop tcp://10.0.0.9:7009");
        assertThat(CommandRun.at(other, "weight", "10.0.0.9:7009", "5").exitCode())
                .isZero();
        assertThat(CommandRun.at(other, "weight", CRASHED.substring(0, 6), "own")
                        .exitCode())
                .isZero();
        assertThat(CommandRun.at(other, "online", CRASHED).exitCode()).isZero();
        assertThat(CommandRun.at(other, "ls").out()).doesNotContain("the process is away");
    }

    @Test
    void badEntriesAreCountedAndNobodyIsCalledAwayForOne() throws Exception {
        String other = url + "?prefix=bad";
        String decision =
                "{\"v\":1,\"offline\":true,\"uuid\":\"" + CRASHED + "\",\"author\":\"ada\",\"atEpochMillis\":1}";
        redis("HSET", "{bad}:services", SERVICE, "");
        redis("HSET", "{bad}:s:" + SERVICE, CRASHED, "1");
        redis("HSET", "{bad}:p", CRASHED, "{broken");
        redis("HSET", "{bad}:o", CRASHED, decision);
        String ls = CommandRun.at(other, "ls").out();
        assertThat(ls.lines()).anyMatch(line -> line.matches("shop\\.Orders +0 +0 +1"));
        assertThat(ls).doesNotContain("the process is away");
    }

    @Test
    void membersThatCannotBeAreBadAndNotCountedAsRegistered() throws Exception {
        String other = url + "?prefix=members";
        redis("HSET", "{members}:services", "shop.Toys", "");
        redis("HSET", "{members}:s:shop.Toys", "stranger", "1");
        redis("HSET", "{members}:s:shop.Toys", "x".repeat(300), "1");
        redis(
                "HSET",
                "{members}:p",
                "stranger",
                "{\"v\":1,\"uuid\":\"stranger\",\"application\":\"bank\",\"addresses\":[\"tcp://10.0.0.9:1\"],"
                        + "\"exports\":[{\"service\":\"bank.Accounts\"}]}");
        assertThat(CommandRun.at(other, "ls").out().lines()).anyMatch(line -> line.matches("shop\\.Toys +0 +0 +2"));
        assertThat(CommandRun.at(other, "ls", "shop.Toys").out())
                .contains("stands in the list of shop.Toys, and says that it offers [bank.Accounts]")
                .contains("the name of a process has 1 to 200 characters, and this one 300");
    }

    @Test
    void mistakesAreTold() {
        assertThat(run("watcher", "--name", "w".repeat(101)).err()).contains("--name has 1 to 100 characters, not 101");
        assertThat(run("weight", FIRST, "10001").err()).contains("WEIGHT is a whole number from 0 to 10000, or own");
        assertThat(run("tag", FIRST).err()).contains("Say either a TAG or --own");
        assertThat(run("tag", FIRST, "gr\u202eay").err()).contains("this one has U+202E at 2");
        CommandRun none = CommandRun.of("ls", "--registry", "http://:secret@host");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("--registry: This is no Redis URL").doesNotContain("secret");
    }

    @Test
    void aWrongPasswordIsSaidToBeSo() {
        CommandRun ls = CommandRun.of("ls", "--registry", url.replace(password(), "guess"));
        assertThat(ls.exitCode()).isEqualTo(1);
        assertThat(ls.err()).contains("user or password is wrong").doesNotContain("guess");
    }

    @Test
    void aRegistryThatIsAwayIsSaidToBeSo() {
        CommandRun ls = CommandRun.of("ls", "--registry", "redis://127.0.0.1:1");
        assertThat(ls.exitCode()).isEqualTo(1);
        assertThat(ls.err()).contains("The registry does not answer as it should");
    }

    /** What somebody else does to the same Redis; the answer without its frame. */
    private static String redis(String... words) throws IOException {
        int port = Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
        try (Socket socket = new Socket("127.0.0.1", port)) {
            StringBuilder text = new StringBuilder("AUTH " + password() + "\r\n*" + words.length + "\r\n");
            for (String word : words) {
                text.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write((text + "QUIT\r\n").getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            String body = answer.substring("+OK\r\n".length(), answer.length() - "\r\n+OK\r\n".length());
            assertThat(body).doesNotStartWith("-");
            return body.startsWith("$") ? body.substring(body.indexOf("\r\n") + 2) : body;
        }
    }

    private static String password() {
        return url.substring("redis://:".length(), url.indexOf('@'));
    }
}
