package io.moa.governance.rule;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A number of 64 bits before the point and nine digits after it, exactly: identifiers are longer than what a {@code double} can tell
 * apart. Immutable.
 *
 * @param units the whole part
 * @param nanos the rest in billionths; both parts have the sign
 */
public record Decimal(long units, int nanos) {

    /** What {@link #compare} says of a text that is no such number. */
    static final int NO_NUMBER = 2;

    private static final int MOST_UNIT_DIGITS = 19;
    private static final BigDecimal MOST_UNITS = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int MOST_PLACES = 9;
    private static final int BILLION = 1_000_000_000;

    /**
     * The number of a plain value.
     *
     * @throws IllegalArgumentException if it is not finite, too large or too fine
     */
    static Decimal of(BigDecimal exact) {
        long digits = (long) exact.precision()
                - exact.scale(); // before the point; asked first, as 1e999999999 is long to write
        BigDecimal plain = digits > MOST_UNIT_DIGITS || exact.scale() > 400 ? null : exact.stripTrailingZeros();
        BigDecimal whole = plain == null ? null : plain.setScale(0, RoundingMode.DOWN);
        if (plain == null
                || whole == null
                || plain.scale() > MOST_PLACES
                || whole.abs().compareTo(MOST_UNITS) > 0) {
            throw new IllegalArgumentException("at most " + MOST_UNITS + " with up to 9 digits after the point");
        }
        return new Decimal(
                whole.longValueExact(),
                plain.subtract(whole).multiply(BigDecimal.valueOf(BILLION)).intValueExact());
    }

    /** It as a {@link Long} or a {@link BigDecimal}. */
    Object toPlain() {
        return nanos == 0
                ? (Object) units
                : BigDecimal.valueOf(units)
                        .add(BigDecimal.valueOf(nanos, MOST_PLACES))
                        .stripTrailingZeros();
    }

    /**
     * Less than 0, 0 or 1, as the number that a text says is less than, equal to or more than this one; or {@link #NO_NUMBER}. The text
     * may have any number of digits.
     */
    int compare(String text) {
        int length = text.length();
        int at = 0;
        boolean negative = false;
        if (length > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+')) {
            negative = text.charAt(0) == '-';
            at = 1;
        }
        int from = at;
        long whole = 0;
        boolean huge = false;
        while (at < length && isDigit(text.charAt(at))) {
            int digit = text.charAt(at++) - '0';
            huge |= whole > (Long.MAX_VALUE - digit) / 10;
            whole = 10 * whole + digit;
        }
        if (at == from) {
            return NO_NUMBER;
        }
        int rest = 0;
        boolean finer = false;
        if (at < length) {
            if (text.charAt(at++) != '.' || at == length) {
                return NO_NUMBER;
            }
            for (int worth = BILLION / 10; at < length; worth /= 10) {
                if (!isDigit(text.charAt(at))) {
                    return NO_NUMBER;
                }
                int digit = text.charAt(at++) - '0';
                rest += worth * digit;
                finer |= worth == 0 && digit > 0;
            }
        }
        int away = negative ? -1 : 1;
        if (huge) {
            return away;
        }
        int byUnits = Long.compare(negative ? -whole : whole, units);
        int byNanos = byUnits != 0 ? byUnits : Integer.compare(negative ? -rest : rest, nanos);
        return byNanos == 0 && finer ? away : byNanos;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    int compareWith(Decimal other) {
        int byUnits = Long.compare(units, other.units);
        return byUnits != 0 ? byUnits : Integer.compare(nanos, other.nanos);
    }
}
