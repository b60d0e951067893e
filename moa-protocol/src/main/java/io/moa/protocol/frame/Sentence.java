package io.moa.protocol.frame;

import io.moa.internal.UntrustedText;

/**
 * Makes text fit to be shown: one line, of bounded length. Applied to what we send and to what we receive, because either
 * end may be the one that is careless or hostile, and the text ends in somebody's log.
 */
final class Sentence {

    /** Characters that a message keeps. */
    static final int MAX_CHARS = 4096;

    private Sentence() {}

    /** A message for people, {@linkplain UntrustedText#shownProse as prose}, cut to {@value #MAX_CHARS} characters. */
    static String of(String text) {
        return of(text, MAX_CHARS);
    }

    /** As {@link #of(String)}, cut to at most so many characters. */
    static String of(String text, int maxChars) {
        return UntrustedText.shownProse(text, maxChars);
    }

    /** The name of a type, or a code, {@linkplain UntrustedText#shown as a name}, cut to at most so many characters. */
    static String name(String text, int maxChars) {
        return UntrustedText.shown(text, maxChars);
    }
}
