package io.moa.ops;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A version that is installed. Immutable.
 *
 * @param name which an operator has given it: letters, digits, {@code . _ + -}, up to 64, the first a letter or a digit
 * @param sha256 of its archive
 * @param installed when
 */
public record Version(String name, String sha256, Instant installed) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}");

    /**
     * The name, if it is one.
     *
     * @throws OpsException if it is none
     */
    public static String checkedName(String name) throws OpsException {
        if (!NAME.matcher(name).matches()) {
            throw new OpsException(
                    400,
                    "The name of a version has 1 to 64 letters, digits and . _ + -, the first a letter or a digit");
        }
        return name;
    }
}
