package io.moa.invoke;

/**
 * How much it hurts when a call is refused. It travels with the call to every further hop; an overloaded server refuses
 * from the bottom up. The four classes and their meaning follow "Site Reliability Engineering", chapter 21.
 */
public enum Criticality {
    /** Its failure is felt at once and by many: payments, login. */
    CRITICAL_PLUS(1),
    /** The default of production traffic. */
    CRITICAL(2),
    /** May fail for minutes and be tried again: batches that have a user. */
    SHEDDABLE_PLUS(3),
    /** May fail for hours: batches, backfills. */
    SHEDDABLE(4);

    private static final Criticality[] VALUES = values();
    private final int code;

    Criticality(int code) {
        this.code = code;
    }

    /** The number on the wire: 1 for {@link #CRITICAL_PLUS} to 4; 0 is "not said". */
    public int code() {
        return code;
    }

    /** The value for a number from the wire; {@link #CRITICAL} for 0 and for numbers we do not know. */
    public static Criticality ofCode(int code) {
        return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : CRITICAL;
    }
}
