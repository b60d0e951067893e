package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes Hessian 2: objects, lists and maps, each described or named once and referred to when it comes again.
 *
 * <p>Used by one thread at a time; after a failed write it must not be used again.
 */
final class HessianOut extends HessianRuns {

    private final int maxDepth;
    private final Identities refs = new Identities();
    private final Identities classes = new Identities();
    private final Identities typeNames = new Identities();
    private @Nullable HessianTypes types;
    private int depth;

    HessianOut(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Starts on a body of at most so many bytes. */
    void begin(ByteBuf buffer, int maxBytes, HessianTypes allowed) {
        open(buffer, maxBytes);
        types = allowed;
        depth = 0;
    }

    /** Hands over what is still in the window, and lets go of what was written. */
    void finish() {
        shut();
        types = null;
        refs.clear();
        classes.clear();
        typeNames.clear();
    }

    // ---- values

    void writeObject(@Nullable Object value) {
        if (value == null) {
            writeNull();
        } else if (value instanceof String text) {
            writeString(text);
        } else if (value instanceof Integer number) {
            writeInt(number);
        } else if (value instanceof Long number) {
            writeLong(number);
        } else if (value instanceof Boolean flag) {
            writeBoolean(flag);
        } else if (value instanceof Double number) {
            writeDouble(number);
        } else if (value instanceof byte[] binary) {
            writeBytes(binary);
        } else {
            write(Objects.requireNonNull(types).ofClass(value.getClass()), value);
        }
    }

    /** Writes a value whose type is known to be this one. */
    void write(HessianType type, Object value) {
        if (++depth > maxDepth) {
            throw HessianScan.tooDeep(maxDepth);
        }
        type.write(value, this);
        depth--;
    }

    // ---- objects, lists and maps

    /** Writes a reference if the value has come before; else it takes the next number. */
    boolean addRef(Object value) {
        int ref = refs.add(value);
        if (ref < 0) {
            return false;
        }
        need(1);
        bytes[at++] = 'Q';
        writeInt(ref);
        return true;
    }

    /** Takes the next number for a list or map that is made for the wire alone. */
    void skipRef() {
        refs.skip();
    }

    /** Starts an object; describes its class the first time. The fields follow in the order of the description. */
    void beginObject(HessianType type) {
        int number = classes.add(type);
        if (number < 0) {
            number = classes.size() - 1;
            byte[] description = type.description();
            put(description, 0, description.length);
        }
        if (number < 0x10) {
            need(1);
            bytes[at++] = (byte) (0x60 + number);
        } else {
            need(1);
            bytes[at++] = 'O';
            writeInt(number);
        }
    }

    /** Starts a list; null for one without a type. */
    void beginList(int length, @Nullable HessianType type) {
        need(1);
        if (type == null) {
            bytes[at++] = (byte) (length < 8 ? 0x78 + length : 'X');
        } else {
            bytes[at++] = (byte) (length < 8 ? 0x70 + length : 'V');
            writeType(type);
        }
        if (length >= 8) {
            writeInt(length);
        }
    }

    /** Starts a map, which {@link #endMap} ends; null for one without a type. */
    void beginMap(@Nullable HessianType type) {
        need(1);
        bytes[at++] = (byte) (type == null ? 'H' : 'M');
        if (type != null) {
            writeType(type);
        }
    }

    void endMap() {
        need(1);
        bytes[at++] = 'Z';
    }

    private void writeType(HessianType type) {
        int number = typeNames.add(type);
        if (number < 0) {
            byte[] name = type.nameBytes();
            put(name, 0, name.length);
        } else {
            writeInt(number);
        }
    }

    // ---- bytes made once

    /** A short text with its length. */
    static byte[] text(String text) {
        byte[] letters = Letters.encoded(text);
        int length = text.length();
        int header = length < 0x20 ? 1 : length < 0x400 ? 2 : 3;
        byte[] bytes = new byte[header + letters.length];
        if (header == 1) {
            bytes[0] = (byte) length;
        } else {
            bytes[0] = (byte) (header == 3 ? 'S' : 0x30 + (length >> 8));
            bytes[1] = (byte) (header == 3 ? length >> 8 : length);
            bytes[header - 1] = (byte) length;
        }
        System.arraycopy(letters, 0, bytes, header, letters.length);
        return bytes;
    }

    /** The description of a class: its name and those of its fields. */
    static byte[] description(String name, String[] fields) {
        ByteBuf buffer = io.netty.buffer.Unpooled.buffer();
        buffer.writeByte('C').writeBytes(text(name));
        HessianDirect.write(fields.length, buffer);
        for (String field : fields) {
            buffer.writeBytes(text(field));
        }
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }
}
