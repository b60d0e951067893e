package io.moa.mesh;

import java.util.Locale;

/** Whether the calls of a process go through an agent. */
public enum MeshMode {
    /** Never. */
    OFF,
    /** While an agent is there. */
    AUTO,
    /** Always; while no agent is there the calls go without one, and the log says so. */
    ON;

    /**
     * Reads a mode.
     *
     * @param text {@code off}, {@code auto} or {@code on}
     * @param where it is said, for people
     * @throws IllegalArgumentException if it is another text; the message says where it stands and what is expected
     */
    public static MeshMode parse(String text, String where) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "off" -> OFF;
            case "auto" -> AUTO;
            case "on" -> ON;
            default -> throw new IllegalArgumentException(where + " is off, auto or on, not \"" + text.strip() + "\"");
        };
    }

    /** As it is written in settings. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
