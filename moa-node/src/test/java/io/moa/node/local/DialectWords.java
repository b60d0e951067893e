package io.moa.node.local;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Answers of local processes as bytes. */
final class DialectWords {

    static final String REPLY = "{\"result\":7}";

    private DialectWords() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] each : parts) {
            all.writeBytes(each);
        }
        return all.toByteArray();
    }

    static byte[] record(int type, byte[] content, int padding) {
        byte[] header = {1, (byte) type, 0, 1, (byte) (content.length >> 8), (byte) content.length, (byte) padding, 0};
        return join(header, content, new byte[padding]);
    }

    /** The good answer of each dialect. */
    static byte[] good(String scheme) {
        return switch (scheme) {
            case "resp" -> bytes("$" + REPLY.length() + "\r\n" + REPLY + "\r\n");
            case "http" -> bytes("HTTP/1.1 200 OK\r\ncontent-length: " + REPLY.length() + "\r\n\r\n" + REPLY);
            case "fastcgi" ->
                join(
                        record(99, bytes("nobody knows this"), 3),
                        record(FastCgiDialect.STDERR, bytes("a warning"), 0),
                        record(FastCgiDialect.STDOUT, bytes("Content-Type: application/json\r\n\r\n"), 5),
                        record(FastCgiDialect.STDOUT, bytes(REPLY), 0),
                        record(FastCgiDialect.STDOUT, new byte[0], 0),
                        record(FastCgiDialect.END_REQUEST, new byte[8], 0));
            default -> throw new IllegalArgumentException(scheme);
        };
    }
}
