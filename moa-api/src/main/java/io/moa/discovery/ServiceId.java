package io.moa.discovery;

import io.moa.internal.UntrustedText;

/**
 * A service that can be called: its name, and the group and version that keep incompatible or separate offers of the same
 * name apart.
 *
 * @param name the service's name, by default the interface's full name; 1 to 200 characters
 * @param group a separate offer of the same service, or empty; up to 64 characters
 * @param version an incompatible edition of the service, or empty; up to 64 characters
 */
public record ServiceId(String name, String group, String version) {

    public ServiceId {
        check("service name", name, 1, 200);
        check("group", group, 0, 64);
        check("version", version, 0, 64);
    }

    /** A service without group and version. */
    public static ServiceId of(String name) {
        return new ServiceId(name, "", "");
    }

    /**
     * Reads what {@link #toString()} writes: {@code [group/]name[:version]}.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static ServiceId parse(String text) {
        int slash = text.indexOf('/');
        int colon = text.lastIndexOf(':');
        if (colon >= 0 && colon < slash) {
            throw new IllegalArgumentException(
                    "A service is written [group/]name[:version]; here the ':' stands before the '/'");
        }
        return new ServiceId(
                text.substring(slash + 1, colon < 0 ? text.length() : colon),
                slash < 0 ? "" : text.substring(0, slash),
                colon < 0 ? "" : text.substring(colon + 1));
    }

    private static void check(String what, String text, int min, int max) {
        if (text.length() < min || text.length() > max) {
            throw new IllegalArgumentException("A " + what + " has " + min + " to " + max + " characters, not "
                    + text.length() + (text.isEmpty() ? "" : ": " + UntrustedText.shown(text, 40)));
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '/' || c == ':' || Character.isISOControl(c)) { // as on the wire
                throw new IllegalArgumentException("A " + what
                        + " may not contain blanks, control characters, '/' or ':'; found one at position " + i);
            }
        }
    }

    // By hand, as is hashCode: every process waits for it when it starts (decision 0014).
    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceId id
                && id.name.equals(name)
                && id.group.equals(group)
                && id.version.equals(version);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * name.hashCode() + group.hashCode()) + version.hashCode();
    }

    @Override
    public String toString() {
        return (group.isEmpty() ? "" : group + "/") + name + (version.isEmpty() ? "" : ":" + version);
    }
}
