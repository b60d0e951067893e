package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.governance.observe.ProcessCalls;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.node.quickstart.Greeter;
import io.moa.node.quickstart.SampleProvider;
import io.moa.observe.BreakerState;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.operations.CallOrder;
import io.moa.operations.Operations;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code moa top}: a process that serves and calls is asked over a socket what it sees. */
class TopCommandTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));
    private static final CallOptions PATIENT = CallOptions.NONE.withTimeout(Duration.ofSeconds(30));

    /** A service. */
    @MoaService(name = "top.Echo")
    public interface Echo {
        String say(String text);
    }

    /** The questions that were there before. */
    @MoaService(name = "moa.Operations")
    public interface OlderOperations {
        String explain(String service, String method, Map<String, String> facts);
    }

    private static final Invocation ANY = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("any()"),
                    Payload.EMPTY,
                    new Ledger(Phase.CLIENT_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();
    private final ProcessCalls calls = new ProcessCalls(ticker);
    private final SampleProvider provider = SampleProvider.start("sample", null, "127.0.0.1", 0, calls.ofServer());
    private final Moa moa = Moa.builder("web").eventLoops(1).build();
    private final MoaClient client = MoaClient.builder(moa)
            .addresses(new Address.Tcp("127.0.0.1", provider.port()))
            .observer(calls.ofClient())
            .build();

    private final List<Moa> runtimes = new ArrayList<>();
    private MoaServer server;
    private String address;

    @BeforeEach
    void start() {
        server = answering(0, Operations.class, client.operations(calls));
        address = "127.0.0.1:" + server.port();
    }

    @AfterEach
    void end() {
        server.close();
        runtimes.forEach(Moa::close);
        client.close();
        moa.close();
        provider.close();
    }

    private <S> MoaServer answering(int port, Class<S> type, S operations) {
        Moa apart = Moa.builder("operators").eventLoops(1).build();
        runtimes.add(apart);
        return MoaServer.builder(apart)
                .host("127.0.0.1")
                .port(port)
                .export(type, operations)
                .closeOnShutdown(false)
                .start();
    }

    private void greet(int times) {
        Greeter greeter = client.with(client.stub(Greeter.class), PATIENT);
        for (int i = 0; i < times; i++) {
            greeter.greet("Ada");
        }
        secondIsOver();
    }

    /** A server has counted the end of a call perhaps only after the caller has its reply. */
    private void secondIsOver() {
        Operations operations = client.operations(calls);
        SOON.until(
                () -> {
                    ticker.advance(Duration.ofSeconds(1));
                    return operations
                                    .top(59, 1, CallOrder.CALLS)
                                    .served()
                                    .total()
                                    .inFlight()
                            == 0;
                },
                () -> "calls are in flight: " + operations.top(59, 1, CallOrder.CALLS));
        ticker.advance(Duration.ofSeconds(1));
    }

    private CommandRun once(String... more) {
        String[] args = new String[more.length + 2];
        args[0] = "top";
        args[1] = address;
        System.arraycopy(more, 0, args, 2, more.length);
        return CommandRun.of(args);
    }

    @Test
    void aProcessTellsOfTheCallsThatItMakesAndServes() {
        greet(20);
        CommandRun run = once("--seconds", "59");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith("tcp://" + address + System.lineSeparator())
                .contains("web@" + moa.self().instance().substring(0, 8) + ", the last ")
                .contains("follows 1 service, the oldest list confirmed ")
                .containsPattern("server: 1 connection, .* held; Greeter runs 0 of [0-9]+, 0 wait")
                .containsPattern("makes [0-9.]+ calls/s of 1 method: 0% failed, p99 ")
                .containsPattern("serves [0-9.]+ calls/s of 1 method: 0% failed, p99 ")
                .containsPattern("(?m)^" + Greeter.NAME + " greet +[0-9.]+ +0% ")
                .doesNotContain("\u001b");
        assertThat(client.operations(calls)
                        .top(59, 1, CallOrder.CALLS)
                        .served()
                        .total()
                        .ended())
                .isEqualTo(20);
    }

    @Test
    void aProcessThatOnlyServesTellsOfThatAndHoldsItsRules() {
        MemoryRuleStore rules = new MemoryRuleStore();
        rules.putRule("slow", "{\"kind\": \"policy\", \"service\": \"top.Echo\", \"set\": {\"timeout\": \"2s\"}}");
        ProcessCalls served = new ProcessCalls(ticker);
        try (MemoryRuleSource source = new MemoryRuleSource(rules);
                Moa serving = Moa.builder("echo").eventLoops(1).rules(source).build();
                MoaServer echo = MoaServer.builder(serving)
                        .host("127.0.0.1")
                        .observer(served.ofServer())
                        .export(Echo.class, text -> text)
                        .closeOnShutdown(false)
                        .start();
                MoaServer answers = answering(0, Operations.class, echo.operations(served))) {
            String asked = "127.0.0.1:" + answers.port();
            CommandRun run = CommandRun.of("top", asked);
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out())
                    .contains("echo@" + serving.self().instance().substring(0, 8))
                    .contains("; rules: 1, ")
                    .contains("server: 0 connections, ")
                    .contains("makes no calls")
                    .contains("serves no calls");
            assertThat(CommandRun.of("rules", "get", "slow", "--process", asked).out())
                    .contains("top.Echo");
            CommandRun explained = CommandRun.of("explain", "top.Echo", "say", "--process", asked);
            assertThat(explained.exitCode()).isEqualTo(1);
            assertThat(explained.err())
                    .contains("This process answers for its server alone")
                    .doesNotContain("Exception");
        }
    }

    @Test
    void aProgramInAnyLanguageReadsItAsPlainValues() {
        greet(3);
        CommandRun run = CommandRun.of(
                "call", address, "moa.Operations", "top(int,int,io.moa.operations.CallOrder)", "[59, 1, \"P99\"]");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().replaceAll("\\s", ""))
                .contains("\"application\":\"web\"")
                .contains("\"service\":\"" + Greeter.NAME + "\",\"method\":\"greet\",\"inFlight\":0,\"ended\":3,");
    }

    @Test
    void namesThatOthersChoseCannotMoveTheCursor() {
        String evil = "\u001b[2Jgreet\r\n\u202e";
        assertThatThrownBy(() -> client.generic(ServiceId.of(Greeter.NAME)).call(new MethodId(evil, "()").toString()))
                .isInstanceOf(RuntimeException.class);
        secondIsOver();
        CommandRun run = once("--seconds", "59", "--sort", "failed");
        assertThat(run.out()).contains(Greeter.NAME + " ?[2Jgreet???").contains("100%");
        assertThat(run.out().replace(System.lineSeparator(), "")).matches("[\\x20-\\x7e…]*");
    }

    @Test
    void ofAThousandMethodsAsManyAreToldAsWereAskedFor() {
        CallObserver other = calls.ofClient();
        for (int i = 0; i < 1_000; i++) {
            MethodObserver method = other.of(ServiceId.of("shop.Stock"), MethodId.parse("m" + i + "()"));
            method.breaker(BreakerState.OPEN);
            method.refused(ANY, RefusalCause.BREAKER);
        }
        secondIsOver();
        CommandRun run = once("--rows", "5");
        assertThat(run.out())
                .contains("breaker OPEN: shop.Stock m0()")
                .contains("and 997 breakers more that are not closed")
                .containsPattern(" calls/s of 1000 methods: .*; 5 shown");
        assertThat(run.out().lines().filter(line -> line.startsWith("shop.Stock m")))
                .hasSize(5);
    }

    @Test
    void aProcessThatStopsAnsweringIsAskedAgainUntilItAnswers() throws Exception {
        greet(1);
        try (RunningCommand top = RunningCommand.start("top", address, "--live")) {
            await(top, "makes ", "its first figures");
            int port = server.port();
            server.close();
            await(top, "no answer for ", "that there is no answer");
            assertThat(screen(top)).as("what it said last").contains("makes ").contains("trying again");
            Moa next = Moa.builder("next").eventLoops(1).build();
            try (next;
                    MoaClient another = MoaClient.builder(next)
                            .addresses(new Address.Tcp("127.0.0.1", provider.port()))
                            .build()) {
                server = answering(port, Operations.class, another.operations(calls));
                await(top, "next@", "the process that came in its place");
                assertThat(screen(top)).doesNotContain("no answer");
                assertThat(top.end()).isZero();
                assertThat(top.err()).isEmpty();
            }
        }
    }

    private static void await(RunningCommand top, String text, String what) {
        SOON.until(() -> screen(top).contains(text), () -> what + " is missing in " + top.out() + top.err());
    }

    /** What is seen now, if all of it has been written. */
    private static String screen(RunningCommand top) {
        String all = top.out();
        int end = all.lastIndexOf("\u001b[J");
        int begin = end < 0 ? -1 : all.lastIndexOf("\u001b[H", end);
        return begin < 0 ? "" : all.substring(begin, end);
    }

    @Test
    void itEndsByItselfIfItWasToldTo() throws Exception {
        try (RunningCommand top = RunningCommand.start("top", address, "--live", "--for-millis", "1")) {
            assertThat(top.awaitEnd()).isZero();
            assertThat(screen(top)).contains("makes no calls");
        }
    }

    @Test
    void anOlderProcessIsToldToBeOlder() {
        MoaServer older = answering(0, OlderOperations.class, (service, method, facts) -> {
            throw new IllegalArgumentException("A service has a name");
        });
        try (older) {
            CommandRun run = CommandRun.of("top", "127.0.0.1:" + older.port());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("The process at tcp://127.0.0.1:" + older.port() + " is older than `moa top`")
                    .doesNotContain("Exception");
        }
    }

    @Test
    void whoDoesNotAnswerIsAnError() {
        CommandRun none = CommandRun.of("top", "127.0.0.1:" + provider.port());
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err())
                .contains("does not answer")
                .contains("export io.moa.operations.Operations? No process does so by itself");
        MoaServer forgetful = answering(0, Operations.class, client.operations());
        try (forgetful) {
            CommandRun run = CommandRun.of("top", "127.0.0.1:" + forgetful.port());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("does not remember its calls").contains("client.operations(calls)");
        }
    }

    @Test
    void mistakesAreTold() {
        for (CommandRun wrong : new CommandRun[] {
            CommandRun.of("top"),
            CommandRun.of("top", "nowhere"),
            once("--once", "--live"),
            once("--rows", "0"),
            once("--rows", "101"),
            once("--seconds", "60"),
            once("--interval", "0"),
            once("--sort", "size")
        }) {
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
            assertThat(wrong.err()).startsWith("moa: ").doesNotContain("Exception");
        }
        assertThat(once("--sort", "size").err())
                .contains("'size' is no order; there are calls, failed, refused, in-flight and p99");
        assertThat(once("--sort", "in-flight").exitCode()).isZero();
        assertThat(once("--sort", "P99").exitCode()).isZero();
    }
}
