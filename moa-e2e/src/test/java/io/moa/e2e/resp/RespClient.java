package io.moa.e2e.resp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of RESP that says and shows each byte. Used by one thread. */
final class RespClient implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    RespClient(int port) throws IOException {
        this(InetAddress.getLoopbackAddress(), port);
    }

    RespClient(InetAddress host, int port) throws IOException {
        this(host, port, 0);
    }

    /** @param receiveBuffer how much the kernel takes for a client that does not read, in bytes, about; 0 for what it likes */
    RespClient(InetAddress host, int port, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(host, port));
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends bytes as they are. */
    void raw(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Sends bytes; false if the server has closed. */
    boolean tryRaw(byte[] bytes) {
        try {
            raw(bytes);
            return true;
        } catch (IOException closed) {
            return false;
        }
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

    /** Sends a command, and answers what comes back, as people write it. */
    String ask(String... arguments) throws IOException {
        raw(command(arguments));
        return answer();
    }

    /** The next answer: a text as it is, a list in brackets, an error with its dash. */
    String answer() throws IOException {
        String line = line();
        return switch (line.charAt(0)) {
            case '$' -> line.equals("$-1") ? "null" : bulk(Integer.parseInt(line.substring(1)));
            case '*' -> list(Integer.parseInt(line.substring(1)));
            case '%' -> list(2 * Integer.parseInt(line.substring(1)));
            default -> line;
        };
    }

    private String list(int size) throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(answer());
        }
        return all.toString();
    }

    private String bulk(int length) throws IOException {
        byte[] bytes = in.readNBytes(length + 2);
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int each = in.read(); each != '\r'; each = in.read()) {
            if (each < 0) {
                throw new EOFException("the server closed after: " + bytes);
            }
            bytes.write(each);
        }
        in.read();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /**
     * What the server still says until it closes, by ending the connection or by a reset.
     *
     * @throws AssertionError if it does not close
     */
    String rest() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (int each = in.read(); each >= 0; each = in.read()) {
                bytes.write(each);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server did not close after saying: " + bytes, e);
        } catch (IOException reset) {
            return bytes.toString(StandardCharsets.UTF_8);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Whether the server has closed, with nothing more to say. */
    boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
