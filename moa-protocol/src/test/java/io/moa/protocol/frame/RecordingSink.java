package io.moa.protocol.frame;

import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;

/** Writes down every frame it is told of, with all its bytes, as one line of text each. */
final class RecordingSink implements FrameSink {

    final List<String> lines = new ArrayList<>();

    @Override
    public void frame(Frame frame) {
        lines.add(describe(frame) + " " + bytes(frame, frame.bodyIndex(), frame.bodyLength()));
    }

    @Override
    public void oversized(Frame header) {
        lines.add("OVERSIZED " + describe(header) + " " + header.bodyLength());
    }

    private static String describe(Frame frame) {
        return frame.kind() + " " + frame.requestId() + " flags " + frame.flags() + " of " + frame.wholeLength() + "/"
                + frame.announcedLength() + " crc " + frame.bodyCrc() + " "
                + bytes(frame, frame.hopIndex(), frame.hopLength())
                + " " + bytes(frame, frame.callIndex(), frame.callLength());
    }

    private static String bytes(Frame frame, int index, int length) {
        byte[] copy = new byte[length];
        frame.buffer().getBytes(index, copy);
        return "[" + ByteBufUtil.hexDump(copy) + "]";
    }
}
