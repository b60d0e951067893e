package io.moa.benchmarks.resp;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** The texts of the measurement, in ASCII, and how they stand on the wire. */
final class RespText {

    /** How many bytes an answer has, without RESP's own. */
    static final int BYTES = 1024;

    private static final int PATIENCE_MILLIS = 30_000;

    private RespText() {}

    /** Letters and digits by chance, the same in each run. */
    static String some(int length) {
        String of = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        Random chance = new Random(7);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(of.charAt(chance.nextInt(of.length())));
        }
        return text.toString();
    }

    static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    static String command(List<String> words) {
        StringBuilder wire = new StringBuilder("*" + words.size() + "\r\n");
        words.forEach(word -> wire.append(bulk(word)));
        return wire.toString();
    }

    /** Sends a command by a connection of its own, and fails unless that is what comes back. */
    static void check(String name, int port, List<String> words, String answer) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(command(words).getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String wanted = bulk(answer);
            String came = new String(in.readNBytes(wanted.length()), StandardCharsets.US_ASCII);
            if (!came.equals(wanted)) {
                throw new IOException(name + " answered " + came.strip() + ", and not " + answer);
            }
        }
    }
}
