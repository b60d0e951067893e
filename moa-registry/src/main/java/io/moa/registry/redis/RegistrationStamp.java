package io.moa.registry.redis;

import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What tells one registration of a uuid from another, in Redis {@code <when registered>-<random>}, in front of a revision's
 * number. Of two, the one that comes later as a text counts. Immutable.
 *
 * @param text as it stands in Redis
 */
record RegistrationStamp(String text) {

    private static final Pattern REVISION = Pattern.compile("([0-9]{13})-[0-9a-f]{8}\\.[0-9]+");
    private static final long LAST = 9_999_999_999_999L;

    static RegistrationStamp at(long epochMillis, RandomGenerator random) {
        return new RegistrationStamp(
                "%013d-%08x".formatted(Math.max(0, Math.min(LAST, epochMillis)), random.nextInt()));
    }

    /** Whether a revision is of this registration. */
    boolean isOf(@Nullable String revision) {
        return revision != null && revision.startsWith(text + ".");
    }

    /** Whether a revision is of a registration that counts more than this one. */
    boolean isBehind(@Nullable String revision) {
        return revision != null
                && REVISION.matcher(revision).matches()
                && !isOf(revision)
                && revision.compareTo(text) > 0;
    }

    /** This, or one that counts more than what a revision is of: clocks are set back, and differ. */
    RegistrationStamp ahead(@Nullable String revision, RandomGenerator random) {
        if (revision == null || !isBehind(revision)) {
            return this;
        }
        Matcher parts = REVISION.matcher(revision);
        return parts.matches() ? at(Long.parseLong(parts.group(1)) + 1, random) : this;
    }
}
