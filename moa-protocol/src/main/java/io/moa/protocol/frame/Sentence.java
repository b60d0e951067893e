package io.moa.protocol.frame;

/**
 * Makes text fit to be shown: one line, of bounded length. Applied to what we send and to what we receive, because either
 * end may be the one that is careless or hostile, and the text ends in somebody's log.
 */
final class Sentence {

    /** Characters that a message keeps. */
    static final int MAX_CHARS = 4096;

    private Sentence() {}

    /** The text without control characters, which become blanks, cut to {@value #MAX_CHARS} characters. */
    static String of(String text) {
        return of(text, MAX_CHARS);
    }

    /** As {@link #of(String)}, cut to at most so many characters. */
    static String of(String text, int maxChars) {
        String cut = cut(text, maxChars);
        int i = 0;
        while (i < cut.length() && !breaks(cut.charAt(i))) {
            i++;
        }
        if (i == cut.length()) {
            return cut;
        }
        char[] chars = cut.toCharArray();
        for (; i < chars.length; i++) {
            if (breaks(chars[i])) {
                chars[i] = ' ';
            }
        }
        return new String(chars);
    }

    /** The text as it is, cut to at most so many characters. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxChars - 2)) ? maxChars - 2 : maxChars - 1;
        return text.substring(0, end) + "…";
    }

    /** Control characters, and the two that break lines without being any. */
    private static boolean breaks(char c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }
}
