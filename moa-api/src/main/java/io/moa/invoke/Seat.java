package io.moa.invoke;

/** Where a call is governed: which process walks the client-side decisions for it. A call is governed in one seat. */
public enum Seat {
    /** Nowhere yet. */
    NONE(0),
    /** In the calling application itself. */
    DIRECT(1),
    /** In the agent on the caller's host. */
    LOCAL(2),
    /** In an agent on another host. */
    REMOTE(3);

    private final int code;

    Seat(int code) {
        this.code = code;
    }

    /** The number on the wire. Never changes. */
    public int code() {
        return code;
    }

    /** The seat for a number from the wire; {@link #NONE} for one we do not know. */
    public static Seat ofCode(int code) {
        return switch (code) {
            case 1 -> DIRECT;
            case 2 -> LOCAL;
            case 3 -> REMOTE;
            default -> NONE;
        };
    }
}
