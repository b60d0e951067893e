package io.moa.transport.netty;

import io.moa.protocol.frame.HeaderException;

/** What the client of a connection speaks that moves. */
enum MovedKind {
    /** Frames of MOA. */
    MOA(1),
    /** Commands of Redis. */
    RESP(2),
    /** Nothing so far, where both are answered. */
    UNDECIDED(3);

    private final int code;

    MovedKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static MovedKind ofCode(int code) {
        for (MovedKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new HeaderException("A connection is of a kind that is not known here: " + code);
    }
}
