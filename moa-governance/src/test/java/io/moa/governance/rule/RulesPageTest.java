package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that people read says what the code says. */
class RulesPageTest {

    private final String page = read();

    private static String read() {
        try {
            return Files.readString(Path.of("..", "docs", "rules.md"));
        } catch (IOException e) {
            throw new AssertionError("run from the module's folder", e);
        }
    }

    @Test
    void thePageListsEachBuiltInRule() {
        for (RouteRule rule : BuiltInRoutes.ALL) {
            assertThat(page).contains("| `" + rule.id() + "` |");
        }
        assertThat(page.split("\\| `builtin\\.", -1)).hasSize(BuiltInRoutes.ALL.size() + 1);
    }

    /** The names in the first column of the table below a heading. */
    private List<String> fieldsBelow(String heading) {
        String part = page.substring(page.indexOf("## " + heading + "\n"));
        String table = part.substring(part.indexOf("| field |"));
        return table.substring(0, table.indexOf("\n\n"))
                .lines()
                .skip(2)
                .map(row -> row.substring(row.indexOf('`') + 1, row.indexOf('`', row.indexOf('`') + 1)))
                .toList();
    }

    @Test
    void eachFieldOfAPolicyRuleHasItsRowAndNoOtherRowIsThere() {
        assertThat(fieldsBelow("A rule that sets values")).containsExactlyInAnyOrderElementsOf(RuleReader.POLICY);
    }

    @Test
    void eachFieldOfARouteRuleHasItsRowOrIsAsInAPolicyRule() {
        Matcher above = Pattern.compile("((?:`[a-z]+`(?:, | and ))+`[a-z]+`) are as above")
                .matcher(page);
        assertThat(above.find()).isTrue();
        List<String> expected = new ArrayList<>(RuleReader.ROUTE);
        for (String shared : above.group(1).replace("`", "").split(", | and ", -1)) {
            assertThat(RuleReader.POLICY).contains(shared);
            assertThat(expected.remove(shared)).as(shared).isTrue();
        }
        RuleReader.DESTINATION.forEach(name -> expected.add("to[]." + name));
        expected.remove("redirect");
        RuleReader.REDIRECT.forEach(name -> expected.add("redirect." + name));
        assertThat(fieldsBelow("A rule that routes")).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void eachFieldOfAFaultRuleHasItsRowOrIsAsInARouteRule() {
        Matcher above = Pattern.compile("((?:`[a-z]+`(?:, | and ))+`[a-z]+`) are as in a rule that routes")
                .matcher(page);
        assertThat(above.find()).isTrue();
        List<String> expected = new ArrayList<>(RuleReader.FAULT);
        for (String shared : above.group(1).replace("`", "").split(", | and ", -1)) {
            assertThat(RuleReader.ROUTE).contains(shared);
            assertThat(expected.remove(shared)).as(shared).isTrue();
        }
        assertThat(expected.remove("fail")).isTrue();
        RuleReader.FAIL.forEach(name -> expected.add("fail." + name));
        assertThat(fieldsBelow("A rule that injects faults")).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void thePageNamesTheFieldsOfAMirrorAndOfARollout() {
        String mirror = page.lines()
                .filter(row -> row.startsWith("| `mirror` |"))
                .findFirst()
                .orElse("");
        RuleReader.MIRROR.forEach(name -> assertThat(mirror).contains('`' + name + '`'));
        RuleReader.ROLLOUT.forEach(name -> assertThat(page).contains("`rollout." + name + '`'));
    }

    @Test
    void thePageSaysWhichValuesAFactWithFewOfThemCanHave() {
        for (String fact : List.of("load-test", "criticality")) {
            String row = page.lines()
                    .filter(each -> each.startsWith("| `" + fact + "` |"))
                    .findFirst()
                    .orElse("");
            assertThat(Fact.of(fact).possible())
                    .allSatisfy(value -> assertThat(row).contains('`' + value + '`'));
        }
    }

    @Test
    void thePageListsEachFactAndTrait() {
        for (Fact.Kind kind : Fact.Kind.values()) {
            assertThat(page).contains("| `" + kind.text() + (kind.isNamed() ? "<name>" : "") + "` |");
        }
        for (Trait.Kind kind : Trait.Kind.values()) {
            assertThat(page).contains("`" + kind.text());
        }
    }
}
