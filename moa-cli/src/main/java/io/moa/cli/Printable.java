package io.moa.cli;

/** What others wrote into the registry, made fit for a terminal: it must not move the cursor or write a second line. */
final class Printable {

    private static final int MAX_CHARS = 2_000;

    private Printable() {}

    /** The text with a {@code ?} for each control character and each half of a pair, cut at 2,000 characters. */
    static String of(String text) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), MAX_CHARS));
        int end = Math.min(text.length(), MAX_CHARS);
        for (int i = 0; i < end; ) {
            int point = text.codePointAt(i);
            boolean control = Character.isISOControl(point)
                    || Character.getType(point) == Character.FORMAT
                    || Character.getType(point) == Character.SURROGATE
                    || Character.getType(point) == Character.LINE_SEPARATOR
                    || Character.getType(point) == Character.PARAGRAPH_SEPARATOR;
            safe.appendCodePoint(control ? '?' : point);
            i += Character.charCount(point);
        }
        return text.length() > MAX_CHARS ? safe.append("...").toString() : safe.toString();
    }
}
