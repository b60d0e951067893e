package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleSetTextTest {

    @Test
    void whatIsWrittenIsReadInItsOrder() {
        Map<String, Object> rules = new LinkedHashMap<>();
        rules.put("z", Map.of("a", Arrays.asList(1, 2.5, true, null, "é\n")));
        rules.put("a", "no rule, but plain");
        String text = RuleSetText.write(rules);
        assertThat(text).doesNotContain("\n");
        assertThat(RuleSetText.read(text)).isEqualTo(rules);
        assertThat(RuleSetText.read(text).keySet()).containsExactly("z", "a");
    }

    @Test
    void ruleMayBeAsDeepInASetAsAlone() {
        List<Object> deep = List.of();
        for (int i = 1; i < RuleText.MAX_DEPTH; i++) {
            deep = List.of(deep);
        }
        assertThat(RuleText.read(RuleText.writeLine(deep))).isEqualTo(deep);
        assertThat(RuleSetText.read(RuleSetText.write(Map.of("deep", deep)))).containsEntry("deep", deep);
        String deeper = RuleSetText.write(Map.of("deep", List.of(deep)));
        assertThatThrownBy(() -> RuleSetText.read(deeper)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoSetIsRefusedWithTheReason() {
        List<String> told = new ArrayList<>();
        for (String text :
                List.of("[]", "null", "", "{\"a\": 1, \"a\": 2}", "{} {}", " ".repeat(RuleSetText.MAX_CHARS + 1))) {
            assertThatThrownBy(() -> RuleSetText.read(text))
                    .isInstanceOfSatisfying(IllegalArgumentException.class, e -> told.add(e.getMessage()));
        }
        assertThat(told.get(0)).isEqualTo(told.get(1)).startsWith("expected an object with each rule under its id");
        assertThat(told.get(2)).startsWith("it is no JSON");
        assertThat(told.get(3)).contains("Duplicate field 'a'", "line 1");
        assertThat(told.get(4)).startsWith("it is no JSON");
        assertThat(told.get(5)).isEqualTo("it has 16777217 characters; up to 16777216 are read");
    }
}
