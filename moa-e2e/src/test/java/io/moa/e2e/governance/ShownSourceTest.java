package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Only tests that run show something. */
class ShownSourceTest {

    /** So that this file, read as others are, shows nothing. */
    private static final String MARK = "@" + "Shows";

    private static String method(String annotations) {
        return "class XTest {\n\n    " + annotations + "\n    void runs() {}\n}\n";
    }

    @Test
    void aTestShowsWhatItSays() {
        assertThat(ShownSource.shown("XTest", method("@Test\n    " + MARK + "({\"timeout\", \"attempts\"})")))
                .containsExactlyInAnyOrder("timeout", "attempts");
        assertThat(ShownSource.shown("XTest", method(MARK + "(\"timeout\")\n    @Test")))
                .containsExactly("timeout");
    }

    @Test
    void whatIsCommentedOutShowsNothing() {
        assertThat(ShownSource.shown("XTest", method("// @Test " + MARK + "(\"timeout\")")))
                .isEmpty();
        assertThat(ShownSource.shown("XTest", "/*" + method("@Test " + MARK + "(\"timeout\")") + "*/"))
                .isEmpty();
    }

    @Test
    void aTextThatLooksLikeACommentIsNone() {
        String source = "class XTest {\n\n    String url = \"redis://a/*b\"; char quote = '\"';\n\n    @Test\n    "
                + MARK + "(\"timeout\")\n    void runs() {} // */\n}\n";
        assertThat(ShownSource.shown("XTest", source)).containsExactly("timeout");
    }

    @Test
    void aTestThatMayBeLeftOutIsRefused() {
        for (String condition : new String[] {
            "@Disabled",
            "@Disabled(\"slow\")",
            "@DisabledOnOs(OS.LINUX)",
            "@EnabledIf(\"x\")",
            "@org.junit.jupiter.api.Disabled"
        }) {
            assertThatThrownBy(() -> ShownSource.shown(
                            "XTest", method("@Test\n    " + condition + "\n    " + MARK + "(\"timeout\")")))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("XTest")
                    .hasMessageContaining(condition.replaceAll("\\(.*", ""));
        }
        assertThatThrownBy(() -> ShownSource.shown(
                        "XTest",
                        method("@Test\n    " + MARK + "(\"timeout\")").replace("{}", "{ assumeTrue(false); }")))
                .hasMessageContaining("assumeTrue");
    }

    @Test
    void aMarkOnWhatIsNoTestIsRefused() {
        assertThatThrownBy(() -> ShownSource.shown("XTest", method("/* @Test */\n    " + MARK + "(\"timeout\")")))
                .hasMessageContaining("stands on a test");
    }
}
