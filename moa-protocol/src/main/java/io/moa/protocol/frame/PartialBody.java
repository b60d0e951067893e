package io.moa.protocol.frame;

import java.util.Arrays;

/**
 * A split body of which not all pieces have come, as a value that another process can go on with. Compared by content; the
 * arrays are not changed after they were given.
 *
 * @param kind what its first frame was
 * @param flags of the first frame
 * @param requestId by which its pieces are known
 * @param hop the hop header of the first frame
 * @param call the call header of the first frame
 * @param wholeLength how long the body will be
 * @param bodyCrc its checksum, if the flags say so
 * @param body what has come so far
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays are bytes that nobody shares, and equals compares them
public record PartialBody(
        FrameKind kind, int flags, long requestId, byte[] hop, byte[] call, int wholeLength, int bodyCrc, byte[] body) {

    @Override
    public boolean equals(Object other) {
        return other instanceof PartialBody that
                && kind == that.kind
                && flags == that.flags
                && requestId == that.requestId
                && Arrays.equals(hop, that.hop)
                && Arrays.equals(call, that.call)
                && wholeLength == that.wholeLength
                && bodyCrc == that.bodyCrc
                && Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(requestId);
    }

    @Override
    public String toString() {
        return kind + " " + Long.toUnsignedString(requestId) + ", " + body.length + " of " + wholeLength + " bytes";
    }
}
