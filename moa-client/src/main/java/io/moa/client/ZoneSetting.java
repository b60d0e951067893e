package io.moa.client;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's own zone comes from: the settings of the release stand above the code, and a process that is told where its server is
 * need not be told where its client is.
 */
final class ZoneSetting {

    private ZoneSetting() {}

    /** The zone in force; null if none is known. */
    static @Nullable String over(
            @Nullable String code, UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String[] said = {
            property.apply("moa.client.zone"),
            variable.apply("MOA_CLIENT_ZONE"),
            property.apply("moa.server.zone"),
            variable.apply("MOA_SERVER_ZONE"),
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
