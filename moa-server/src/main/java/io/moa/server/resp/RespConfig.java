package io.moa.server.resp;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether and to whom a server answers clients that speak RESP. Immutable.
 *
 * <pre>{@code
 * MoaServer.builder(moa).resp(RespConfig.DEFAULT.withPassword("default", password)) …
 * }</pre>
 *
 * @param access to whom; default {@link Access#LOCAL}
 * @param passwords of users; once there is one, everybody says theirs before anything else is answered. {@code default} is the user of who says a password
 *     alone, and its password is that of all users who have none of their own; any other name is told to services as the calling application. Default none
 */
public record RespConfig(Access access, Map<String, String> passwords) {

    /** To whom a server answers. */
    public enum Access {
        /** To nobody: a connection that begins with a command of RESP is closed. */
        OFF,
        /** To clients of the same host, and to others only after a password. */
        LOCAL,
        /** To everybody who reaches the port, without a password if there is none: for networks of which all are trusted. */
        OPEN
    }

    /** Names the access: {@code off}, {@code local} or {@code open}; stands above the code. */
    public static final String PROPERTY = "moa.server.resp";

    /** The same, if the system property does not say it. */
    public static final String VARIABLE = "MOA_SERVER_RESP";

    /** The password of the user {@code default}, and of all who have none of their own, above the code. There is no system property for it, since every user of a host sees those. */
    public static final String PASSWORD_VARIABLE = "MOA_SERVER_RESP_PASSWORD";

    /** For clients of the same host, without a password. */
    public static final RespConfig DEFAULT = new RespConfig(Access.LOCAL, Map.of());

    /** For nobody. */
    public static final RespConfig OFF = new RespConfig(Access.OFF, Map.of());

    private static final int MAX_USERS = 1_000;

    public RespConfig {
        passwords = Map.copyOf(passwords);
        if (passwords.size() > MAX_USERS) {
            throw new IllegalArgumentException("There are at most " + MAX_USERS + " users, not " + passwords.size());
        }
        passwords.forEach((user, password) -> {
            if (user.isBlank() || user.length() > 255) {
                throw new IllegalArgumentException("A user's name has 1 to 255 characters");
            }
            if (password.isEmpty() || password.getBytes(StandardCharsets.UTF_8).length > 16 * 1024) {
                throw new IllegalArgumentException(
                        "The password of the user " + user + " has no byte, or more than 16384");
            }
        });
    }

    /** The same for others. */
    public RespConfig withAccess(Access value) {
        return new RespConfig(value, passwords);
    }

    /** The same, with one more password, or another one. */
    public RespConfig withPassword(String user, String password) {
        Map<String, String> more = new LinkedHashMap<>(passwords);
        more.put(user, password);
        return new RespConfig(access, more);
    }

    /**
     * What stands above the code.
     *
     * @param property finds a system property; null for what is not said
     * @param variable finds an environment variable; null for what is not said
     * @throws IllegalArgumentException if the access is none of the three
     */
    public RespConfig over(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        RespConfig said = this;
        String access = property.apply(PROPERTY);
        String place = PROPERTY;
        if (access == null || access.isBlank()) {
            access = variable.apply(VARIABLE);
            place = VARIABLE;
        }
        if (access != null && !access.isBlank()) {
            said = said.withAccess(read(access.strip(), place));
        }
        String password = variable.apply(PASSWORD_VARIABLE);
        return password == null || password.isEmpty() ? said : said.withPassword("default", password);
    }

    private static Access read(String text, String place) {
        for (Access each : Access.values()) {
            if (each.name().equalsIgnoreCase(text)) {
                return each;
            }
        }
        throw new IllegalArgumentException(place + " is off, local or open, not " + text);
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "RespConfig[" + access + ", " + passwords.size() + " users]";
    }
}
