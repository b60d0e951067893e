package io.moa.discovery;

import java.util.Map;

/**
 * The live rules and release settings in force, at one revision. Immutable. Rules are data: their text is JSON whose
 * meaning the kernel owns, so a source stores and carries them without understanding them.
 *
 * @param revision grows with every change; 0 before the source has answered, 1 where nothing was ever changed
 * @param rules rule texts by their id
 * @param settings release settings by name, such as {@code moa.mesh}
 * @param version the latest change, as the source's own history calls it; empty if it has no history
 * @param versions at which change a rule became what it is, by its id, as that history calls it; without those of which it is not known any
 *     more
 */
public record RuleSet(
        long revision,
        Map<String, String> rules,
        Map<String, String> settings,
        String version,
        Map<String, String> versions) {

    /** Nothing is set. */
    public static final RuleSet EMPTY = new RuleSet(0, Map.of(), Map.of());

    public RuleSet {
        rules = Map.copyOf(rules);
        settings = Map.copyOf(settings);
        versions = Map.copyOf(versions);
    }

    /** A set of a source without a history. */
    public RuleSet(long revision, Map<String, String> rules, Map<String, String> settings) {
        this(revision, rules, settings, "", Map.of());
    }

    /**
     * Whether the source knows neither a rule nor that there ever was one: it has not answered, is new, or has lost what it knew. Nobody
     * has decided that there are none, so it takes back no rule that is in force.
     */
    public boolean neverChanged() {
        return revision <= 1 && rules.isEmpty();
    }
}
