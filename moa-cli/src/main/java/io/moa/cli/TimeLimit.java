package io.moa.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When a command that runs on ends by itself. */
final class TimeLimit {

    @Option(
            names = "--for-millis",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "End by itself after so long.")
    private @Nullable Long millis;

    /** In milliseconds; null for never. */
    @Nullable
    Long millis() {
        return millis;
    }
}
