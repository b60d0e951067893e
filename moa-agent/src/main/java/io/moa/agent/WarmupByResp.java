package io.moa.agent;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The part of a {@link Warmup} that comes as programs of other languages do. Blocks; used by one thread. */
final class WarmupByResp {

    private static final int AT_ONCE = 16;

    private final Ticker ticker;
    private final byte[] requests; // so many as are sent at once

    /** Calls of a method. */
    WarmupByResp(Ticker ticker, ServiceId service, String method) {
        this.ticker = ticker;
        String request = "{\"service\":\"" + service + "\",\"method\":\"" + method + "\",\"args\":[\"warm\",1]}";
        String command = "*2\r\n$3\r\nGET\r\n$" + request.length() + "\r\n" + request + "\r\n";
        this.requests = command.repeat(AT_ONCE).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Makes so many calls, or as many as the time allows.
     *
     * @return how many were answered, well or not
     */
    int run(Path door, int calls, long endNanos) throws IOException {
        int answered = 0;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(door))) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            while (answered < calls && ticker.nanos() - endNanos < 0) {
                ByteBuffer out = ByteBuffer.wrap(requests);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                for (int i = 0; i < AT_ONCE; i++) {
                    skipReply(in);
                }
                answered += AT_ONCE;
            }
        }
        return answered;
    }

    private static void skipReply(InputStream in) throws IOException {
        String line = line(in);
        if (line.startsWith("$") && !line.startsWith("$-")) {
            in.skipNBytes(Integer.parseInt(line.substring(1)) + 2L); // and the end of the line
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int each = in.read(); each != '\n'; each = in.read()) {
            if (each < 0) {
                throw new EOFException("the connection ended");
            }
            if (each != '\r') {
                line.append((char) each);
            }
        }
        return line.toString();
    }
}
