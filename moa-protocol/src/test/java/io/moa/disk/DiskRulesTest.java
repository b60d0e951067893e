package io.moa.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.RuleSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRulesTest {

    private static final RuleSet RULES = new RuleSet(17, Map.of("a", "{\"umlaut\": \"ü\"}", "b", "{}"), Map.of());

    @TempDir
    private Path folder;

    private DiskRules rules() {
        return new DiskRules(folder.resolve("shop").resolve("some.rules"), Runnable::run);
    }

    @Test
    void laterProcessReadsWhatAnEarlierOneKept() {
        rules().keep(RULES);
        assertThat(rules().read()).isEqualTo(RULES);
        List<RuleSet> told = new ArrayList<>();
        rules().recall(told::add);
        assertThat(told).containsExactly(RULES);
        rules().keep(new RuleSet(18, Map.of(), Map.of()));
        assertThat(rules().read()).isEqualTo(new RuleSet(18, Map.of(), Map.of()));
    }

    @Test
    void whereThereNeverWasARuleThereIsNoFile() {
        rules().keep(new RuleSet(18, Map.of(), Map.of()));
        assertThat(folder).isEmptyDirectory();
        assertThat(rules().read()).isNull();
    }

    @Test
    void noPartAndNoDamageIsTakenForRules() throws Exception {
        rules().keep(RULES);
        Path file = folder.resolve("shop").resolve("some.rules");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = new byte[length];
            System.arraycopy(whole, 0, part, 0, length);
            Files.write(file, part);
            assertThat(rules().read()).as("%s bytes", length).isNull();
        }
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x40;
            Files.write(file, damaged);
            assertThat(rules().read()).as("byte %s", i).isNull();
        }
    }
}
