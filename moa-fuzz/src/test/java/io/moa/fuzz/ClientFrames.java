package io.moa.fuzz;

import io.moa.discovery.ServiceId;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/** What a client sends, and a second opinion on it: written apart from the reader, and with the JDK's own checksum. */
public final class ClientFrames {

    static final ServiceId SERVICE = ServiceId.of(Depot.class.getName());

    private static final int HEADER_CRC = 32;
    private static final byte[] HELLO = encodedHello();

    private ClientFrames() {}

    public static byte[] hello() {
        return HELLO;
    }

    private static byte[] encodedHello() {
        ByteBuf out = Unpooled.buffer();
        Frames.message(
                out,
                FrameKind.HELLO,
                new Hello("c", "c-uuid", 1, 1, 0, 1024, 4096, 1 << 20, new byte[0], "", "", List.of(SERVICE)));
        byte[] hello = ByteBufUtil.getBytes(out);
        out.release(); // the target counts
        return hello;
    }

    /** How many requests a stream holds at most: frames with a right checksum that came whole and end a request. */
    public static int validRequests(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream);
        int requests = 0;
        long at = 0;
        while (at + Prefix.LENGTH <= stream.length) {
            int start = (int) at;
            int kind = in.get(start + 3);
            boolean more = (in.getShort(start + 4) & Prefix.MORE) != 0;
            long headers = (in.getShort(start + 6) & 0xFFFFL) + (in.getInt(start + 16) & 0xFFFF_FFFFL);
            long end = at + Prefix.LENGTH + headers + (in.getInt(start + 20) & 0xFFFF_FFFFL);
            if (in.getShort(start) != (short) Prefix.MAGIC || end > stream.length) {
                break;
            }
            CRC32C crc = new CRC32C();
            crc.update(stream, start, HEADER_CRC);
            crc.update(stream, start + Prefix.LENGTH, (int) headers);
            if ((int) crc.getValue() != in.getInt(start + HEADER_CRC)) {
                break;
            }
            boolean mayEnd = kind == FrameKind.REQUEST.code()
                    || kind == FrameKind.ONE_WAY.code()
                    || kind == FrameKind.CONTINUATION.code();
            if (mayEnd && !more) {
                requests++;
            }
            at = end;
        }
        return requests;
    }
}
