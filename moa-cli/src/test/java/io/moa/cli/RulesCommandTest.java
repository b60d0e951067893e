package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RuleDesk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** {@code moa rules}, over a real Redis; each test has a registry of its own there. */
class RulesCommandTest {

    private static final String SLOW =
            "{\"kind\": \"policy\", \"service\": \"shop.Stock\", \"set\": {\"timeout\": \"300ms\"}, \"note\": \"slow on Mondays\"}";
    private static final String SLOWER =
            "{\"kind\": \"policy\", \"service\": \"shop.Stock\", \"set\": {\"timeout\": \"700ms\"}, \"note\": \"slow on Mondays\"}";

    @AutoClose
    private static final EmbeddedRegistry embedded = EmbeddedRegistry.start();

    @TempDir
    private Path folder;

    private String url;

    @BeforeEach
    void ownRegistry(TestInfo test) {
        url = RealRedis.of(embedded).url() + "?prefix="
                + test.getTestMethod().orElseThrow().getName().toLowerCase(java.util.Locale.ROOT);
    }

    private CommandRun run(String command, String... arguments) {
        return CommandRun.at(url, "rules " + command, arguments);
    }

    private String file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "rule", ".json"), text)
                .toString();
    }

    /** The version that a command printed. */
    private String done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out().strip().substring(run.out().strip().lastIndexOf(' ') + 1);
    }

    /** What another program writes. */
    private void write(String id, String text) {
        try (RedisLink link = RedisLink.open(RedisConfig.parse(url))) {
            new RuleDesk(link).putRule(id, text, null, "other").join();
        }
    }

    @Test
    void aRuleIsPutListedPrintedAndTakenAway() throws IOException {
        assertThat(run("get").out()).isEqualToIgnoringNewLines("There are no rules; version none");
        String version = done(run("put", "slow-stock", file(SLOW), "--author", "ada", "--expect", "none"));
        done(run(
                "put",
                "some",
                file("{\"kind\": \"route\", \"service\": \"shop.*\", \"deny\": \"closed\", \"rollout\":"
                        + " {\"percent\": 25, \"labels\": {\"zone\": \"east\"}}}")));
        write("broken", "{\"kind\": \"policy\", \"servise\": \"x\"}");
        CommandRun all = run("get");
        assertThat(all.exitCode()).isZero();
        assertThat(all.out().lines())
                .anyMatch(line -> line.matches("slow-stock +policy +shop\\.Stock +everywhere +slow on Mondays"))
                .anyMatch(line ->
                        line.matches("some +route +shop\\.\\* +in 25 % of the processes with \\{\"zone\": \"east\"}"))
                .anyMatch(line -> line.matches("broken +- +- +bad +.*did you mean \"service\".*"));
        assertThat(all.out()).contains("3 rules; version ").doesNotContain("version " + version);

        CommandRun one = run("get", "slow-stock");
        assertThat(one.out()).startsWith("{").contains("\"timeout\" : \"300ms\"");
        assertThat(one.err()).isEmpty();
        done(run("put", "slow-stock", file(one.out()))); // what is printed can be put

        assertThat(run("get", "broken").err()).contains("no process takes it as it is");
        assertThat(run("rm", "broken").out()).contains("broken: removed, version ");
        assertThat(run("get").out()).doesNotContain("broken");
    }

    @Test
    void aRuleThatLeadsCallsElsewhereIsCheckedPutAndPrinted() throws IOException {
        String rule = "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"redirect\": {\"service\": \"shop.Stock:2\","
                + " \"percent\": %s}, \"sticky\": \"key.customer\"}";
        String ten = file(String.format(rule, "10"));
        assertThat(CommandRun.of("rules", "check", ten).exitCode()).isZero();
        done(run("put", "second", ten));
        assertThat(run("get", "second").out()).contains("\"service\" : \"shop.Stock:2\"");
        assertThat(run("diff", "second", file(String.format(rule, "12.5"))).out())
                .contains("12.5");
        CommandRun wrong = CommandRun.of(
                "rules", "check", file(rule.replace("shop.Stock:2", "shop.*").replace("%s", "1000")));
        assertThat(wrong.exitCode()).isNotZero();
        assertThat(wrong.err() + wrong.out())
                .contains("redirect.service: expected one service, [group/]name[:version], not the pattern \"shop.*\"")
                .contains("redirect.percent: expected 0 to 100");
    }

    @Test
    void aRuleThatInjectsFaultsIsCheckedPutListedComparedAndRolledBack() throws IOException {
        String rule = "{\"kind\": \"fault\", \"service\": \"shop.Stock\", \"percent\": %s, \"delay\": \"200ms\","
                + " \"fail\": {\"status\": \"UNAVAILABLE\"}, \"note\": \"a drill\"}";
        String ten = file(String.format(rule, "10"));
        assertThat(CommandRun.of("rules", "check", ten).exitCode()).isZero();
        done(run("put", "chaos", ten));
        assertThat(run("get").out().lines())
                .anyMatch(line -> line.matches("chaos +fault +shop\\.Stock +everywhere +a drill"));
        assertThat(run("diff", "chaos", file(String.format(rule, "12.5"))).out())
                .contains("12.5");
        String version = done(run("put", "chaos", file(String.format(rule, "20"))));
        assertThat(run("history", "chaos").out()).contains(version);
        done(run("put", "chaos", file(String.format(rule, "30"))));
        done(run("rollback", version));
        assertThat(run("get", "chaos").out()).contains("\"percent\" : 20");
        CommandRun wrong =
                CommandRun.of("rules", "check", file(rule.replace("200ms", "2m").replace("%s", "1000")));
        assertThat(wrong.exitCode()).isNotZero();
        assertThat(wrong.err() + wrong.out())
                .contains("delay: expected a time of 1ms to 1m")
                .contains("percent: expected 0 to 100");
    }

    @Test
    void allThatIsWrongWithARuleIsToldAndNothingIsWritten() throws IOException {
        CommandRun put = run(
                "put",
                "slow",
                file("{\"kind\": \"policy\", \"service\": \"a*b*\", \"set\": {\"timout\": 1, \"attempts\": 99}}"));
        assertThat(put.exitCode()).isEqualTo(1);
        assertThat(put.out()).isEmpty();
        assertThat(put.err().lines())
                .hasSize(4)
                .anyMatch(line -> line.contains(": service: expected at most one '*'"))
                .anyMatch(line -> line.contains(": set: there is no policy \"timout\"; did you mean \"timeout\"?"))
                .anyMatch(line -> line.contains(": set.attempts: expected 1 to 10, not 99"))
                .endsWith("moa: Nothing was changed.");
        assertThat(run("put", "Slow", file(SLOW)).err()).contains("The id of a rule has 1 to 100 lower-case letters");
        assertThat(run("put", "slow", file("{\"kind\"")).err())
                .contains("it is no JSON")
                .contains("line 1");
        assertThat(run("get").out()).contains("There are no rules");
    }

    @Test
    void filesAreCheckedWithoutARegistry() throws IOException {
        String good = file(SLOW);
        String bad = file("{\"kind\": \"rout\"}");
        CommandRun check = CommandRun.of("rules", "check", good, bad);
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out()).isEqualToIgnoringNewLines(good + ": good");
        assertThat(check.err()).contains(bad + ": kind: there is no kind \"rout\"; did you mean \"route\"?");
        assertThat(CommandRun.of("rules", "check", good).exitCode()).isZero();
    }

    @Test
    void whoeverHasSeenAnotherVersionChangesNothing() throws IOException {
        String seen = done(run("put", "slow", file(SLOW), "--author", "ada"));
        done(run("put", "slow", file(SLOWER), "--author", "bob"));
        for (CommandRun late : List.of(
                run("put", "slow", file(SLOW), "--expect", seen),
                run("rm", "slow", "--expect", seen),
                run("rollback", seen, "--expect", "none"))) {
            assertThat(late.exitCode()).isEqualTo(1);
            assertThat(late.err()).contains("Nothing was changed").contains("(rule slow by bob)");
        }
        assertThat(run("get", "slow").out()).contains("700ms");
    }

    @Test
    void theHistorySaysWhoDidWhat() throws IOException {
        assertThat(run("history").out()).isEqualToIgnoringNewLines("Nothing was ever changed");
        String first = done(run("put", "slow", file(SLOW), "--author", "ada"));
        done(run("put", "other", file(SLOW), "--author", "bob"));
        String third = done(run("rm", "slow", "--author", "eve"));
        assertThat(run("history").out().lines()).hasSize(4);
        assertThat(run("history", "slow").out().lines().skip(1))
                .satisfiesExactly(
                        line -> assertThat(line).matches(third + " +20\\S+Z +eve +rule +slow +removed"),
                        line -> assertThat(line).matches(first + " +20\\S+Z +ada +rule +slow +put"));
        CommandRun none = run("history", "nothing");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("None of the last 50 changes was one of nothing");
    }

    @Test
    void versionsAndFilesAreCompared() throws IOException {
        String first = done(run("put", "slow", file(SLOW)));
        String second = done(run("put", "slow", file(SLOWER)));
        String third = done(run("put", "other", file(SLOW)));
        done(run("rm", "slow"));
        assertThat(run("diff", first, second).out().lines())
                .startsWith("slow: changed")
                .contains("  -     \"timeout\" : \"300ms\"", "  +     \"timeout\" : \"700ms\"")
                .contains("      \"kind\" : \"policy\",");
        assertThat(run("diff", second).out()).contains("slow: removed").contains("other: new");
        assertThat(run("diff", third, third).out()).isEqualToIgnoringNewLines("No difference");
        assertThat(run("diff", "other", file(SLOWER)).out()).contains("other: changed");
        assertThat(run("diff", "other", file(SLOW.replace(" ", ""))).out())
                .as("spaces say nothing")
                .doesNotContain("  +     \"kind\"");
        assertThat(run("diff", "fresh", file(SLOW)).out()).contains("fresh: new");
        assertThat(run("diff", second, first).exitCode()).isEqualTo(2);
    }

    @Test
    void aRuleBecomesWhatItWas() throws IOException {
        String first = done(run("put", "slow", file(SLOW)));
        done(run("put", "slow", file(SLOWER)));
        done(run("put", "other", file(SLOWER)));
        CommandRun back = run("rollback", first, "--author", "eve");
        assertThat(back.out()).contains("slow: put as at " + first + ", version ");
        assertThat(run("get", "slow").out()).contains("300ms");
        assertThat(run("get", "other").out()).as("other rules stay").contains("700ms");
        assertThat(run("history", "slow").out()).contains("eve");
        CommandRun again = run("rollback", first);
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains("nothing was changed");

        String removed = done(run("rm", "slow"));
        done(run("put", "slow", file(SLOW)));
        assertThat(run("rollback", removed).out()).contains("slow: removed as at " + removed);
        assertThat(run("get", "slow").exitCode()).isEqualTo(1);
    }

    @Test
    void whatIsOlderThanTheHistoryIsSaidToBeSo() throws IOException {
        String first = done(run("put", "slow", file(SLOW)));
        String second;
        try (RedisLink link = RedisLink.open(RedisConfig.parse(url))) {
            RuleDesk desk = new RuleDesk(link);
            second = desk.putSetting("s", "0", null, "ada").join();
            for (int i = 1; i < RuleDesk.HISTORY - 1; i++) {
                desk.putSetting("s", "" + i, null, "ada").join();
            }
            desk.putRule("slow", SLOWER, null, "ada").join();
        }
        for (CommandRun old : List.of(run("rollback", first), run("diff", first), run("rollback", "77-0"))) {
            assertThat(old.exitCode()).isEqualTo(1);
            assertThat(old.err()).contains("it holds the last 50 changes, back to " + second);
        }
        assertThat(run("diff", second).out()).contains("slow: what it was at " + second + " is older than the history");
        assertThat(run("rollback", second).err()).contains("which is no rule; nothing was changed");
    }

    @Test
    void whatOthersWroteMovesNoCursor() {
        write("odd", "{\"kind\": \"policy\", \"note\": \"a\u009b31mred\u202e\"}");
        write("raw", "no json \u001b[31m");
        for (CommandRun run : List.of(run("get"), run("get", "odd"), run("get", "raw"), run("history"))) {
            assertThat(run.out() + run.err()).doesNotContain("\u009b", "\u202e", "\u001b");
        }
        assertThat(run("get", "odd").out()).contains("\\u009b31mred\\u202e");
    }

    @Test
    void aRuleTooManyIsNotPut() throws IOException {
        try (RedisLink link = RedisLink.open(RedisConfig.parse(url))) {
            RuleDesk desk = new RuleDesk(link);
            for (int i = 0; i < 200; i++) {
                desk.putRule("r" + i, SLOW, null, "ada").join();
            }
        }
        CommandRun last = run("put", "z", file(SLOW));
        assertThat(last.exitCode()).isEqualTo(1);
        assertThat(last.err())
                .contains("no process would take the rule z then, as there are 200 rules for the service");
        assertThat(run("put", "a", file(SLOW)).err()).contains("no process would take the rule r99 then");
        assertThat(run("put", "r7", file(SLOWER)).exitCode()).isZero();
    }

    @Test
    void mistakesAreTold() throws IOException {
        for (CommandRun wrong : List.of(
                run("put", "slow", folder.resolve("nothing").toString()),
                run("put", "slow", folder.toString()),
                run("put", "slow"),
                run("put", "slow", file(SLOW), "--author", ""),
                run("diff", "slow"),
                run("put", "slow", file(SLOW), "--all", file(SLOW)),
                run("put"),
                run("get", "slow", "--all"),
                run("get", "--process", "nowhere"),
                run("clear"),
                CommandRun.of("rules", "check"),
                CommandRun.of("rules", "gte"))) {
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
            assertThat(wrong.err()).startsWith("moa: ").doesNotContain("Exception");
        }
        assertThat(run("put", "slow", folder.resolve("nothing").toString()).err())
                .contains("There is no file " + folder.resolve("nothing"));
        done(run("put", "slow", file(SLOW)));
        for (CommandRun unknown : List.of(run("get", "nothing"), run("rm", "nothing"))) {
            assertThat(unknown.exitCode()).isEqualTo(1);
            assertThat(unknown.err()).contains("There is no rule nothing; ./moa rules get lists them");
        }
        assertThat(CommandRun.of("rules").out()).contains("get", "put", "rollback");
    }

    @Test
    void severalRulesArePutInOneChangeAndPrintedAsTheyArePut() throws IOException {
        String first = done(run("put", "slow", file(SLOW)));
        String both =
                "{\"other\": " + SLOWER + ",\n \"slow\": " + SLOWER + ", \"zone\": {\"kind\": \"route\", \"service\":"
                        + " \"shop.Stock\", \"to\": [{\"where\": {\"label.zone\": {\"not\": \"east\"}}, \"share\": 10}], \"answer\": 1}}";
        CommandRun wrong = run(
                "put", "--all", file(both.replace("700ms", "7 hours").replace("kind\": \"route", "kind\": \"rout")));
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err().lines())
                .anyMatch(line -> line.contains(": other: set.timeout: "))
                .anyMatch(line -> line.contains(": slow: set.timeout: "))
                .anyMatch(line -> line.contains(": zone: kind: there is no kind \"rout\""))
                .endsWith("moa: Nothing was changed.");
        assertThat(run("history").out().lines()).as("nothing of it").hasSize(2);

        String good = both.replace(", \"answer\": 1", "");
        CommandRun put = run("put", "--all", file(good), "--author", "bob", "--expect", first);
        String version = done(put);
        assertThat(put.out().lines())
                .containsExactly("other: put", "slow: replaced", "zone: put", "3 rules changed, version " + version);
        assertThat(put.err()).isEmpty();
        assertThat(run("get").out()).contains("3 rules; version " + version);
        CommandRun all = run("get", "--all");
        assertThat(all.exitCode()).isZero();
        assertThat(run("put", "--all", file(all.out())).out())
                .as("what is printed is what is there")
                .contains("nothing was changed, version " + version);
        assertThat(run("put", "--all", file(all.out().replace("700ms", "800ms")), "--expect", first)
                        .err())
                .contains("Nothing was changed: the rules are at version " + version);

        done(run("rollback", first));
        assertThat(run("get", "slow").out()).as("each can be rolled back alone").contains("300ms");
        assertThat(run("get", "other").out()).contains("700ms");
        CommandRun back = run("put", "--all", file(all.out()));
        assertThat(back.out()).contains("slow: replaced").contains("1 rule changed, 2 as before, version ");
    }

    @Test
    void whatIsNoSetOfRulesIsSaidToBeSo() throws IOException {
        for (String[] each : new String[][] {
            {"[]", "expected an object with each rule under its id"},
            {SLOW, "kind: "},
            {"{}", "there is no rule in it; ./moa rules clear takes all rules away"},
            {"{\"a\": " + SLOW + ", \"a\": " + SLOW + "}", "Duplicate field 'a'"},
            {"{\"a\": ", "it is no JSON"},
            {"{\"a\": null}", "a: "},
            {"{\"A\": " + SLOW + "}", "A: The id of a rule has 1 to 100 lower-case letters"},
            {
                "{\"long\": {\"kind\": \"route\", \"service\": \"shop.Stock\", \"answer\": [\"" + "x".repeat(40_000)
                        + "\", \"" + "x".repeat(20_000) + "\"], \"callers\": [\"" + "y".repeat(6_000) + "\"]}}",
                "characters; up to 65536 are read"
            },
            {"{\"deep\": " + "[".repeat(33) + "]".repeat(33) + "}", "it is no JSON"},
        }) {
            CommandRun put = run("put", "--all", file(each[0]));
            assertThat(put.exitCode()).as(each[0]).isEqualTo(1);
            assertThat(put.err()).contains(each[1]).endsWith("moa: Nothing was changed." + System.lineSeparator());
        }
        assertThat(run("history").out()).contains("Nothing was ever changed");
    }

    @Test
    void whatCannotBePutIsLeftOutAndSaid() throws IOException {
        done(run("put", "slow", file(SLOW)));
        write("raw", "no json");
        write("odd", "{\"kind\": \"policy\", \"note\": \"a\u009b31mred\u202e\"}");
        CommandRun all = run("get", "--all");
        assertThat(all.exitCode()).isEqualTo(1);
        assertThat(all.out()).contains("\"slow\"", "\\u009b31mred\\u202e").doesNotContain("raw", "\u009b", "\u202e");
        assertThat(all.err()).contains("moa: raw is left out", "moa: no process takes odd as it is: service");
    }

    @Test
    void whatARegistryWithoutAHistoryMeansIsSaid() throws IOException {
        for (CommandRun looks : List.of(run("get"), run("get", "--all"))) {
            assertThat(looks.exitCode()).isZero();
            assertThat(looks.err()).contains("./moa rules get --process HOST:PORT > rules.json");
        }
        CommandRun rm = run("rm", "slow");
        assertThat(rm.exitCode()).isEqualTo(1);
        assertThat(rm.err())
                .contains("there is no rule slow here, and this registry knows of no change of rules")
                .contains("./moa rules put --all rules.json")
                .contains("./moa rules clear takes all rules away");
        CommandRun first = run("put", "slow", file(SLOW));
        done(first);
        assertThat(first.err()).contains("take this change as the whole set, and let go of all others");
        assertThat(run("put", "slow", file(SLOWER)).err()).isEmpty();
        assertThat(run("get").err()).isEmpty();
    }

    @Test
    void whoSaysThatThereWasNoChangeYetIsNotToldAgain() throws IOException {
        CommandRun first = run("put", "slow", file(SLOW), "--expect", "none");
        done(first);
        assertThat(first.err()).isEmpty();
    }

    @Test
    void allRulesAreTakenAwayByWhoConfirmsIt() throws IOException {
        done(run("put", "slow", file(SLOW)));
        String before = done(run("put", "other", file(SLOW)));
        CommandRun asked = run("clear");
        assertThat(asked.exitCode()).isEqualTo(2);
        assertThat(asked.err()).contains("Nothing was changed").contains("--yes");
        assertThat(run("get").out()).contains("2 rules");
        assertThat(run("clear", "--yes", "--expect", "none").err()).contains("Nothing was changed");
        CommandRun clear = run("clear", "--yes", "--author", "eve");
        assertThat(clear.out()).contains("2 rules removed, version ");
        String version = done(clear);
        assertThat(run("get").out()).contains("There are no rules; version " + version);
        assertThat(run("clear", "--yes").out()).contains("There are no rules; nothing was changed");
        done(run("rollback", before));
        assertThat(run("get", "other").exitCode()).isZero();
    }

    @Test
    void aRegistryIsToldThatThereAreNoRules() {
        CommandRun clear = run("clear", "--yes", "--author", "eve");
        String version = done(clear);
        assertThat(clear.out()).contains("There was none here; processes let go of what they hold from before");
        assertThat(run("get").err()).as("it knows of a change now").isEmpty();
        assertThat(run("history").out().lines().skip(1)).singleElement().satisfies(line -> assertThat(line)
                .matches(version + " +20\\S+Z +eve +rules +all +removed"));
        assertThat(run("rollback", version).err()).contains("which is no rule; nothing was changed");
    }

    @Test
    void aRegistryThatIsAwayIsSaidToBeSo() throws IOException {
        url = "redis://127.0.0.1:1";
        for (CommandRun run : List.of(run("put", "slow", file(SLOW)), run("diff", "1-0"))) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("The registry does not answer as it should");
        }
    }
}
