package io.moa.mesh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A way that calls may go, each one taken while those before it lead nowhere. */
public enum MeshStep {
    /** The agent on this host. */
    AGENT,
    /** Another agent of the same application. */
    PEER,
    /** An agent that serves several applications, this one among them. */
    SHARED,
    /** None: the calls are governed here. Last, where it is at all. */
    DIRECT;

    /** What holds if nothing else is said: all of them. */
    public static final List<MeshStep> DEFAULT = List.of(values());

    /**
     * Reads steps in their order, such as {@code agent,peer,direct}.
     *
     * @param where they are said, for people
     * @throws IllegalArgumentException if there are none, one is not known or stands twice, or one stands behind {@code direct}
     */
    public static List<MeshStep> parse(String text, String where) {
        List<MeshStep> steps = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            try {
                steps.add(valueOf(each.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        where + " is a list of agent, peer, shared and direct, such as agent,peer,direct, not \"" + text
                                + "\"",
                        e);
            }
        }
        return checked(steps, where);
    }

    static List<MeshStep> checked(List<MeshStep> steps, String where) {
        if (steps.isEmpty() || steps.stream().distinct().count() < steps.size()) {
            throw new IllegalArgumentException(where + " names at least one step, and each once, not " + steps);
        }
        int direct = steps.indexOf(DIRECT);
        if (direct >= 0 && direct < steps.size() - 1) {
            throw new IllegalArgumentException(
                    where + ": direct is always there, so nothing behind it is ever taken: " + steps);
        }
        return List.copyOf(steps);
    }

    /** As it is written in settings. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
