package io.moa.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a foreign text is seen, and how it is shown: over all of Unicode as the Java that runs knows it. */
class UntrustedTextTest {

    /** Of Unicode's {@code Default_Ignorable_Code_Point} (DerivedCoreProperties.txt), first and last of each range. */
    private static final int[][] DEFAULT_IGNORABLE = {
        {0xad, 0xad},
        {0x34f, 0x34f},
        {0x61c, 0x61c},
        {0x115f, 0x1160},
        {0x17b4, 0x17b5},
        {0x180b, 0x180f},
        {0x200b, 0x200f},
        {0x202a, 0x202e},
        {0x2060, 0x206f},
        {0x3164, 0x3164},
        {0xfe00, 0xfe0f},
        {0xfeff, 0xfeff},
        {0xffa0, 0xffa0},
        {0xfff0, 0xfff8},
        {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a},
        {0xe0000, 0xe0fff}
    };

    private static final List<Byte> UNSEEN_CATEGORIES = List.of(
            Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.PRIVATE_USE,
            Character.UNASSIGNED,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR);

    private static IntStream all(IntPredicate which) {
        return IntStream.rangeClosed(0, Character.MAX_CODE_POINT).filter(which);
    }

    private static boolean isOf(int c, byte category) {
        return Character.getType(c) == category;
    }

    private static String hex(int c) {
        return Integer.toHexString(c);
    }

    @Test
    void whatHasNoShapeIsUnseenInNamesAndInProse() {
        for (byte category : UNSEEN_CATEGORIES) {
            assertThat(all(c -> isOf(c, category))).as("category " + category).isNotEmpty();
            assertThat(all(c -> isOf(c, category) && !UntrustedText.isUnseen(c)).mapToObj(UntrustedTextTest::hex))
                    .as("seen in names, of category " + category)
                    .isEmpty();
            assertThat(all(c -> isOf(c, category) && !UntrustedText.isUnseenInProse(c))
                            .filter(c -> c != 0x200c && c != 0x200d && c != 0x180e && c != 0x180f)
                            .mapToObj(UntrustedTextTest::hex))
                    .as("seen in prose, of category " + category)
                    .isEmpty();
        }
    }

    @Test
    void aBlankOfANameIsTheOneThatEverybodyKnows() {
        assertThat(all(c -> isOf(c, Character.SPACE_SEPARATOR) && !UntrustedText.isUnseen(c)))
                .containsExactly((int) ' ');
        assertThat(all(c -> isOf(c, Character.SPACE_SEPARATOR) && UntrustedText.isUnseenInProse(c)))
                .isEmpty();
    }

    @Test
    void whatUnicodeIgnoresByDefaultIsUnseen() {
        for (int[] range : DEFAULT_IGNORABLE) {
            assertThat(IntStream.rangeClosed(range[0], range[1])
                            .filter(c -> !UntrustedText.isUnseen(c))
                            .mapToObj(UntrustedTextTest::hex))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0, 0x16fe4, 0x13441, 0x13442, 0x1d159})
    void lettersAndSignsThatAreDrawnAsNothingAreUnseen(int c) {
        assertThat(UntrustedText.isUnseen(c)).isTrue();
        assertThat(UntrustedText.isUnseenInProse(c)).isTrue();
    }

    /** Else a name of any language were refused. */
    @Test
    void everythingElseIsSeen() {
        IntPredicate drawn = c -> !UNSEEN_CATEGORIES.contains((byte) Character.getType(c)) && c != ' ';
        long more = all(drawn).filter(UntrustedText::isUnseen).count();
        assertThat(more)
                .as("blanks, fillers, and selectors of variations, which are marks")
                .isLessThanOrEqualTo(16 + 12 + 16 + 240 + 4);
        assertThat(all(c -> Character.isLetter(c) && UntrustedText.isUnseen(c)))
                .allMatch(c -> List.of(0x115f, 0x1160, 0x3164, 0xffa0, 0x13441, 0x13442)
                        .contains(c));
        for (String name : List.of("Stück", "на\u0301складе", "库存", "مخزون", "स्टॉक", "📦", "𝄞", "e\u0301")) {
            assertThat(UntrustedText.firstUnseen(name)).as(name).isEqualTo(-1);
        }
    }

    @Test
    void proseMayHaveWhatLanguagesAndEmojiAreWrittenWith() {
        for (String prose : List.of(
                "می\u200cخواهم",
                "क्\u200dष",
                "5\u00a0%",
                "10\u202f000",
                "库存\u3000库存",
                "❤\ufe0f",
                "👩\u200d💻",
                "葛\udb40\udd00",
                "ᠮ\u180eᠠ",
                "ᠮ\u180f")) {
            assertThat(UntrustedText.firstUnseenInProse(prose)).as(prose).isEqualTo(-1);
            assertThat(UntrustedText.shownProse(prose, 100)).isEqualTo(prose);
            assertThat(UntrustedText.firstUnseen(prose)).as(prose).isPositive();
        }
    }

    @Test
    void whatIsProseIsLessStrictOnly() {
        assertThat(all(c -> UntrustedText.isUnseenInProse(c) && !UntrustedText.isUnseen(c)))
                .isEmpty();
    }

    @Test
    void saysWhereAndWhichTheFirstUnseenCharacterIs() {
        assertThat(UntrustedText.firstUnseen("")).isEqualTo(-1);
        assertThat(UntrustedText.firstUnseen("plain text ~")).isEqualTo(-1);
        assertThat(UntrustedText.firstUnseen("a\u007fb\n")).isEqualTo(1);
        assertThat(UntrustedText.firstUnseen("é𝄞\u202e")).isEqualTo(3);
        assertThat(UntrustedText.firstUnseenInProse("é\u00a0\udc00")).isEqualTo(2);
        assertThat(UntrustedText.codeAt("é𝄞\u202e", 3)).isEqualTo("U+202E at 3");
        assertThat(UntrustedText.codeAt("\udb40\udd00", 0)).isEqualTo("U+E0100 at 0");
    }

    @Test
    void aNameShowsThatSomethingStoodThere() {
        assertThat(UntrustedText.shown("a\r\nb\u001b[2J\u202e\u00a0\ud800\udb40\udc41c", 100))
                .isEqualTo("a??b?[2J????c");
    }

    @Test
    void proseStaysOnItsLineAndKeepsItsWordsApart() {
        assertThat(UntrustedText.shownProse("a\r\nb\tc\u0085d\u2028e\u2029f\u001b[2J\u009b\u202e\ud800\ue000", 100))
                .isEqualTo("a  b c d e f [2J ???");
    }

    @Test
    void cutsBeforeTheEllipsisAndNeverAPair() {
        assertThat(UntrustedText.cut("abcd", 4)).isEqualTo("abcd");
        assertThat(UntrustedText.cut("abcde", 4)).isEqualTo("abc…");
        assertThat(UntrustedText.cut("ab𝄞𝄞", 4)).isEqualTo("ab…");
        assertThat(UntrustedText.cut("a𝄞𝄞", 4)).isEqualTo("a𝄞…");
        assertThat(UntrustedText.cut("𝄞𝄞", 2)).isEqualTo("…");
    }

    @Test
    void aLineOfSeveralStaysOne() {
        assertThat(UntrustedText.joined(List.of("a", "b\nforged", "c"))).isEqualTo("a\nb?forged\nc");
        assertThat(UntrustedText.joined(List.of())).isEmpty();
    }

    @Test
    void escapedJsonLosesNothing() {
        assertThat(UntrustedText.escaped("{\"a\": \"é𝄞\"}")).isEqualTo("{\"a\": \"é𝄞\"}");
        assertThat(UntrustedText.escaped("\"é\u009b𝄞\u202e\udb40\udc41\u00a0\""))
                .isEqualTo("\"é\\u009b𝄞\\u202e\\udb40\\udc41\\u00a0\"");
    }

    @Test
    void whateverComesIsShownOnOneLineWithinItsBoundAndForGood() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                int c = random.nextBoolean() ? random.nextInt(0x100) : random.nextInt(Character.MAX_CODE_POINT + 1);
                text.append(random.nextInt(8) == 0 ? "\ud83d" : Character.toString(c));
            }
            int most = 2 + random.nextInt(30);
            String shown = UntrustedText.shown(text.toString(), most);
            String prose = UntrustedText.shownProse(text.toString(), most);
            assertThat(shown).hasSizeLessThanOrEqualTo(most);
            assertThat(prose).hasSizeLessThanOrEqualTo(most);
            assertThat(UntrustedText.firstUnseen(shown)).isEqualTo(-1);
            assertThat(UntrustedText.firstUnseenInProse(prose)).isEqualTo(-1);
            assertThat(UntrustedText.shown(shown, most)).isEqualTo(shown);
            assertThat(UntrustedText.shownProse(prose, most)).isEqualTo(prose);
            assertThat(UntrustedText.firstUnseen(UntrustedText.escaped(text.toString())))
                    .isEqualTo(-1);
        }
    }
}
