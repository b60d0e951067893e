package io.moa.protocol.serialize;

/** A place in a body that has not been checked yet: whatever is read, the end is looked for first. */
abstract class HessianCursor {

    static final int MAX_NAME_CHARS = 512;

    private static final byte[] NOTHING = {};

    byte[] bytes = NOTHING;
    int at;
    int end;

    final void open(byte[] body, int from, int to) {
        bytes = body;
        at = from;
        end = to;
    }

    final void shut() {
        bytes = NOTHING;
    }

    final int peek() {
        if (at >= end) {
            throw cut();
        }
        return bytes[at] & 0xff;
    }

    final int next() {
        if (at >= end) {
            throw cut();
        }
        return bytes[at++] & 0xff;
    }

    final void skip(int count) {
        if (count > end - at) {
            throw cut();
        }
        at += count;
    }

    /** A whole number where the grammar wants one. */
    final int integer() {
        int tag = next();
        if (tag >= 0x80 && tag < 0xc0) {
            return tag - 0x90;
        }
        if (tag >= 0xc0 && tag < 0xd0) {
            return ((tag - 0xc8) << 8) + next();
        }
        if (tag >= 0xd0 && tag < 0xd8) {
            return ((tag - 0xd4) << 16) + (next() << 8) + next();
        }
        if (tag == 'I') {
            return (next() << 24) | (next() << 16) | (next() << 8) | next();
        }
        throw broken("has no number where one is due");
    }

    /** Whether a value with this code is a text of one piece. */
    static boolean isName(int tag) {
        return tag < 0x20 || (tag >= 0x30 && tag < 0x34) || tag == 'S';
    }

    /** Passes over the name of a class, a type or a field, and says where its letters begin; they end at the cursor. */
    final int name() {
        int tag = next();
        int chars;
        if (tag < 0x20) {
            chars = tag;
        } else if (tag >= 0x30 && tag < 0x34) {
            chars = ((tag - 0x30) << 8) + next();
        } else if (tag == 'S') {
            chars = (next() << 8) + next();
        } else {
            throw broken("has no name where one is due");
        }
        int start = at;
        letters(chars);
        if (chars > MAX_NAME_CHARS) {
            throw SerializationException.overLimit(
                    "A body holds a name of more than " + MAX_NAME_CHARS + " characters.");
        }
        return start;
    }

    /** Passes over so many chars and says whether all are ASCII. Lengths count UTF-16 units; each takes 1 to 3 bytes. */
    final boolean letters(int chars) {
        if (chars > end - at) {
            throw cut();
        }
        int last = at + chars;
        int i = Letters.endOfAscii(bytes, at, last);
        if (i == last) {
            at = i;
            return true;
        }
        byte[] body = bytes;
        for (int left = last - i; left > 0; left--) {
            if (i >= end) {
                throw cut();
            }
            int size = Letters.size(body[i]);
            if (size == 0) {
                throw broken("holds a text that is not UTF-8");
            }
            i += size;
        }
        if (i > end) {
            throw cut();
        }
        at = i;
        return false;
    }

    final SerializationException cut() {
        return SerializationException.malformed("The body is cut short.");
    }

    final SerializationException broken(String what) {
        return SerializationException.malformed("The body is not valid Hessian 2: it " + what + ".");
    }
}
