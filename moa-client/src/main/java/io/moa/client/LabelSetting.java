package io.moa.client;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's own labels come from, such as its zone: the settings of the release stand above the code, and a process that is told where its server is
 * need not be told where its client is.
 */
final class LabelSetting {

    private LabelSetting() {}

    /** The label of a name that is in force; null if none is known. */
    static @Nullable String over(
            String name,
            @Nullable String code,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        String[] said = {
            property.apply("moa.client." + name),
            variable.apply("MOA_CLIENT_" + name.toUpperCase(Locale.ROOT)),
            property.apply("moa.server." + name),
            variable.apply("MOA_SERVER_" + name.toUpperCase(Locale.ROOT)),
            code
        };
        for (String each : said) {
            if (each != null) {
                return each.isBlank() ? null : each.strip();
            }
        }
        return null;
    }
}
