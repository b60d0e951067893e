package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.annotation.ErrorCode;
import io.moa.governance.policy.DeclaredErrors;
import org.junit.jupiter.api.Test;

/** Codes of exceptions are 1 to 128 characters that can be seen. */
class DeclaredErrorsTest {

    private static final String TEN = "0123456789";
    private static final String MOST =
            TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + "01234567";

    @ErrorCode(MOST)
    static class Longest extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @ErrorCode(MOST + "8")
    static class TooLong extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @ErrorCode("")
    static class Empty extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @ErrorCode("OUT\u200bOF")
    static class Unseen extends Exception {
        private static final long serialVersionUID = 1L;
    }

    static class Inheriting extends Empty {
        private static final long serialVersionUID = 1L;
    }

    static class WithoutCode extends Exception {
        private static final long serialVersionUID = 1L;
    }

    interface Stock {
        void right() throws Longest, WithoutCode;

        void tooLong() throws WithoutCode, TooLong;

        void empty() throws Empty;

        void unseen() throws Unseen;

        void inherited() throws Inheriting;
    }

    private static void check(String method) throws NoSuchMethodException {
        DeclaredErrors.check(Stock.class, Stock.class.getMethod(method));
    }

    private static void isRefused(String method, String exception, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> check(method))
                .withMessageStartingWith("@ErrorCode(\"")
                .withMessageContaining(
                        "\") on " + exception + ", for an exception that Stock." + method + " declares, " + why)
                .withMessageEndingWith("; expected 1 to 128 characters that can be seen, such as OUT_OF_STOCK");
    }

    @Test
    void codesOutOfRangeAreRefusedWithTheClassOnWhichTheyStand() {
        isRefused("tooLong", "TooLong", "has 129 characters");
        isRefused("empty", "Empty", "names nothing");
        isRefused("unseen", "Unseen", "has U+200B at 3, which nobody sees");
        isRefused("inherited", "Empty", "names nothing");
    }

    @Test
    void aCodeOfAllTheLengthAndNoCodeAreRight() {
        assertThatCode(() -> check("right")).doesNotThrowAnyException();
    }
}
