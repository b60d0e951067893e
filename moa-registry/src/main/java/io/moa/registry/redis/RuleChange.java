package io.moa.registry.redis;

import org.jspecify.annotations.Nullable;

/**
 * One change of a rule or a release setting, out of the history. Immutable.
 *
 * @param version names the change; versions of one history sort as they were made
 * @param kind {@code rule} or {@code setting}; {@code rules} where it was said that there are none, and there was none
 * @param name the rule's id or the setting's name; {@code all} for {@code rules}
 * @param text what it became; null if it was taken away
 * @param author who did it
 */
public record RuleChange(
        String version, String kind, String name, @Nullable String text, String author) {}
