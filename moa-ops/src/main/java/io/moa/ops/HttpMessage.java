package io.moa.ops;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request or an answer of HTTP/1.1, as much of it as the two ends here need: a head, and a body whose length is said. Immutable.
 *
 * @param first the first line, in its parts
 * @param headers by their names in small letters
 */
record HttpMessage(List<String> first, Map<String, String> headers, String body) {

    private static final int MAX_LINE = 4 * 1024;
    private static final int MAX_HEADERS = 50;

    /**
     * Reads one.
     *
     * @throws OpsException if it is none, or too large
     * @throws IOException if the connection ends before
     */
    static HttpMessage read(InputStream in, int maxBody) throws OpsException, IOException {
        List<String> first = List.of(line(in).split(" ", 3));
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) <= ' ' || headers.size() >= MAX_HEADERS) {
                throw new OpsException(431, "A header that is none, or more than " + MAX_HEADERS);
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (headers.put(name, line.substring(colon + 1).strip()) != null) {
                throw new OpsException(400, "A header twice");
            }
        }
        if (headers.containsKey("transfer-encoding")) {
            throw new OpsException(411, "The length of a body is said by Content-Length");
        }
        String said = headers.getOrDefault("content-length", "0");
        if (!said.matches("[0-9]{1,9}")) {
            throw new OpsException(400, "Content-Length is a number");
        }
        int length = Integer.parseInt(said);
        if (length > maxBody) {
            throw new OpsException(413, "A body has at most " + maxBody + " bytes");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("The connection ended within a body");
        }
        return new HttpMessage(first, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws OpsException, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int each = in.read(); each != '\n'; each = in.read()) {
            if (each < 0) {
                throw new IOException("The connection ended within a head");
            }
            if (bytes.size() >= MAX_LINE) {
                throw new OpsException(431, "A line of a head has at most " + MAX_LINE + " bytes");
            }
            bytes.write(each);
        }
        String line = bytes.toString(StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
