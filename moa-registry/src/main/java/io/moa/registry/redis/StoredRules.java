package io.moa.registry.redis;

import java.util.Map;
import java.util.Set;

/**
 * What stands in the registry, whether it can be read as a rule or not. Immutable.
 *
 * @param version in force; empty if nothing was ever changed
 * @param rules their texts by id
 * @param settings the release settings by name
 * @param tooLong the names of those whose text is over 64 KiB and is in neither map, as no process reads it
 */
public record StoredRules(
        String version, Map<String, String> rules, Map<String, String> settings, Set<String> tooLong) {

    public StoredRules {
        rules = Map.copyOf(rules);
        settings = Map.copyOf(settings);
        tooLong = Set.copyOf(tooLong);
    }
}
