package io.moa.internal;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.IntPredicate;

/**
 * Text that others wrote: a peer, the registry, a rule, the author of an exception. Here it is decided which of its characters nobody sees,
 * or would see as what they are not, and how such a text is shown, so that it forges no line of a log (CWE-117), moves no cursor of a
 * terminal, and does not read differently from what it is (CVE-2021-42574).
 *
 * <p>Unseen are, by general category of Unicode or by name:
 *
 * <ul>
 *   <li>control characters (Cc), those of C1 too, of which some begin a command of a terminal as the escape does;
 *   <li>format characters (Cf): marks of writing direction, joiners, blanks of no width, the soft hyphen, tags;
 *   <li>separators of lines and paragraphs (Zl, Zp), and every blank (Zs) but U+0020, which looks like that one;
 *   <li>halves of surrogate pairs (Cs), private use (Co) and what is assigned to nothing (Cn), of which nobody can say what is seen;
 *   <li>selectors of variations, and letters and signs that are drawn as nothing, fillers above all.
 * </ul>
 *
 * <p>All of {@code Default_Ignorable_Code_Point} is among them. Letters that look alike, and marks that pile up, are not: they are seen.
 *
 * <p><b>Two questions.</b> <em>Names</em> (services, methods, tags, labels, ids) are compared by machines and told apart by people, so they have
 * no unseen character at all. <em>Prose</em> (messages, reasons, notes) is only read, and some languages, and emoji, are not written without joiners,
 * selectors and blanks that do not break: prose may have those. Text of which it is not known whether it is the one or the other is
 * treated as a name.
 *
 * <p>Unicode grows, and which characters are assigned depends on the Java that runs: those that came later are unseen. So it is not decided here
 * what the wire accepts, about which two peers must agree.
 *
 * <p>Functions without state, for any thread. What is printable ASCII is found without looking anything up.
 */
public final class UntrustedText {

    /** What is said in place of the rest of a text that is cut: one character, a part of the length that was asked for. */
    private static final String MORE = "…";

    /**
     * Drawn as nothing though they are letters, marks or signs: a joiner of graphemes, fillers of Hangul, vowels of Khmer, Braille without a
     * dot, the filler of Khitan, the blanks of Egyptian hieroglyphs, a note without a head.
     */
    private static final String BLANK =
            "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ud81b\udfe4\ud80d\udc41\ud80d\udc42\ud834\udd59";

    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private UntrustedText() {}

    /** Whether nobody sees a character in a name, or sees another one. */
    public static boolean isUnseen(int codePoint) {
        if (isPrintableAscii(codePoint)) {
            return false;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> isVariation(codePoint) || BLANK.indexOf(codePoint) >= 0;
        };
    }

    /** As {@link #isUnseen}, in prose. */
    public static boolean isUnseenInProse(int codePoint) {
        return isUnseen(codePoint) && !isOfProse(codePoint);
    }

    /** At which index the first character stands that a name may not have; -1 for nowhere. */
    public static int firstUnseen(String text) {
        return first(text, UntrustedText::isUnseen);
    }

    /** At which index the first character stands that prose may not have; -1 for nowhere. */
    public static int firstUnseenInProse(String text) {
        return first(text, UntrustedText::isUnseenInProse);
    }

    /** Which character stands at an index, for a sentence that refuses it: {@code U+202E at 10}. */
    public static String codeAt(String text, int index) {
        return String.format(Locale.ROOT, "U+%04X at %d", text.codePointAt(index), index);
    }

    /**
     * How a name, or any text, is shown: each unseen character as {@code ?}, which tells that there was one. What was shown once is shown the
     * same again.
     *
     * @param most of how many {@code char}s at most; at least 2
     */
    public static String shown(String text, int most) {
        String cut = cut(text, most);
        int unseen = firstUnseen(cut);
        return unseen < 0 ? cut : replaced(cut, unseen, UntrustedText::isUnseen, '?');
    }

    /**
     * How prose is shown: on one line, so what controls and separates is a blank, as the ends of its lines are between its words; each other
     * unseen character is {@code ?}. What was shown once is shown the same again.
     *
     * @param most of how many {@code char}s at most; at least 2
     */
    public static String shownProse(String text, int most) {
        String cut = cut(text, most);
        int unseen = firstUnseenInProse(cut);
        return unseen < 0 ? cut : replaced(cut, unseen, UntrustedText::isUnseenInProse, ' ');
    }

    /**
     * The text as it is, cut where it is longer; never within a surrogate pair.
     *
     * @param most how many {@code char}s it has at most, with the ellipsis that ends it if it is cut; at least 2
     */
    public static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
        return text.substring(0, end) + MORE;
    }

    /**
     * Lines as one text, in which each stays one: whatever a line says of what others wrote, it begins none of its own.
     */
    public static String joined(List<String> lines) {
        StringJoiner all = new StringJoiner("\n");
        for (String line : lines) {
            int unseen = firstUnseen(line);
            all.add(unseen < 0 ? line : replaced(line, unseen, UntrustedText::isUnseen, '?'));
        }
        return all.toString();
    }

    /**
     * The same JSON without unseen characters: where they may stand, within texts, JSON has them as numbers, so nothing is lost.
     *
     * @param json a line of it, or the inside of a text
     */
    public static String escaped(String json) {
        int unseen = firstUnseen(json);
        if (unseen < 0) {
            return json;
        }
        StringBuilder safe = new StringBuilder(json.length() + 16).append(json, 0, unseen);
        json.codePoints().skip(json.codePointCount(0, unseen)).forEach(c -> {
            if (isUnseen(c)) {
                for (char half : Character.toChars(c)) {
                    safe.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
                }
            } else {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    private static int first(String text, IntPredicate wanted) {
        int i = 0;
        while (i < text.length() && isPrintableAscii(text.charAt(i))) { // mostly to the end
            i++;
        }
        int c;
        for (; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (wanted.test(c)) {
                return i;
            }
        }
        return -1;
    }

    /** @param between what stands for that which ends lines, or is told to a terminal */
    private static String replaced(String text, int from, IntPredicate unseen, char between) {
        StringBuilder shown = new StringBuilder(text.length()).append(text, 0, from);
        int c;
        for (int i = from; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            shown.appendCodePoint(!unseen.test(c) ? c : breaks(c) ? between : '?');
        }
        return shown.toString();
    }

    private static boolean isPrintableAscii(int c) {
        return c >= ' ' && c < 0x7f;
    }

    private static boolean breaks(int c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }

    private static boolean isOfProse(int c) {
        return c == ZERO_WIDTH_NON_JOINER
                || c == ZERO_WIDTH_JOINER
                || isVariation(c)
                || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /** Chooses how the character before it is drawn, in scripts and emoji. U+180E separates vowels, and U+180F is newer than Java 17. */
    private static boolean isVariation(int c) {
        return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef) || (c >= 0x180b && c <= 0x180f);
    }
}
