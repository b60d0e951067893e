package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleSetText;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisRules;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry has lost all it knew; processes go on by its rules, and an operator brings these back, or takes them away. */
@Timeout(120)
class LostRulesTest {

    private static final String RULES = """
            {"slow": {"kind": "policy", "service": "shop.Stock", "set": {"timeout": "300ms", "hedge-after": "20ms"},
                      "rollout": {"percent": 12.5, "labels": {"zone": ["east", {"not": "w*"}]}}, "note": "é"},
             "zone": {"kind": "route", "service": "shop.*", "priority": -3, "when": {"key.customer": {"from": 1.5}},
                      "to": [{"where": {"label.zone": "$caller"}, "share": 10}], "sticky": "key.customer"},
             "away": {"kind": "route", "service": "shop.Old", "enabled": false, "answer": {"a": [1, 2.5, null, "x"]}}}
            """;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private EmbeddedRedis redis;
    private RedisRules rules;
    private String process;

    @TempDir
    private Path folder;

    private <T extends AutoCloseable> T keep(T one) {
        open.push(one);
        return one;
    }

    @BeforeEach
    void start() {
        redis = RealRedis.of(keep(EmbeddedRegistry.start()));
        rules = keep(RedisRules.open(
                redis.config().toBuilder().fullRead(Duration.ofSeconds(5)).build()));
        process = begin(rules);
    }

    /** Begins a process that goes by rules, and says where it may be asked. */
    private String begin(RedisRules source) {
        Moa web = keep(Moa.builder("web").eventLoops(1).rules(source).build());
        MoaClient client = keep(MoaClient.builder(web)
                .addresses(new Address.Tcp("127.0.0.1", 1))
                .disk(DiskConfig.in(folder.resolve("kept")))
                .build());
        Moa operators = keep(Moa.builder("web").eventLoops(1).build());
        MoaServer answers = keep(MoaServer.builder(operators)
                .host("127.0.0.1")
                .port(0)
                .export(Operations.class, client.operations())
                .closeOnShutdown(false)
                .start());
        return "127.0.0.1:" + answers.port();
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private CommandRun registry(String command, String... arguments) {
        return CommandRun.at(redis.url(), "rules " + command, arguments);
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("rules.json"), text).toString();
    }

    /** All rules come to be in force in the process. */
    private void putAll() throws IOException {
        assertThat(registry("put", "--all", file(RULES)).exitCode()).isZero();
        soon().until(() -> held(process).contains("\"zone\""), () -> held(process));
    }

    /** At which it was put, the last line of its history. */
    private String firstVersionOf(String rule) {
        return registry("history", rule)
                .out()
                .lines()
                .reduce((first, last) -> last)
                .orElse("")
                .split(" ")[0];
    }

    private static String held(String process) {
        CommandRun run = CommandRun.of("rules", "get", "--process", process);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    /** The registry loses everything, and who follows it knows. */
    private void lose() throws IOException {
        lose("FLUSHALL", "+OK\r\n");
    }

    private void lose(String command, String answer) throws IOException {
        try (Socket raw = new Socket("127.0.0.1", redis.config().nodes().get(0).port())) {
            String commands =
                    "AUTH " + redis.config().password() + "\r\n" + command + "\r\nPUBLISH {moa}:rules:h x\r\n";
            raw.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            String answers = "+OK\r\n" + answer + ":";
            assertThat(new String(raw.getInputStream().readNBytes(answers.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(answers);
        }
        soon().until(() -> rules.toString().contains("which Redis has lost"), rules::toString);
    }

    private static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    @Test
    void whatAProcessHoldsBringsTheRulesBack() throws IOException {
        assertThat(held(process)).isEqualToIgnoringWhitespace("{}");
        putAll();
        String before = held(process);
        assertThat(CommandRun.of("rules", "get", "zone", "--process", process).out())
                .startsWith("{")
                .contains("\"priority\" : -3")
                .doesNotContain("shop.Stock");
        assertThat(CommandRun.of("rules", "get", "none", "--process", process).err())
                .contains("The process holds no rule none, but 3 others");
        lose();
        assertThat(registry("get").out()).contains("There are no rules; version none");
        assertThat(held(process)).as("it goes on by them").isEqualTo(before);
        String late = begin(keep(RedisRules.open(redis.config())));
        soon().until(() -> held(late).equals(before), () -> held(late));

        CommandRun put = registry("put", "--all", file(held(process)));
        assertThat(put.out()).contains("away: put", "slow: put", "zone: put", "3 rules changed, version ");
        assertThat(put.err()).contains("take this change as the whole set").doesNotContain("Before such a change");
        assertThat(registry("get", "--all").out())
                .as("nothing of them was lost")
                .isEqualTo(before);
        assertThat(held(process)).isEqualTo(before);
    }

    @Test
    void whatProcessesHoldIsTakenAwayByWhoSaysThatThereAreNoRules() throws IOException {
        putAll();
        lose();
        String late = begin(keep(RedisRules.open(redis.config()))); // it has them from the disk alone
        soon().until(() -> held(late).contains("\"zone\""), () -> held(late));
        assertThat(registry("rm", "zone").err()).contains("this registry knows of no change of rules");
        assertThat(held(process)).contains("\"zone\"");
        assertThat(registry("clear", "--yes").exitCode()).isZero();
        for (String each : new String[] {process, late}) {
            soon().until(() -> held(each).strip().equals("{ }"), () -> held(each));
        }
    }

    /** The registry loses the rules alone: the log of their changes is there. */
    private void loseRulesAlone() throws IOException {
        lose("DEL {moa}:rules", ":1\r\n");
    }

    @Test
    void rulesThatAreLostWithoutTheirHistoryAreNamedAndComeBack() throws IOException {
        putAll();
        String before = held(process);
        String version = firstVersionOf("zone");
        loseRulesAlone();
        assertThat(held(process)).as("it goes on by them").isEqualTo(before);
        String late = begin(keep(RedisRules.open(redis.config())));
        assertThat(held(late)).as("from its disk").isEqualTo(before);

        CommandRun get = registry("get");
        assertThat(get.out()).contains("There are no rules; version " + version);
        assertThat(get.err())
                .contains("its history names away, slow, zone that nobody took away: it has lost them")
                .contains("./moa rules get --process HOST:PORT > rules.json")
                .contains("./moa rules put --all rules.json");
        assertThat(registry("rm", "zone").err()).contains("Nothing was changed", "it has lost them");

        CommandRun put = registry("put", "--all", file(held(late)));
        assertThat(put.err())
                .contains("This registry had lost its rules, away, slow, zone by its history")
                .contains("take this change as the whole set")
                .doesNotContain("Before such a change");
        assertThat(registry("get", "--all").out()).isEqualTo(before);
        assertThat(registry("get").err()).isEmpty();
        assertThat(registry("diff", version).out()).as("nothing came or went").doesNotContain(": removed", ": new");
        for (String each : new String[] {process, late}) {
            assertThat(held(each)).isEqualTo(before);
        }
    }

    @Test
    void changeOfOneRuleWhereAllAreLostTellsWhatFollows() throws IOException {
        putAll();
        String version = firstVersionOf("slow");
        loseRulesAlone();
        CommandRun rollback = registry("rollback", version);
        assertThat(rollback.out()).contains("slow: put as at " + version);
        assertThat(rollback.err()).contains("let go of all others", "Before such a change");
        soon().until(() -> !held(process).contains("\"away\""), () -> held(process));
        assertThat(held(process)).contains("\"slow\"");
        assertThat(registry("diff", version).out()).contains("away: removed");
    }

    @Test
    void lostRulesAreTakenAwayByWhoSaysSo() throws IOException {
        putAll();
        loseRulesAlone();
        assertThat(registry("clear", "--yes").out()).contains("processes let go of what they hold from before");
        soon().until(() -> held(process).strip().equals("{ }"), () -> held(process));
        assertThat(registry("get").err()).isEmpty();
    }

    @Test
    void asManyRulesAsThereMayBeAreAskedOfAProcess() throws IOException {
        String callers = IntStream.range(0, 36)
                .mapToObj(i -> "\"" + "x".repeat(48) + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        String all = IntStream.range(0, 2_000)
                .mapToObj(i -> "\"r" + i + "\": {\"kind\": \"policy\", \"service\": \"shop.S" + i + "\", \"callers\": "
                        + callers + ", \"set\": {\"timeout\": \"300ms\"}}")
                .collect(Collectors.joining(",\n", "{", "}"));
        assertThat(all.length()).as("close to 4 MiB").isBetween(3_900_000, 4 << 20);
        CommandRun put = registry("put", "--all", file(all));
        assertThat(put.exitCode()).as(put.err()).isZero();
        soon().until(() -> held(process).contains("\"r1999\""), () -> "not there");
        String held = held(process);
        assertThat(held).hasSizeGreaterThan(all.length());
        assertThat(RuleSetText.read(held).keySet())
                .isEqualTo(RuleSetText.read(all).keySet());
    }
}
