package io.moa.protocol.serialize;

import java.util.Locale;

/** A locale as text: its language tag, or its parts if the tag would lose some, as for {@code no_NO_NY}. */
final class LocaleText {

    private static final String SEPARATOR = "\n";

    private LocaleText() {}

    static String of(Locale locale) {
        String tag = locale.toLanguageTag();
        return Locale.forLanguageTag(tag).equals(locale)
                ? tag
                : locale.getLanguage() + SEPARATOR + locale.getCountry() + SEPARATOR + locale.getVariant();
    }

    static Locale parse(String text) {
        if (!text.contains(SEPARATOR)) {
            return Locale.forLanguageTag(text);
        }
        String[] parts = text.split(SEPARATOR, -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException();
        }
        return new Locale(parts[0], parts[1], parts[2]);
    }
}
