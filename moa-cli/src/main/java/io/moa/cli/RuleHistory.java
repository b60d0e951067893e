package io.moa.cli;

import io.moa.registry.redis.RuleChange;
import io.moa.registry.redis.RuleDesk;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The last changes of rules and settings, and what follows from them for what was before. Immutable. */
final class RuleHistory {

    private static final Pattern VERSION = Pattern.compile("[0-9]{1,18}-[0-9]{1,18}");

    /**
     * A text at some moment.
     *
     * @param known whether the history goes back so far
     * @param text null for none
     */
    record Text(boolean known, @Nullable String text) {}

    private final List<RuleChange> newestFirst;

    RuleHistory(List<RuleChange> newestFirst) {
        this.newestFirst = List.copyOf(newestFirst);
    }

    static RuleHistory read(RuleDesk desk) {
        return new RuleHistory(RegistryOption.answer(desk.history()));
    }

    static boolean isVersion(String text) {
        return VERSION.matcher(text).matches();
    }

    List<RuleChange> newestFirst() {
        return newestFirst;
    }

    /** The newest change with its author, for people. */
    String newest() {
        if (newestFirst.isEmpty()) {
            return "none";
        }
        RuleChange newest = newestFirst.get(0);
        return newest.version() + " (" + Printable.of(newest.kind() + " " + newest.name() + " by " + newest.author())
                + ")";
    }

    /**
     * The place of a change, the newest first.
     *
     * @throws IllegalStateException if the history does not have it
     */
    int placeOf(String version) {
        for (int i = 0; i < newestFirst.size(); i++) {
            if (newestFirst.get(i).version().equals(version)) {
                return i;
            }
        }
        throw new IllegalStateException("The history has no version " + Printable.of(version) + ": it holds the last "
                + RuleDesk.HISTORY + " changes"
                + (newestFirst.isEmpty()
                        ? ", and there was none yet"
                        : ", back to " + newestFirst.get(newestFirst.size() - 1).version())
                + "; ./moa rules history lists them");
    }

    /** The changes that were made after one and not after another, by the places of these. */
    Set<String> changedBetween(int older, int newer, String kind) {
        Set<String> names = new TreeSet<>();
        for (RuleChange each : newestFirst.subList(newer, Math.max(newer, older))) {
            if (each.kind().equals(kind)) {
                names.add(each.name());
            }
            if (saysThatThereIsNone(each, kind)) {
                newestFirst.stream().filter(any -> any.kind().equals(kind)).forEach(any -> names.add(any.name()));
            }
        }
        return names;
    }

    /** What a rule or setting was when the change at this place had been made. */
    Text textAt(int place, String kind, String name) {
        for (RuleChange each : newestFirst.subList(place, newestFirst.size())) {
            if (each.kind().equals(kind) && each.name().equals(name)) {
                return new Text(true, each.text());
            }
            if (saysThatThereIsNone(each, kind)) {
                return new Text(true, null);
            }
        }
        return new Text(newestFirst.size() < RuleDesk.HISTORY, null); // before its first change it was not there
    }

    /** It stands where rules were lost without a change of their own. */
    private static boolean saysThatThereIsNone(RuleChange change, String kind) {
        return change.kind().equals("rules") && kind.equals("rule");
    }

    /** When a change was made, on the clock of the registry's Redis. */
    static String when(String version) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(version.substring(0, version.indexOf('-'))))
                    .toString();
        } catch (RuntimeException e) {
            return "-"; // a version that a stranger made up
        }
    }
}
