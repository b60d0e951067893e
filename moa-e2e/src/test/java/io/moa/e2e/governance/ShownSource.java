package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.Shows;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the tests of a source file say by {@link Shows}. Tests of other modules are not on the class path of this one, so it is read as
 * text, in which only that counts which runs: no comments, and no marks where something could skip the test.
 */
final class ShownSource {

    /** Texts and letters are matched only so that what looks like a comment in them is none. */
    private static final Pattern TEXT_OR_COMMENT = Pattern.compile("\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*+\""
            + "|'(?:\\\\.[^'\n]*|[^'\\\\\n])'|//[^\n]*|/\\*(?s:.*?)\\*/");

    private static final Pattern SHOWS =
            Pattern.compile("@" + Shows.class.getSimpleName() + "\\((\"[^)]*\"|\\{[^}]*})\\s*\\)");
    private static final Pattern NAME = Pattern.compile("\"([^\"]+)\"");
    private static final Pattern TEST = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest)\\b");

    /** By which JUnit or AssertJ leaves a test out, be it on the test, on its class, or within. */
    private static final Pattern CONDITION =
            Pattern.compile("@(?:[\\w.]+\\.)?(?:Disabled|Enabled)\\w*|\\b(?:assume|assuming)[A-Z]\\w*\\(");

    private ShownSource() {}

    /**
     * What is shown.
     *
     * @param file for messages
     * @throws AssertionError if a mark stands where it may show nothing
     */
    static Set<String> shown(String file, String source) {
        String code = TEXT_OR_COMMENT
                .matcher(source)
                .replaceAll(found -> found.group().startsWith("/") ? "" : Matcher.quoteReplacement(found.group()));
        Set<String> shown = new TreeSet<>();
        Matcher marked = SHOWS.matcher(code);
        while (marked.find()) {
            assertThat(TEST.matcher(around(code, marked.start())).find())
                    .as("%s: %s stands on a test, which JUnit runs", file, marked.group())
                    .isTrue();
            Matcher one = NAME.matcher(marked.group(1));
            while (one.find()) {
                shown.add(one.group(1));
            }
        }
        Matcher condition = CONDITION.matcher(code);
        assertThat(!shown.isEmpty() && condition.find() ? condition.group() : "")
                .as(
                        "%s says what it shows, so nothing in it may be left out by a condition: "
                                + "move such a test to another class, or let it run always",
                        file)
                .isEmpty();
        return shown;
    }

    /** The annotations of a method of which one begins there. */
    private static String around(String code, int at) {
        int end = code.indexOf(" void ", at);
        return code.substring(Math.max(code.lastIndexOf("\n\n", at), 0), end < 0 ? code.length() : end);
    }
}
