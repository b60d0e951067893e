package io.moa.node.local;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * FastCGI as a responder, as PHP-FPM speaks it: each call is a POST to one script, its body the call in JSON. A connection carries one
 * request, because PHP-FPM gives a whole process to each connection that stays open. Follows the FastCGI specification, version 1.
 */
final class FastCgiDialect implements Dialect {

    static final int HEADER_BYTES = 8;
    static final int END_REQUEST = 3;
    static final int STDOUT = 6;
    static final int STDERR = 7;

    private static final int BEGIN_REQUEST = 1;
    private static final int PARAMS = 4;
    private static final int STDIN = 5;
    private static final int VERSION = 1;
    private static final int REQUEST = 1; // the only one of its connection
    private static final int RESPONDER = 1;
    private static final int MAX_CONTENT_BYTES = 65_528; // of a record; a multiple of eight, as is recommended

    private final String script;
    private final int maxBytes;

    /**
     * Speaks to a pool of one script.
     *
     * @param script the file's path, as the pool sees it
     * @param maxBytes the longest answer
     */
    FastCgiDialect(String script, int maxBytes) {
        this.script = script;
        this.maxBytes = maxBytes;
    }

    @Override
    public ByteBuf question(ByteBuf json, ByteBufAllocator allocator) {
        try {
            return request("POST", json, allocator);
        } finally {
            json.release();
        }
    }

    @Override
    public ByteBuf check(ByteBufAllocator allocator) {
        return request("GET", Unpooled.EMPTY_BUFFER, allocator);
    }

    private ByteBuf request(String verb, ByteBuf body, ByteBufAllocator allocator) {
        ByteBuf params = params(verb, body.readableBytes(), allocator);
        try {
            int length = body.readableBytes();
            ByteBuf out =
                    allocator.buffer(length + params.readableBytes() + HEADER_BYTES * (6 + length / MAX_CONTENT_BYTES));
            header(out, BEGIN_REQUEST, 8).writeShort(RESPONDER).writeZero(6); // the flags ask to close the connection
            stream(out, PARAMS, params);
            stream(out, STDIN, body);
            return out;
        } finally {
            params.release();
        }
    }

    private static ByteBuf header(ByteBuf out, int type, int contentLength) {
        return out.writeByte(VERSION)
                .writeByte(type)
                .writeShort(REQUEST)
                .writeShort(contentLength)
                .writeShort(0);
    }

    private static void stream(ByteBuf out, int type, ByteBuf content) {
        int at = content.readerIndex();
        while (at < content.writerIndex()) {
            int length = Math.min(MAX_CONTENT_BYTES, content.writerIndex() - at);
            header(out, type, length).writeBytes(content, at, length);
            at += length;
        }
        header(out, type, 0);
    }

    private ByteBuf params(String verb, int contentLength, ByteBufAllocator allocator) {
        String name = script.substring(script.lastIndexOf('/') + 1);
        Map<String, String> all = new LinkedHashMap<>();
        all.put("GATEWAY_INTERFACE", "CGI/1.1");
        all.put("SERVER_SOFTWARE", "moa");
        all.put("SERVER_PROTOCOL", "HTTP/1.1");
        all.put("SERVER_NAME", "localhost");
        all.put("SERVER_PORT", "80");
        all.put("REMOTE_ADDR", "127.0.0.1");
        all.put("REQUEST_METHOD", verb);
        all.put("REQUEST_URI", "/" + name);
        all.put("QUERY_STRING", "");
        all.put("SCRIPT_FILENAME", script);
        all.put("SCRIPT_NAME", "/" + name);
        all.put("DOCUMENT_ROOT", script.substring(0, Math.max(1, script.lastIndexOf('/'))));
        if (contentLength > 0) {
            all.put("CONTENT_TYPE", "application/json");
            all.put("CONTENT_LENGTH", Integer.toString(contentLength));
        }
        ByteBuf out = allocator.buffer(512);
        all.forEach((key, value) -> {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            length(out, key.length());
            length(out, text.length);
            out.writeBytes(key.getBytes(StandardCharsets.US_ASCII)).writeBytes(text);
        });
        return out;
    }

    private static void length(ByteBuf out, int bytes) {
        if (bytes < 128) {
            out.writeByte(bytes);
        } else {
            out.writeInt(bytes | 0x8000_0000);
        }
    }

    @Override
    public boolean keepsConnections() {
        return false;
    }

    @Override
    public Reader reader(boolean check) {
        return new FastCgiAnswer(check, maxBytes);
    }
}
