package io.moa.ops;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Set;

/** The token of an operations agent. Never shown. */
public final class TokenFile {

    private static final int SHORTEST = 32;
    private static final int LONGEST = 1_024;
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] digest;
    private final String token;

    private TokenFile(String token) {
        this.token = token;
        this.digest = Sha256.begin().digest(token.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if it is not there, others may read it, or it is too short; the message says what to do
     */
    public static TokenFile read(Path file) {
        try {
            Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
            if (!OWNER.containsAll(allowed)) {
                throw new IllegalArgumentException("The file of the token may be read by its owner alone, and " + file
                        + " is " + PosixFilePermissions.toString(allowed) + ": chmod 600 " + file);
            }
            String token =
                    Files.size(file) > LONGEST ? "" : Files.readString(file).strip();
            if (token.length() < SHORTEST || !token.chars().allMatch(each -> each > 0x20 && each < 0x7f)) {
                throw new IllegalArgumentException("The token in " + file + " has " + SHORTEST + " to " + LONGEST
                        + " printable characters without blanks: make one with openssl rand -hex 32");
            }
            return new TokenFile(token);
        } catch (IOException e) {
            throw new IllegalArgumentException("The file of the token cannot be read: " + e, e);
        }
    }

    /** Whether that is it; how long this takes does not tell how much of it is right. */
    boolean matches(String said) {
        return MessageDigest.isEqual(digest, Sha256.begin().digest(said.getBytes(StandardCharsets.UTF_8)));
    }

    String bearer() {
        return "Bearer " + token;
    }

    @Override
    public String toString() {
        return "TokenFile";
    }
}
