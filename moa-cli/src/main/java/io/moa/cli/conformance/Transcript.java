package io.moa.cli.conformance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a client sends and what a server answers, byte by byte, as a text: lines that begin with {@code C: } and {@code S: }, with {@code \r},
 * {@code \n}, {@code \\} and {@code \x00} for other bytes; {@code S: (closed)} for the end of the connection; {@code #} for people. Immutable.
 *
 * @param name of the file
 * @param lines all of them
 */
public record Transcript(String name, List<String> lines) {

    private static final String CLOSED = "S: (closed)";

    public Transcript {
        lines = List.copyOf(lines);
    }

    /** Reads the text of one. */
    public static Transcript of(String name, String text) {
        return new Transcript(name, text.lines().toList());
    }

    /**
     * Plays it against a server that exports {@link Conformance}, and writes down what that answers in place of what stands there.
     *
     * @param patienceMillis how long each answer is waited for
     * @throws IOException if the server cannot be reached, or does not answer
     */
    public Transcript play(String host, int port, int patienceMillis) throws IOException {
        List<String> played = new ArrayList<>();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), patienceMillis);
            socket.setSoTimeout(patienceMillis);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String line : lines) {
                if (line.startsWith("C: ")) {
                    socket.getOutputStream().write(bytes(line.substring(3)));
                    played.add(line);
                } else if (line.equals(CLOSED)) {
                    played.add(in.read() < 0 ? CLOSED : "S: (goes on)");
                } else if (line.startsWith("S: ")) {
                    played.add("S: " + text(answer(in)));
                } else {
                    played.add(line);
                }
            }
        } catch (EOFException e) {
            played.add("S: (closed too early)");
        } catch (SocketTimeoutException e) {
            played.add("S: (no answer within " + patienceMillis + " ms)");
        }
        return new Transcript(name, played);
    }

    /** One whole answer of RESP2 or RESP3, as bytes. */
    private static byte[] answer(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        read(in, all);
        return all.toByteArray();
    }

    private static void read(InputStream in, ByteArrayOutputStream all) throws IOException {
        int from = all.size();
        int last = 0;
        for (int b = in.read(); ; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            all.write(b);
            if (b == '\n' && last == '\r') {
                break;
            }
            last = b;
        }
        String line = new String(all.toByteArray(), from, all.size() - from, StandardCharsets.ISO_8859_1).strip();
        switch (line.charAt(0)) {
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length >= 0) {
                    byte[] body = in.readNBytes(length + 2);
                    if (body.length < length + 2) {
                        throw new EOFException();
                    }
                    all.write(body);
                }
            }
            case '*', '~' -> parts(in, all, Integer.parseInt(line.substring(1)));
            case '%' -> parts(in, all, 2 * Integer.parseInt(line.substring(1)));
            default -> {}
        }
    }

    private static void parts(InputStream in, ByteArrayOutputStream all, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            read(in, all);
        }
    }

    private static byte[] bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int i = 0;
        while (i < utf8.length) {
            if (utf8[i] != '\\') {
                out.write(utf8[i++]);
                continue;
            }
            switch (utf8[i + 1]) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case '\\' -> out.write('\\');
                case 'x' -> {
                    out.write(Integer.parseInt("" + (char) utf8[i + 2] + (char) utf8[i + 3], 16));
                    i += 2;
                }
                default -> throw new IllegalArgumentException("\\" + (char) utf8[i + 1] + " is no escape: " + text);
            }
            i += 2;
        }
        return out.toByteArray();
    }

    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (char each : new String(bytes, StandardCharsets.UTF_8).toCharArray()) {
            switch (each) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (each < 0x20) {
                        text.append(String.format(java.util.Locale.ROOT, "\\x%02x", (int) each));
                    } else {
                        text.append(each);
                    }
                }
            }
        }
        return text.toString();
    }

    /**
     * Where it is not what another one says, for people; empty if it is.
     *
     * @param golden in whose lines <code>{n}</code> stands for a number, and <code>{…}</code> for anything
     */
    public List<String> differences(Transcript golden) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < Math.max(lines.size(), golden.lines.size()); i++) {
            String line = i < lines.size() ? lines.get(i) : "(nothing)";
            String expected = i < golden.lines.size() ? golden.lines.get(i) : "(nothing)";
            if (!matches(expected, line)) {
                all.add("line " + (i + 1) + " is " + line + ", and not " + expected);
                return all; // what follows hangs on it
            }
        }
        return all;
    }

    /** Whether a line is what another one says. */
    static boolean matches(String expected, String line) {
        if (!expected.startsWith("S: ") || !(expected.contains("{n}") || expected.contains("{…}"))) {
            return expected.equals(line);
        }
        String pattern = Pattern.quote(expected).replace("{n}", "\\E[0-9]+\\Q").replace("{…}", "\\E.*\\Q");
        return Pattern.matches(pattern, line);
    }

    /** As it stands in a file. */
    public String text() {
        return String.join("\n", lines) + "\n";
    }
}
