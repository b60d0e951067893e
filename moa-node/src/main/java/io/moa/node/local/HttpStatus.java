package io.moa.node.local;

import io.moa.internal.UntrustedText;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** What the status of an answer over HTTP or CGI means for a call. Functions without state, for any thread. */
final class HttpStatus {

    private static final byte[] ERROR = {'"', 'e', 'r', 'r', 'o', 'r', '"'};

    private HttpStatus() {}

    /**
     * The answer to a call: its body, if the status is one of success, or the body says itself which error it is.
     *
     * @param body its reference is taken over
     * @param said what else is known of a failure, for people; may be empty
     */
    static ByteBuf answer(int status, ByteBuf body, String said) throws LocalProcessException {
        if (status / 100 == 2 || isError(body)) {
            return body;
        }
        body.release();
        throw failure(status, said);
    }

    /** The answer to a check: nothing, unless the status says that it cannot serve. */
    static ByteBuf checked(int status, ByteBuf body, boolean onlySuccess, String said) throws LocalProcessException {
        body.release();
        if (status / 100 == 5 || (onlySuccess && status / 100 != 2)) {
            throw failure(status, said);
        }
        return Unpooled.EMPTY_BUFFER;
    }

    private static boolean isError(ByteBuf body) {
        int at = pastBlanks(body, body.readerIndex());
        if (at >= body.writerIndex() || body.getByte(at) != '{') {
            return false;
        }
        at = pastBlanks(body, at + 1);
        for (int i = 0; i < ERROR.length; i++) {
            if (at + i >= body.writerIndex() || body.getByte(at + i) != ERROR[i]) {
                return false;
            }
        }
        return true;
    }

    private static int pastBlanks(ByteBuf body, int from) {
        int at = from;
        while (at < body.writerIndex() && Character.isWhitespace(body.getByte(at))) {
            at++;
        }
        return at;
    }

    private static LocalProcessException failure(int status, String said) {
        String what = "answered the HTTP status " + status
                + (said.isEmpty() ? "" : " and told: " + UntrustedText.shownProse(said, 256));
        // A status may come from the program's own code as well as from a server before it, so none says that nothing
        // ran; an error in JSON may.
        return switch (status) {
            case 400, 422 -> new LocalProcessException(Status.INVALID_ARGUMENT, Executed.MAYBE, what);
            case 401 -> new LocalProcessException(Status.UNAUTHENTICATED, Executed.MAYBE, what);
            case 403 -> new LocalProcessException(Status.PERMISSION_DENIED, Executed.MAYBE, what);
            case 404, 405, 501 -> new LocalProcessException(Status.UNIMPLEMENTED, Executed.MAYBE, what);
            case 413 -> new LocalProcessException(Status.TOO_LARGE, Executed.MAYBE, what);
            case 429 -> new LocalProcessException(Status.REJECTED, Executed.MAYBE, what);
            case 502 -> new LocalProcessException(Status.UNAVAILABLE, Executed.MAYBE, what);
            case 503 -> new LocalProcessException(Status.OVERLOADED, Executed.MAYBE, what);
            case 504 -> new LocalProcessException(Status.DEADLINE_EXCEEDED, Executed.MAYBE, what);
            default -> new LocalProcessException(Status.INTERNAL, Executed.MAYBE, what);
        };
    }
}
