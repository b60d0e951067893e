package io.moa.registry.redis;

import java.util.Map;
import java.util.Set;

/**
 * What stands in the registry, whether it can be read as a rule or not. Immutable.
 *
 * @param version in force; empty if nothing was ever changed
 * @param rules their texts by id
 * @param settings the release settings by name
 * @param tooLong the names of those whose text is over 64 KiB, or whose name is over 200 characters; they are in neither map, as no process
 *     reads them
 * @param lost ids of rules that the history names as put and not taken away since, if there is no rule at all: the registry has lost them, and
 *     processes go on by those that they hold. Empty if it has lost none, or if the history does not go back so far
 */
public record StoredRules(
        String version,
        Map<String, String> rules,
        Map<String, String> settings,
        Set<String> tooLong,
        Set<String> lost) {

    public StoredRules {
        rules = Map.copyOf(rules);
        settings = Map.copyOf(settings);
        tooLong = Set.copyOf(tooLong);
        lost = Set.copyOf(lost);
    }
}
