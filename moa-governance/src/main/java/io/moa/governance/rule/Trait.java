package io.moa.governance.rule;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a rule may ask of an instance. Immutable.
 *
 * @param kind which thing
 * @param name of the label; empty for the others
 */
public record Trait(Kind kind, String name) {

    /** What can be asked. */
    public enum Kind {
        /** The application whose process it is. */
        APPLICATION("application"),
        /** What names the process. */
        UUID("uuid"),
        /** The host in the first of its TCP addresses. */
        HOST("host"),
        /** What it says of itself. */
        LABEL("label.");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** How it is written; a name follows if it ends with a point. */
        String text() {
            return text;
        }
    }

    /** The trait that is written so; null if there is none. */
    static @Nullable Trait of(String text) {
        for (Kind kind : Kind.values()) {
            if (kind == Kind.LABEL
                    ? text.startsWith(kind.text())
                            && text.length() > kind.text().length()
                    : text.equals(kind.text())) {
                return new Trait(kind, text.substring(kind.text().length()));
            }
        }
        return null;
    }

    /** Its value of an instance; null if the instance does not say. */
    public @Nullable String of(Instance instance) {
        return switch (kind) {
            case APPLICATION -> instance.application();
            case UUID -> instance.uuid();
            case HOST -> hostOf(instance);
            case LABEL -> instance.labels().get(name);
        };
    }

    private static @Nullable String hostOf(Instance instance) {
        for (Address address : instance.addresses()) {
            if (address instanceof Address.Tcp tcp) {
                return tcp.host();
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return kind.text() + name;
    }
}
