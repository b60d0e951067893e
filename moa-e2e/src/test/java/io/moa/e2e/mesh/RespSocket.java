package io.moa.e2e.mesh;

import io.moa.discovery.Address;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A client of RESP at a TCP or Unix socket that says each byte itself. Used by one thread. */
final class RespSocket implements AutoCloseable {

    private final SocketChannel channel;
    private final InputStream in;

    RespSocket(Address address) throws IOException {
        SocketAddress to = address instanceof Address.Tcp tcp
                ? new InetSocketAddress(tcp.host(), tcp.port())
                : UnixDomainSocketAddress.of(((Address.Unix) address).path());
        this.channel = SocketChannel.open(to);
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
    }

    /** A command, as it stands on the wire. */
    static String command(String... arguments) {
        StringBuilder wire = new StringBuilder("*" + arguments.length + "\r\n");
        for (String each : arguments) {
            wire.append('$')
                    .append(each.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n")
                    .append(each)
                    .append("\r\n");
        }
        return wire.toString();
    }

    void raw(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Sends a command, and answers what comes back: a text as it is, anything else as its line. */
    String ask(String... arguments) throws IOException {
        raw(command(arguments));
        return answer();
    }

    String answer() throws IOException {
        String line = line();
        if (line.charAt(0) != '$') {
            return line;
        }
        byte[] bytes = in.readNBytes(Integer.parseInt(line.substring(1)) + 2);
        return new String(bytes, 0, bytes.length - 2, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int each = in.read(); each != '\r'; each = in.read()) {
            if (each < 0) {
                throw new EOFException("the agent closed after: " + bytes);
            }
            bytes.write(each);
        }
        in.read();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
