package io.moa.governance.policy;

/** Where a setting's value comes from, strongest first: of two values the one with the earlier origin wins. */
public enum Origin {
    /** A live rule, stored with the registry. */
    LIVE_RULE("live rule"),
    /** The release configuration: system property, then environment, then file. */
    RELEASE("release configuration"),
    /** Code of the application: a builder or the options of a stub. */
    CODE("code"),
    /** An annotation on the method, or else on the interface. */
    ANNOTATION("annotation"),
    /** MOA's own default. */
    DEFAULT("default");

    private final String label;

    Origin(String label) {
        this.label = label;
    }

    /** Its name in explanations. */
    public String label() {
        return label;
    }

    /**
     * The origin with this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Origin labelled(String label) {
        for (Origin origin : values()) {
            if (origin.label.equals(label)) {
                return origin;
            }
        }
        throw new IllegalArgumentException("No origin is called " + label);
    }

    /** Whether a value from here replaces one from {@code other}. An equal origin replaces: the later one is meant. */
    public boolean overrides(Origin other) {
        return compareTo(other) <= 0;
    }
}
