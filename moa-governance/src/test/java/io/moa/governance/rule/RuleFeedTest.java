package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.RuleSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleFeedTest {

    private final List<RuleBook> books = new ArrayList<>();
    private final RuleFeed feed = new RuleFeed(new LocalProcess("u", "web", Map.of()), RuleFeedTest::plain, books::add);

    /** The text of a rule is its timeout here. */
    private static Object plain(String text) {
        if (text.equals("no JSON")) {
            throw new IllegalArgumentException("it is no JSON");
        }
        return Map.of("kind", "policy", "service", "shop.Stock", "set", Map.of("timeout", text));
    }

    private static RuleSet rules(long revision, String... idsAndTimeouts) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < idsAndTimeouts.length; i += 2) {
            all.put(idsAndTimeouts[i], idsAndTimeouts[i + 1]);
        }
        return new RuleSet(revision, all, Map.of());
    }

    private List<String> inForce() {
        return feed.book().rules().stream().map(Rule::id).toList();
    }

    @Test
    void sourceThatHasNotAnsweredChangesNothing() {
        feed.accept(RuleSet.EMPTY);
        assertThat(books).isEmpty();
        feed.accept(rules(7, "a", "1s"));
        feed.accept(RuleSet.EMPTY);
        assertThat(inForce()).containsExactly("a");
    }

    @Test
    void whatIsRememberedHoldsUntilTheSourceAnswers() {
        feed.remember(rules(7, "a", "1s"));
        assertThat(inForce()).containsExactly("a");
        feed.accept(rules(9, "b", "1s"));
        assertThat(inForce()).containsExactly("b");
        feed.remember(rules(99, "c", "1s"));
        assertThat(inForce()).as("it comes too late").containsExactly("b");
    }

    @Test
    void sourceThatWasNeverToldOfAnythingTakesNothingBack() {
        feed.remember(rules(7, "a", "1s"));
        feed.accept(rules(1));
        assertThat(inForce()).containsExactly("a");
        feed.accept(rules(2));
        assertThat(inForce()).as("somebody took it away").isEmpty();
    }

    @Test
    void whatIsRememberedLaterThanASourceTellsThatItKnowsOfNothingHolds() {
        feed.accept(rules(1));
        feed.remember(rules(7, "a", "1s"));
        assertThat(inForce()).containsExactly("a");
    }

    private static RuleSet versioned(String version, Map<String, String> rules, Map<String, String> versions) {
        return new RuleSet(9, rules, Map.of(), version, versions);
    }

    @Test
    void sourceThatHasNoRulesWithoutAChangeTakesNothingBack() {
        feed.remember(versioned("8-0", Map.of("a", "1s"), Map.of("a", "8-0")));
        feed.accept(versioned("8-0", Map.of(), Map.of()));
        assertThat(inForce()).as("nobody has changed anything").containsExactly("a");
        feed.accept(versioned("9-0", Map.of(), Map.of()));
        assertThat(inForce()).as("somebody has").isEmpty();
    }

    @Test
    void whatIsToBeRememberedIsWhatIsInForce() {
        feed.accept(versioned("8-0", Map.of("a", "1s", "b", "1s", "c", "1s"), Map.of("a", "7-0", "b", "8-0")));
        feed.accept(versioned(
                "9-0", Map.of("a", "no JSON", "b", "2s", "c", "x", "new", "no JSON"), Map.of("a", "9-0", "c", "9-1")));
        assertThat(inForce()).containsExactly("a", "b", "c");
        assertThat(feed.inForce())
                .isEqualTo(versioned(
                        "9-0", Map.of("a", "1s", "b", "2s", "c", "1s", "new", "no JSON"), Map.of("a", "7-0")));
        RuleFeed next = new RuleFeed(new LocalProcess("u", "web", Map.of()), RuleFeedTest::plain, books::add);
        next.remember(feed.inForce());
        assertThat(next.book().rules()).isEqualTo(feed.book().rules());
    }

    @Test
    void textThatIsNoJsonIsKeptOutAlone() {
        feed.accept(rules(3, "a", "no JSON", "b", "1s"));
        assertThat(inForce()).containsExactly("b");
        assertThat(feed.book().bad()).containsEntry("a", "it is no JSON");
    }
}
