package io.moa.server.resp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** The passwords of users, as bytes. Immutable. */
public final class RespPasswords {

    /** Who says a password alone. */
    static final String DEFAULT_USER = "default";

    private static final byte[] NONE = {};

    private final Map<String, byte[]> passwords = new HashMap<>();

    /** @param texts by users' names */
    public RespPasswords(Map<String, String> texts) {
        texts.forEach((user, password) -> passwords.put(user, password.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether there is one. */
    public boolean isAny() {
        return !passwords.isEmpty();
    }

    /**
     * Whether that is the password of this user, or, if the user has none, that of {@value #DEFAULT_USER}, under which whoever knows it may give any other
     * name; takes as long whether it is or not.
     */
    public boolean is(String user, byte[] password) {
        byte[] known = passwords.getOrDefault(user, passwords.getOrDefault(DEFAULT_USER, NONE));
        return MessageDigest.isEqual(known, password) && known.length > 0;
    }
}
