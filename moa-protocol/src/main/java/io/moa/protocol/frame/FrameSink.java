package io.moa.protocol.frame;

/**
 * Receives what a {@link FrameReader} reads, on the reader's thread, in the order of the wire. It may close the reader and
 * may not call {@link FrameReader#read}. It should not throw: a reader whose sink throws closes itself and throws the same
 * on.
 */
public interface FrameSink {

    /** A frame with all its bytes. The view is valid until this method returns. */
    void frame(Frame frame);

    /**
     * A frame whose body, or whose whole body of which it is a piece, is over a limit. Its headers can be read, its body
     * is being skipped. A split body is told piece by piece; each piece counts for the credit of the sender.
     */
    void oversized(Frame header);
}
