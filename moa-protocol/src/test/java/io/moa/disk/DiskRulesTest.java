package io.moa.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.RuleSet;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRulesTest {

    private static final RuleSet RULES = new RuleSet(17, Map.of("a", "{\"umlaut\": \"ü\"}", "b", "{}"), Map.of());

    @TempDir
    private Path folder;

    private DiskRules rules() {
        return rules("redis://east");
    }

    private DiskRules rules(String place) {
        return new DiskRules(folder.resolve("shop").resolve("some.rules"), place, place::equals, Runnable::run);
    }

    @Test
    void laterProcessReadsWhatAnEarlierOneKept() {
        rules().keep(RULES);
        assertThat(rules().read()).isEqualTo(RULES);
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

    @Test
    void rulesComeBackWithTheirVersions() {
        RuleSet kept = new RuleSet(17_000, Map.of("a", "{\"é\": 1}", "b", ""), Map.of(), "17-0", Map.of("a", "16-3"));
        rules().keep(kept);
        assertThat(rules().read()).isEqualTo(kept);
        RuleSet without = new RuleSet(18, Map.of("a", "{}"), Map.of());
        rules().keep(without);
        assertThat(rules().read()).as("of a source without a history").isEqualTo(without);
    }

    @Test
    void rulesOfAnotherPlaceAreNotUsedAndReplaced() {
        rules("redis://east").keep(RULES);
        for (String other : List.of("redis://west", "")) {
            assertThat(rules(other).read()).as(other).isNull();
        }
        assertThat(rules("redis://east").read()).as("who only looked").isEqualTo(RULES);
        rules("redis://west").keep(new RuleSet(1, Map.of(), Map.of()));
        assertThat(rules("redis://east").read())
                .as("nobody has set anything in the other place")
                .isEqualTo(RULES);
        RuleSet none = new RuleSet(2, Map.of(), Map.of());
        rules("redis://west").keep(none);
        assertThat(rules("redis://east").read()).isNull();
        assertThat(rules("redis://west").read()).isEqualTo(none);
    }

    @Test
    void rulesOfThePlaceUnderAnotherNameAreUsed() {
        rules("redis-sentinel://a,b").keep(RULES);
        Path file = folder.resolve("shop").resolve("some.rules");
        DiskRules later = new DiskRules(file, "redis-sentinel://b,c", each -> each.contains("b"), Runnable::run);
        assertThat(later.read()).isEqualTo(RULES);
        later.keep(RULES);
        assertThat(rules("redis-sentinel://b,c").read())
                .as("it is kept under the new name")
                .isEqualTo(RULES);
    }

    @Test
    void nameThatNoRuleHasKeepsNoOtherFromTheDisk() {
        String tooLong = "x".repeat(66_000);
        RuleSet told = new RuleSet(
                17, Map.of("a", "{}", tooLong, "{}"), Map.of(), "17-0", Map.of("a", "16-3", tooLong, "17-0"));
        rules().keep(told);
        assertThat(rules().read()).isEqualTo(new RuleSet(17, Map.of("a", "{}"), Map.of(), "17-0", Map.of("a", "16-3")));
    }

    @Test
    void sourceThatCannotSayWhereItIsGoesOnByWhatSuchAOneSaid() {
        rules("").keep(RULES);
        assertThat(rules("").read()).isEqualTo(RULES);
        assertThat(rules("redis://east").read()).isNull();
    }

    @Test
    void whatAnOlderProcessWroteIsReadWithoutVersionsAndPlace() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(17);
        out.writeInt(1);
        out.writeUTF("a");
        out.writeInt(2);
        out.write("{}".getBytes(StandardCharsets.UTF_8));
        CRC32C sum = new CRC32C();
        sum.update(bytes.toByteArray());
        ByteBuffer file = ByteBuffer.allocate(16 + bytes.size());
        file.putInt(0x4D4F4152).putInt(1).putLong(sum.getValue()).put(bytes.toByteArray());
        KeptFile.replace(folder.resolve("shop").resolve("some.rules"), file.array());
        assertThat(rules("").read()).isEqualTo(new RuleSet(17, Map.of("a", "{}"), Map.of()));
        assertThat(rules("redis://east").read())
                .as("nobody knows from where they are")
                .isNull();
    }
}
