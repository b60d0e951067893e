package io.moa.protocol.frame;

import org.jspecify.annotations.Nullable;

/** What a frame is. Numbers never change; 32 to 47 are kept for streams. */
public enum FrameKind {
    /** A call that wants a reply: request hop header, {@link CallHeader}, arguments. */
    REQUEST(1),
    /** A call that wants no reply, otherwise as {@link #REQUEST}. */
    ONE_WAY(2),
    /** The reply to the request with the same id: reply hop header, {@link ReplyHeader} if it failed, result. */
    RESPONSE(3),
    /** The caller does not want the reply to this request id any more. */
    CANCEL(4),
    /** Asks for a {@link #PONG} with the same token in the place of the request id. */
    PING(5),
    /** Answers a {@link #PING}. */
    PONG(6),
    /** The sender closes soon: no new calls to it on this connection. Carries {@link Closing}. */
    CLOSING(7),
    /** The sender has seen {@link #CLOSING} and sends no new calls. */
    CLOSING_ACK(8),
    /** The next piece of a body that began in a {@link #REQUEST}, {@link #ONE_WAY} or {@link #RESPONSE}. */
    CONTINUATION(9),
    /** Grants bytes of split bodies. */
    CREDIT(10),
    /** Carries a {@link Control}. */
    CONTROL(11),
    /** First frame of the side that connected. Carries {@link Hello}. */
    HELLO(12),
    /** First frame of the side that accepted. Carries {@link Welcome}. */
    WELCOME(13);

    private static final @Nullable FrameKind[] BY_CODE = byCode();

    private final int code;

    FrameKind(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The kind for a number from the wire, or null for one that this version does not know. */
    public static @Nullable FrameKind ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** Whether the body of such a frame may go on in {@link #CONTINUATION} frames. */
    public boolean splittable() {
        return this == REQUEST || this == ONE_WAY || this == RESPONSE;
    }

    private static @Nullable FrameKind[] byCode() {
        @Nullable FrameKind[] table = new @Nullable FrameKind[values().length + 1];
        for (FrameKind kind : values()) {
            table[kind.code] = kind;
        }
        return table;
    }
}
