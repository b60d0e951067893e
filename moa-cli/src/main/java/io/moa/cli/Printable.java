package io.moa.cli;

import io.moa.internal.UntrustedText;

/** What others wrote into the registry, made fit for a terminal: it must not move the cursor or write a second line. */
final class Printable {

    private static final int MAX_CHARS = 2_000;

    private Printable() {}

    /** The text with a {@code ?} for each character that {@linkplain UntrustedText nobody sees}, cut at 2,000 characters. */
    static String of(String text) {
        return UntrustedText.shown(text, MAX_CHARS);
    }
}
