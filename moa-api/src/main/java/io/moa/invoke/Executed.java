package io.moa.invoke;

/**
 * Whether the implementation ran. This alone decides if a call may be sent again whatever the method does.
 */
public enum Executed {
    /** It certainly did not run: its bytes were never flushed whole, or the server said so. Safe to send again. */
    NO(0),
    /** Nobody can tell. Only a method declared idempotent may be sent again. */
    MAYBE(1),
    /** It ran, at least in part. Only a method declared idempotent may be sent again. */
    YES(2);

    private final int code;

    Executed(int code) {
        this.code = code;
    }

    /** The number on the wire. Never changes. */
    public int code() {
        return code;
    }

    /** The value for a number from the wire; {@link #MAYBE} for one we do not know, as the careful reading. */
    public static Executed ofCode(int code) {
        return code == 0 ? NO : code == 2 ? YES : MAYBE;
    }
}
