package io.moa.governance.rule;

import java.util.Map;

/**
 * The process in which rules are to hold: what a roll-out goes by, and whose labels {@code $caller} means. Immutable.
 *
 * @param uuid names the process; decides whether it is one of so many of a hundred
 * @param application its application, for people
 * @param labels what it says of itself
 */
public record LocalProcess(String uuid, String application, Map<String, String> labels) {

    public LocalProcess {
        labels = Map.copyOf(labels);
    }
}
