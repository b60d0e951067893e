package io.moa.e2e.governance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.moa.governance.rule.RuleReader;
import io.moa.protocol.serialize.RuleText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of rules that people copy can be read, and show all that a rule can say. RulesPageTest holds the tables to the code. */
class RuleExamplesTest {

    private static final Pattern BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);

    private final String page = read();

    private static String read() {
        try {
            return Files.readString(Path.of("..", "docs", "rules.md"), UTF_8);
        } catch (IOException e) {
            throw new AssertionError("run from the module's folder", e);
        }
    }

    private List<String> examples() {
        List<String> examples = new ArrayList<>();
        BLOCK.matcher(page)
                .results()
                .forEach(block -> examples.addAll(List.of(block.group(1).split("\n\n"))));
        return examples;
    }

    /** The first column of the tables of fields, and what stands within fields that have one row for all of it. */
    private Set<String> fields() {
        Set<String> fields = new TreeSet<>(Set.of(
                "mirror.where", "mirror.percent", "rollout", "rollout.percent", "rollout.labels", "redirect", "fail"));
        for (String table : page.split("\\| field \\|", -1)) {
            if (table.startsWith(" what it is |")) {
                ROW.matcher(table.substring(0, table.indexOf("\n\n")))
                        .results()
                        .map(row -> row.group(1))
                        .forEach(fields::add);
            }
        }
        return fields;
    }

    private static void name(Set<String> names, String field, Object value) {
        names.add(field);
        if (value instanceof Map<?, ?> map
                && Set.of("mirror", "rollout", "redirect", "fail", "to[]").contains(field)) {
            map.keySet().forEach(each -> names.add(field + "." + each));
        } else if (field.equals("to") && value instanceof List<?> destinations) {
            destinations.forEach(each -> name(names, "to[]", each));
        }
    }

    @Test
    void eachExampleCanBeRead() {
        assertThat(examples()).hasSizeGreaterThan(5).allSatisfy(example -> assertThatCode(
                        () -> RuleReader.read("example", RuleText.read(example)))
                .as(example)
                .doesNotThrowAnyException());
    }

    @Test
    void eachKindActionAndFieldStandsInAnExample() {
        Set<String> shown = new TreeSet<>();
        Set<Object> kinds = new TreeSet<>();
        for (String example : examples()) {
            Map<?, ?> rule = (Map<?, ?>) RuleText.read(example);
            kinds.add(rule.get("kind"));
            rule.forEach((field, value) -> name(shown, "" + field, value));
        }
        assertThat(kinds).containsExactly("fault", "policy", "route");
        assertThat(fields()).hasSizeGreaterThan(15).contains("answer", "otherwise", "to[].share", "redirect.percent");
        assertThat(shown).containsAll(fields());
    }
}
