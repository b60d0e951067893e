package io.moa.protocol.frame;

import java.util.Arrays;

/**
 * A split body of which not all pieces have been sent, as a value that another process can go on with. Compared by content; the
 * array is not changed after it was given.
 *
 * @param requestId by which its pieces are known
 * @param wholeLength how long the body is
 * @param rest what has not been cut into pieces yet; at least a byte
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody shares, and equals compares them
public record QueuedBody(long requestId, int wholeLength, byte[] rest) {

    @Override
    public boolean equals(Object other) {
        return other instanceof QueuedBody that
                && requestId == that.requestId
                && wholeLength == that.wholeLength
                && Arrays.equals(rest, that.rest);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(requestId);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(requestId) + ", " + rest.length + " of " + wholeLength + " bytes to send";
    }
}
