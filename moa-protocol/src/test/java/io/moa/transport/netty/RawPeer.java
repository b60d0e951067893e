package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.FrameReader;
import io.moa.protocol.frame.FrameSink;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.ReplyHeader;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.frame.RequestHop;
import io.moa.protocol.frame.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A peer made of a plain socket, which does what no decent peer would. It blocks; one thread at a time. */
final class RawPeer implements AutoCloseable {

    static final ServiceId SERVICE = ServiceId.of("raw.Service");
    static final MethodId METHOD = MethodId.parse("call(byte[])");
    static final byte[] TARGET = CallHeader.encodeTarget(SERVICE, METHOD, 1);

    /** How long the headers of a request are. */
    static final int REQUEST_HEADERS = RequestHop.FIXED_LENGTH + TARGET.length;

    private static final int PATIENCE_MILLIS = 30_000;

    /** What came. */
    record Seen(
            FrameKind kind, long id, int status, @Nullable Executed executed, String text, byte[] body) {}

    private final Socket socket;
    private final FrameReader reader = new FrameReader(new FrameLimits(1 << 20, 16 << 20, 1 << 30));
    private final Queue<Seen> seen = new ArrayDeque<>();
    private final byte[] chunk = new byte[64 * 1024];

    private RawPeer(Socket socket) {
        this.socket = socket;
    }

    static RawPeer connect(Address address) {
        return connect(address, 0);
    }

    /** From another address of this machine. */
    static RawPeer connectFrom(String local, Address address) throws IOException {
        Address.Tcp tcp = (Address.Tcp) address;
        Socket socket = new Socket(tcp.host(), tcp.port(), InetAddress.getByName(local), 0);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawPeer(socket);
    }

    /** @param receiveBuffer how much the kernel takes for a peer that does not read; 0 for what it likes */
    static RawPeer connect(Address address, int receiveBuffer) {
        Address.Tcp tcp = (Address.Tcp) address;
        try {
            Socket socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(tcp.host(), tcp.port()));
            return new RawPeer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RawPeer accept(ServerSocket door) {
        try {
            Socket socket = door.accept();
            socket.setSoTimeout(PATIENCE_MILLIS);
            return new RawPeer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- frames to send

    static ByteBuf pong(long token) {
        ByteBuf out = Unpooled.buffer();
        Frames.pong(out, token);
        return out;
    }

    static ByteBuf cancel(long id) {
        ByteBuf out = Unpooled.buffer();
        Frames.cancel(out, id, Cancellation.Reason.SUPERSEDED);
        return out;
    }

    static ByteBuf hello(long credit) {
        ByteBuf out = Unpooled.buffer();
        Frames.message(
                out,
                FrameKind.HELLO,
                new Hello(
                        "raw", "raw-uuid", 1, 1, 0, 64 << 10, 64 << 20, credit, new byte[0], "", "", List.of(SERVICE)));
        return out;
    }

    static ByteBuf welcome(String application) {
        ByteBuf out = Unpooled.buffer();
        Frames.message(
                out,
                FrameKind.WELCOME,
                new Welcome(
                        true,
                        "",
                        application,
                        "raw-server-uuid",
                        1,
                        0,
                        64 << 10,
                        64 << 20,
                        1 << 20,
                        new byte[0],
                        List.of(SERVICE),
                        1_000));
        return out;
    }

    static ByteBuf request(long id, byte[] body) {
        return request(id, 0, body, body.length);
    }

    /** The first frame of a request of which the whole body has {@code whole} bytes. */
    static ByteBuf request(long id, int flags, byte[] piece, int whole) {
        ByteBuf out = Unpooled.buffer(256 + piece.length);
        int start = Prefix.begin(out);
        int hop = RequestHop.write(out, 60_000_000_000L, Hop.DIRECT, null);
        out.writeBytes(TARGET);
        Prefix.finish(out, start, FrameKind.REQUEST, flags, id, hop, TARGET.length, piece.length, whole, 0);
        return out.writeBytes(piece);
    }

    static ByteBuf piece(long id, boolean more, byte[] piece, int whole) {
        ByteBuf out = Unpooled.buffer(64 + piece.length);
        Frames.continuation(out, id, more, piece.length, whole);
        return out.writeBytes(piece);
    }

    static ByteBuf response(long id, int flags, byte[] piece, int whole) {
        ByteBuf out = Unpooled.buffer(64 + piece.length);
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, null);
        Prefix.finish(out, start, FrameKind.RESPONSE, flags, id, hop, 0, piece.length, whole, 0);
        return out.writeBytes(piece);
    }

    // ---- sending and receiving

    /** Introduces itself and waits for the answer. */
    RawPeer introduced(long credit) {
        send(hello(credit));
        Seen answer = next();
        if (answer.kind() != FrameKind.WELCOME) {
            throw new AssertionError("a welcome was expected, not " + answer);
        }
        return this;
    }

    RawPeer send(ByteBuf bytes) {
        if (!trySend(bytes)) {
            throw new AssertionError("the connection is closed");
        }
        return this;
    }

    /** Sends; false if the other side has closed. */
    boolean trySend(ByteBuf bytes) {
        byte[] content = ByteBufUtil.getBytes(bytes);
        bytes.release();
        try {
            socket.getOutputStream().write(content);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Closing is to reset the connection instead of ending it. */
    void resetOnClose() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the stream of this side. */
    void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame. */
    Seen next() {
        Seen known = nextOrEnd();
        if (known == null) {
            throw new AssertionError("the connection was closed");
        }
        return known;
    }

    /** The next response; what else comes before it is skipped. */
    Seen nextResponse() {
        Seen next = next();
        while (next.kind() != FrameKind.RESPONSE) {
            next = next();
        }
        return next;
    }

    /** The next frame, or null if the other side has closed the connection. */
    @Nullable
    Seen nextOrEnd() {
        while (seen.isEmpty()) {
            int length;
            try {
                length = socket.getInputStream().read(chunk);
            } catch (java.net.SocketTimeoutException e) {
                throw new AssertionError("nothing came, and the connection is not closed either", e);
            } catch (IOException reset) {
                return null;
            }
            if (length < 0) {
                return null;
            }
            reader.read(Unpooled.copiedBuffer(chunk, 0, length), new Collector());
        }
        return seen.poll();
    }

    /** Waits until the other side closes, whatever comes before. */
    void awaitEnd() {
        while (nextOrEnd() != null) {
            continue;
        }
    }

    private final class Collector implements FrameSink {
        @Override
        public void frame(Frame frame) {
            ByteBuf in = frame.buffer();
            int status = -1;
            Executed executed = null;
            String text = "";
            if (frame.kind() == FrameKind.RESPONSE) {
                status = ReplyHop.statusCode(in, frame.hopIndex(), frame.hopLength());
                executed = ReplyHop.executed(in, frame.hopIndex(), frame.hopLength());
                text = ReplyHeader.parse(in, frame.callIndex(), frame.callLength())
                        .message();
            } else if (frame.kind() == FrameKind.CONTROL) {
                Control said = Control.parse(in, frame.callIndex(), frame.callLength());
                if (said instanceof Control.ProtocolError error) {
                    text = error.message();
                } else if (said instanceof Control.Progress progress) {
                    text = progress.known() ? "known" : "unknown";
                }
            }
            byte[] body = ByteBufUtil.getBytes(in, frame.bodyIndex(), frame.bodyLength());
            seen.add(new Seen(frame.kind(), frame.requestId(), status, executed, text, body));
        }

        @Override
        public void oversized(Frame header) {
            throw new AssertionError("too large: " + header);
        }
    }

    @Override
    public void close() {
        reader.close();
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
