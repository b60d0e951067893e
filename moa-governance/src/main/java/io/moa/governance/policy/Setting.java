package io.moa.governance.policy;

/**
 * A value together with where it comes from. Immutable.
 *
 * @param value the value in force
 * @param origin the kind of place it comes from
 * @param detail the place itself, for people: {@code @Timeout on Greeter.greet}, a rule's id and version
 * @param <T> the type of the value
 */
public record Setting<T>(T value, Origin origin, String detail) {

    /** MOA's own default. */
    public static <T> Setting<T> ofDefault(T value) {
        return new Setting<>(value, Origin.DEFAULT, "");
    }

    /** The one precedence function: what holds when {@code other} is said too. */
    public Setting<T> or(Setting<T> other) {
        return other.origin.overrides(origin) ? other : this;
    }

    /** Where it comes from, for people. */
    public String source() {
        return origin.label() + (detail.isEmpty() ? "" : ": " + detail);
    }

    @Override
    public String toString() {
        return value + " (" + source() + ")";
    }
}
