package io.moa.protocol.serialize;

import java.math.BigDecimal;

/**
 * Which decimals are taken from a peer. One of a few bytes, such as {@code 1e1000000000}, may have digits without end, which the first sum or the
 * first conversion to a whole number would write out.
 */
final class Decimals {

    /** How many digits may stand before the point, and behind it, if the number were written in full. Any {@code double} as it is printed has fewer. */
    static final int MAX_DIGITS = 1_000;

    static final String TOO_LONG = "A decimal number has more than " + MAX_DIGITS
            + " digits before its point or behind it, its exponent written out.";

    private Decimals() {}

    static boolean isBounded(BigDecimal number) {
        int scale = number.scale();
        return scale <= MAX_DIGITS && (long) number.precision() - scale <= MAX_DIGITS;
    }

    /**
     * The number itself.
     *
     * @throws SerializationException if it is too long
     */
    static BigDecimal bounded(BigDecimal number) {
        if (!isBounded(number)) {
            throw SerializationException.overLimit(TOO_LONG);
        }
        return number;
    }
}
