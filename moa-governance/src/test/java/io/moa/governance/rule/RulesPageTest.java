package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
