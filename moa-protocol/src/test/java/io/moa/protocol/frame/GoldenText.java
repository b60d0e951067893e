package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;

/**
 * A frame as text that people can read: bytes in hex, what they are behind a {@code #}. Reading takes the hex digits
 * before each {@code #} and nothing else.
 */
final class GoldenText {

    private static final int COLUMN = 50;
    private static final int PER_LINE = 16;

    private final ByteBuf frame;
    private final StringBuilder text = new StringBuilder();
    private int at;

    private GoldenText(byte[] frame) {
        this.frame = WireSample.buffer(frame);
    }

    static byte[] bytes(String text) {
        StringBuilder hex = new StringBuilder();
        for (String line : text.lines().toList()) {
            int comment = line.indexOf('#');
            hex.append((comment < 0 ? line : line.substring(0, comment)).replace(" ", ""));
        }
        return HexFormat.of().parseHex(hex);
    }

    /** Prints all vectors into a folder, for a new kind of frame: existing files must never change. */
    public static void main(String[] folder) throws java.io.IOException {
        for (Map.Entry<String, byte[]> vector : WireSample.vectors().entrySet()) {
            Path file = Path.of(folder[0], vector.getKey() + ".hex");
            if (!Files.exists(file)) {
                Files.writeString(file, of(vector.getKey(), vector.getValue()));
            }
        }
    }

    static String of(String name, byte[] frame) {
        return new GoldenText(frame).print(name);
    }

    private String print(String name) {
        text.append("# ")
                .append(name)
                .append(": ")
                .append(frame.readableBytes())
                .append(" bytes\n");
        FrameKind kind = FrameKind.ofCode(frame.getByte(3));
        int hop = frame.getUnsignedShort(6);
        int call = frame.getInt(16);
        int body = frame.getInt(20);
        line(2, "magic");
        line(1, "version");
        line(1, "kind " + kind);
        line(2, "flags");
        line(2, "hop header length " + hop);
        line(8, "request id");
        line(4, "call header length " + call);
        line(4, "body length " + body);
        line(4, "whole body length " + frame.getInt(24));
        line(4, "body CRC32C");
        line(4, "header CRC32C");
        if (hop > 0 && kind != null) {
            hop(kind, hop);
        }
        if (call > 0) {
            section("call header");
            fields(at + call, "");
        }
        if (body > 0) {
            section("body");
            line(body, quoted(at, body));
        }
        return text.toString();
    }

    private void hop(FrameKind kind, int length) {
        section("hop header");
        int end = at + length;
        switch (kind) {
            case REQUEST, ONE_WAY -> {
                line(8, "remaining " + frame.getLong(at) + " ns");
                line(1, "attempt");
                line(1, "retry owner");
                line(1, "hops left");
                line(1, "governed by");
                line(1, "ledger blocks");
                line(3, "reserved");
            }
            case RESPONSE -> {
                line(1, "status");
                line(1, "executed");
                line(1, "flags");
                line(1, "load in percent");
                line(4, "retry after " + frame.getUnsignedInt(at) + " ms");
                line(1, "ledger blocks");
                line(7, "reserved");
            }
            case CANCEL -> {
                line(1, "reason");
                line(3, "reserved");
            }
            case CREDIT -> {
                line(4, frame.getUnsignedInt(at) + " bytes granted");
                line(4, "reserved");
            }
            default -> throw new IllegalStateException("no hop header is known for " + kind);
        }
        while (at < end) {
            int times = frame.getUnsignedByte(at + 1);
            line(1, "ledger block of hop kind " + frame.getByte(at));
            line(1, times + " times");
            line(2, "reserved");
            for (int i = 0; i < times; i++) {
                line(4, frame.getUnsignedInt(at) / 10.0 + " us");
            }
        }
    }

    /** Protobuf, a field to a line; what looks like a nested message of ours is opened one level. */
    private void fields(int end, String indent) {
        while (at < end) {
            int tagAt = at;
            int[] next = {at};
            long tag = varint(next);
            int field = (int) (tag >>> 3);
            if ((tag & 7) == 0) {
                long number = varint(next);
                line(next[0] - tagAt, indent + "field " + field + " = " + Long.toUnsignedString(number));
            } else {
                int length = (int) varint(next);
                boolean nested = indent.isEmpty() && looksNested(next[0], length);
                if (nested) {
                    line(next[0] - tagAt, indent + "field " + field + ", " + length + " bytes:");
                    fields(at + length, indent + "  ");
                } else {
                    line(next[0] + length - tagAt, indent + "field " + field + " = " + quoted(next[0], length));
                }
            }
        }
    }

    private boolean looksNested(int index, int length) {
        int[] next = {index};
        int end = index + length;
        int last = 0;
        while (next[0] < end) {
            long tag = varint(next);
            int field = (int) (tag >>> 3);
            if (field <= last || field > 8 || (tag & 7) != 0 && (tag & 7) != 2) {
                return false;
            }
            last = field;
            long value = varint(next);
            if ((tag & 7) == 2) {
                if (value > end - next[0]) {
                    return false;
                }
                next[0] += (int) value;
            }
        }
        return next[0] == end && length > 0;
    }

    private long varint(int[] next) {
        long value = 0;
        for (int shift = 0; next[0] < frame.writerIndex(); shift += 7) {
            byte b = frame.getByte(next[0]++);
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                break;
            }
        }
        return value;
    }

    private String quoted(int index, int length) {
        String content = frame.toString(index, length, StandardCharsets.UTF_8);
        return content.chars().anyMatch(c -> c < ' ' || c == 0xFFFD) ? length + " bytes" : '"' + content + '"';
    }

    private void section(String title) {
        text.append("# ").append(title).append('\n');
    }

    private void line(int length, String comment) {
        for (int done = 0; done < length; done += PER_LINE) {
            String hex = ByteBufUtil.hexDump(frame, at + done, Math.min(PER_LINE, length - done))
                    .replaceAll("..(?=.)", "$0 ");
            text.append(hex);
            if (done == 0) {
                text.append(" ".repeat(COLUMN - hex.length())).append("# ").append(comment);
            }
            text.append('\n');
        }
        at += length;
    }
}
