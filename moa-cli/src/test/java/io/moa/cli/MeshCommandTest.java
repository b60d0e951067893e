package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RuleDesk;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** {@code moa mesh}, over a real Redis; each test has a registry of its own there. */
class MeshCommandTest {

    private static final String NOTHING =
            "Nothing is said here: processes go by their own settings, and directly without one";

    @AutoClose
    private static final EmbeddedRegistry embedded = EmbeddedRegistry.start();

    private String url;

    @BeforeEach
    void ownRegistry(TestInfo test) {
        url = RealRedis.of(embedded).url() + "?prefix="
                + test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    }

    private CommandRun run(String... arguments) {
        return CommandRun.at(url, "mesh", arguments);
    }

    private String done(String... arguments) {
        CommandRun run = run(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        return run.out().strip();
    }

    private String mistake(String... arguments) {
        CommandRun run = run(arguments);
        assertThat(run.exitCode()).as(run.out()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().strip()).startsWith("moa: ").endsWith("moa: try ./moa mesh --help");
        return run.err();
    }

    /** What another program writes. */
    private void write(String name, String value) {
        try (RedisLink link = RedisLink.open(RedisConfig.parse(url))) {
            new RuleDesk(link).putSetting(name, value, null, "other").join();
        }
    }

    @Test
    void aModeIsSaidShownChangedAndTakenAway() {
        assertThat(done()).isEqualTo(NOTHING);
        assertThat(done("auto")).matches("moa\\.mesh: auto, version \\S+");
        assertThat(done()).isEqualTo("moa.mesh: auto");
        assertThat(done("on")).matches("moa\\.mesh: on, before auto, version \\S+");
        assertThat(done("unset")).matches("moa\\.mesh: unset, before on, version \\S+");
        assertThat(done()).isEqualTo(NOTHING);
    }

    @Test
    void itIsSaidOfAnApplicationAndOfAnInstance() {
        done("on", "--application", "shop-web", "--percent", "20");
        done("off", "--application", "shop-web", "--instance", "3f6c");
        done("auto");
        assertThat(done().lines())
                .containsExactly("moa.mesh: auto", "moa.mesh@shop-web: on 20%", "moa.mesh@shop-web#3f6c: off");
        done("unset", "--application", "shop-web");
        assertThat(done().lines()).containsExactly("moa.mesh: auto", "moa.mesh@shop-web#3f6c: off");
        done("unset", "--application", "shop-web", "--instance", "3f6c");
        assertThat(done()).isEqualTo("moa.mesh: auto");
    }

    @Test
    void whatIsSaidAlreadyIsNotSaidAgain() {
        assertThat(done("unset")).isEqualTo("moa.mesh is not set; nothing was changed");
        done("ON");
        assertThat(done("on")).isEqualTo("moa.mesh is on already; nothing was changed");
        assertThat(done("on", "--percent", "100")).startsWith("moa.mesh: on 100%, before on");
    }

    @Test
    void aShareIsAPercentageWithUpToTwoDecimals() {
        for (String share : List.of("0", "0.25", "12.5", "100", "100.00")) {
            assertThat(done("auto", "--percent", share)).startsWith("moa.mesh: auto " + share + "%");
        }
        for (String share : List.of("-1", "101", "100.01", "1.234", ".5", "x", "", "20%", "1e1")) {
            assertThat(mistake("on", "--percent", share))
                    .contains("--percent is 0 to 100 with up to two decimals, not " + share);
        }
    }

    @Test
    void whatDoesNotGoTogetherIsSaid() {
        assertThat(mistake("yes")).contains("MODE is off, auto, on or unset, not \"yes\"");
        assertThat(mistake("")).contains("MODE is off, auto, on or unset, not \"\"");
        assertThat(mistake("on", "--instance", "3f6c")).contains("--instance goes with --application");
        assertThat(mistake("on", "--application", "web", "--instance", "3f6c", "--percent", "5"))
                .contains("--percent is of many processes, and --instance is one");
        assertThat(mistake("unset", "--percent", "5")).contains("--percent goes with a mode");
        for (String option : List.of("--application", "--instance", "--percent")) {
            assertThat(mistake(option, "5")).contains("Say a mode too: off, auto, on or unset");
        }
        assertThat(mistake("on", "off")).contains("off");
        assertThat(done()).isEqualTo(NOTHING);
    }

    /** An empty variable of a script is no application, and what no process is called is followed by none. */
    @Test
    void aNameIsOneThatAProcessCanHave() {
        for (String name : List.of("", " ")) {
            assertThat(mistake("on", "--application", name)).contains("--application is empty");
            assertThat(mistake("on", "--application", "web", "--instance", name))
                    .contains("--instance is empty");
        }
        assertThat(mistake("on", "--application", "web#3f6c")).contains("--instance");
        assertThat(done()).isEqualTo(NOTHING);
    }

    @Test
    void otherSettingsAreNotShownAndWhatOthersWroteMovesNoCursor() {
        write("moa.meshes", "on");
        write("timeout", "1s");
        assertThat(done()).isEqualTo(NOTHING);
        write("moa.mesh@a\u001b[31m", "on\nmoa.mesh: off");
        assertThat(done()).contains("moa.mesh@a").doesNotContain("\u001b", "\n");
    }

    @Test
    void whoeverHasSeenAnotherVersionChangesNothing() {
        done("auto", "--author", "ada");
        CommandRun late = run("on", "--expect", "none");
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.err()).contains("Nothing was changed").contains("by ada");
        assertThat(done()).isEqualTo("moa.mesh: auto");
    }

    @Test
    void theHistorySaysWhoDidIt() {
        done("auto", "--author", "ada");
        done("unset", "--author", "eve");
        assertThat(CommandRun.at(url, "rules history").out().lines())
                .anyMatch(line -> line.matches(".* ada +setting +moa\\.mesh +put"))
                .anyMatch(line -> line.matches(".* eve +setting +moa\\.mesh +removed"));
    }

    @Test
    void theHelpSaysWhatIsToBeSaid() {
        String help = CommandRun.of("mesh", "--help").out();
        assertThat(help.lines()).allMatch(line -> line.length() <= 80);
        assertThat(help.replaceAll("\\s+", " "))
                .contains("./moa mesh on --application shop-web --percent 20")
                .contains("off, auto (while an agent is there), on, or unset")
                .contains("--instance", "--percent", "--author", "--expect", "--registry");
    }
}
