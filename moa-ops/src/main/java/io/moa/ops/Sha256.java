package io.moa.ops;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** SHA-256 of files, as 64 small hex digits. */
public final class Sha256 {

    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

    private Sha256() {}

    /** A digest that nothing went through yet. */
    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256, but not this one", e);
        }
    }

    static String text(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** That of a file. */
    public static String of(Path file) throws IOException {
        MessageDigest digest = begin();
        byte[] piece = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                digest.update(piece, 0, read);
            }
        }
        return text(digest);
    }

    /**
     * As it was said, in small digits.
     *
     * @throws OpsException if that is none
     */
    public static String parse(String said) throws OpsException {
        String small = said.strip().toLowerCase(Locale.ROOT);
        if (!DIGITS.matcher(small).matches()) {
            throw new OpsException(
                    400, "A SHA-256 has 64 hex digits; it is printed by ./moa ops package, and by sha256sum");
        }
        return small;
    }
}
