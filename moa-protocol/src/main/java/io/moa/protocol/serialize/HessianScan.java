package io.moa.protocol.serialize;

import java.util.Arrays;

/**
 * Reads a Hessian body once without making anything of it, and refuses what the library would choke on.
 *
 * <p>The library trusts every count it reads: the eight bytes {@code 43 01 78 49 7f ff ff ff} make it ask for an array of
 * two billion fields, 200 kB of {@code 57} overflow the stack, and at the end of the bytes it goes on with -1. So before
 * it sees a body, one linear pass over the grammar proves that
 *
 * <ul>
 *   <li>every value is whole, and exactly the expected number of them stands there with no byte left over;
 *   <li>every declared count is at most the limit, and at most the bytes that remain, for each element takes one;
 *   <li>nothing nests deeper than the limit, and there are no more objects, lists and maps than the limit;
 *   <li>references point to types, classes and values that have come before;
 *   <li>values that refer to values do not unfold to a graph too large to walk: a set of lists that each hold the one
 *       before twice takes 2^n steps to hash.
 * </ul>
 *
 * <p>The grammar here is a subset of what the library takes: where that one reads any kind of number, this one asks for an
 * int. Names of classes are not judged here but by {@link HessianTypes}, because a field that the reader does not have may
 * hold any class, and is skipped. Used by one thread at a time.
 */
final class HessianScan {

    private static final int MAX_NAME_CHARS = 512;
    private static final int MAX_CLASSES = 4096;
    /** How many times the element limit a graph may unfold to. */
    private static final int MAX_UNFOLDING = 100;

    private final int maxDepth;
    private final int maxElements;
    private final long maxWeight;

    private byte[] bytes = {};
    private int at;
    private int end;
    private int types;
    private int classes;
    private int[] fieldCounts = new int[8];
    private int refs;
    /** How many values each object, list or map unfolds to; 0 while it is still open. */
    private long[] weights = new long[32];

    HessianScan(SerializationLimits limits) {
        this.maxDepth = limits.maxDepth();
        this.maxElements = limits.maxElements();
        this.maxWeight = (long) limits.maxElements() * MAX_UNFOLDING;
    }

    /**
     * Checks a body of so many values.
     *
     * @throws SerializationException if anything above does not hold
     */
    void check(byte[] body, int from, int to, int values) {
        bytes = body;
        at = from;
        end = to;
        types = 0;
        classes = 0;
        refs = 0;
        for (int i = 0; i < values; i++) {
            if (at == end) {
                throw SerializationException.malformed("The body ends after " + i + " of " + values
                        + " values; it was cut short or belongs to another method.");
            }
            value(0);
        }
        if (at != end) {
            throw SerializationException.malformed((end - at) + " bytes follow after the last of " + values
                    + " values; the body belongs to another method.");
        }
        bytes = new byte[0];
    }

    /** Passes over one value and says how many values it unfolds to. */
    private long value(int depth) {
        int tag = next();
        if (tag < 0x20) {
            text(tag);
            return 1;
        }
        if (tag < 0x30) {
            skip(tag - 0x20);
            return 1;
        }
        if (tag < 0x34) {
            text(tag);
            return 1;
        }
        if (tag < 0x38) {
            skip(((tag - 0x34) << 8) + next());
            return 1;
        }
        if (tag < 0x40) {
            skip(2);
            return 1;
        }
        if (tag >= 0x80) {
            skip(tag < 0xc0 || (tag >= 0xd8 && tag < 0xf0) ? 0 : tag >= 0xd0 && tag < 0xd8 ? 2 : 1);
            return 1;
        }
        if (tag >= 0x60 && tag < 0x70) {
            return object(tag - 0x60, depth);
        }
        if (tag >= 0x70 && tag < 0x78) {
            type();
            return list(tag - 0x70, depth);
        }
        if (tag >= 0x78) {
            return list(tag - 0x78, depth);
        }
        switch (tag) {
            case 'N', 'T', 'F', 0x5b, 0x5c -> {
                return 1;
            }
            case 0x5d -> {
                skip(1);
                return 1;
            }
            case 0x5e -> {
                skip(2);
                return 1;
            }
            case 'I', 0x59, 0x5f, 0x4b -> {
                skip(4);
                return 1;
            }
            case 'L', 'D', 0x4a -> {
                skip(8);
                return 1;
            }
            case 'R', 'S' -> {
                text(tag);
                return 1;
            }
            case 'A', 'B' -> {
                binary(tag);
                return 1;
            }
            case 'C' -> {
                define();
                // The library goes one level deeper for each description, so one stands before its object, and alone.
                if (peek() == 'C') {
                    throw broken("describes a class without an object of it");
                }
                return value(depth);
            }
            case 'O' -> {
                return object(count("class number"), depth);
            }
            case 'Q' -> {
                int ref = integer();
                if (ref < 0 || ref >= refs) {
                    throw broken("refers to a value that has not come");
                }
                return Math.max(1, weights[ref]);
            }
            case 'U' -> {
                type();
                return list(-1, depth);
            }
            case 'V' -> {
                type();
                return list(count("list"), depth);
            }
            case 'W' -> {
                return list(-1, depth);
            }
            case 'X' -> {
                return list(count("list"), depth);
            }
            case 'H' -> {
                return map(depth);
            }
            case 'M' -> {
                type();
                return map(depth);
            }
            default -> throw broken("holds the unknown code 0x" + Integer.toHexString(tag));
        }
    }

    private long object(int number, int depth) {
        if (number >= classes) {
            throw broken("names a class that was not described");
        }
        int inner = deeper(depth);
        int ref = open();
        long weight = 1;
        for (int i = fieldCounts[number]; i > 0; i--) {
            weight += value(inner);
        }
        return close(ref, weight);
    }

    private long list(int length, int depth) {
        int inner = deeper(depth);
        int ref = open();
        long weight = 1;
        if (length < 0) {
            int elements = 0;
            while (peek() != 'Z') {
                bounded(++elements, "list");
                weight += value(inner);
            }
            at++;
        } else {
            for (int i = 0; i < length; i++) {
                weight += value(inner);
            }
        }
        return close(ref, weight);
    }

    private long map(int depth) {
        int inner = deeper(depth);
        int ref = open();
        long weight = 1;
        int entries = 0;
        while (peek() != 'Z') {
            bounded(++entries, "map");
            weight += value(inner);
            weight += value(inner);
        }
        at++;
        return close(ref, weight);
    }

    private void define() {
        name();
        int count = count("class");
        if (classes == MAX_CLASSES) {
            throw SerializationException.overLimit("A body describes more than " + MAX_CLASSES + " classes.");
        }
        if (classes == fieldCounts.length) {
            fieldCounts = Arrays.copyOf(fieldCounts, classes * 2);
        }
        for (int i = 0; i < count; i++) {
            name();
        }
        fieldCounts[classes++] = count;
    }

    private void type() {
        int tag = peek();
        if (tag < 0x20 || (tag >= 0x30 && tag < 0x34) || tag == 'S' || tag == 'R') {
            name();
            types++;
        } else if (integer() >= types || lastInteger < 0) {
            throw broken("names a type that has not come");
        }
    }

    /** The name of a class, a type or a field. */
    private void name() {
        int tag = next();
        if (!(tag < 0x20 || (tag >= 0x30 && tag < 0x34) || tag == 'S')) {
            throw broken("has no name where one is due");
        }
        if (text(tag) > MAX_NAME_CHARS) {
            throw SerializationException.overLimit(
                    "A body holds a name of more than " + MAX_NAME_CHARS + " characters.");
        }
    }

    private int lastInteger;

    private int integer() {
        int tag = next();
        int value;
        if (tag >= 0x80 && tag < 0xc0) {
            value = tag - 0x90;
        } else if (tag >= 0xc0 && tag < 0xd0) {
            value = ((tag - 0xc8) << 8) + next();
        } else if (tag >= 0xd0 && tag < 0xd8) {
            value = ((tag - 0xd4) << 16) + (next() << 8) + next();
        } else if (tag == 'I') {
            value = (next() << 24) | (next() << 16) | (next() << 8) | next();
        } else {
            throw broken("has no number where one is due");
        }
        lastInteger = value;
        return value;
    }

    /** A declared count: each of what it counts takes a byte at least. */
    private int count(String of) {
        int count = integer();
        if (count < 0) {
            throw broken("declares a negative count");
        }
        bounded(count, of);
        if (count > end - at) {
            throw broken("declares more elements than there are bytes");
        }
        return count;
    }

    private void bounded(int count, String of) {
        if (count > maxElements) {
            throw SerializationException.overLimit(
                    "A body holds a " + of + " of more elements than the limit maxElements, " + maxElements
                            + ": send it in pages, as bytes, or raise the limit.");
        }
    }

    /** Passes over a text and says how many characters it has. Lengths count UTF-16 units; each takes 1 to 3 bytes. */
    private int text(int tag) {
        int total = 0;
        while (true) {
            boolean last = tag != 'R';
            int length;
            if (tag < 0x20) {
                length = tag;
            } else if (tag >= 0x30 && tag < 0x34) {
                length = ((tag - 0x30) << 8) + next();
            } else if (tag == 'S' || tag == 'R') {
                length = (next() << 8) + next();
            } else {
                throw broken("has a text that does not go on");
            }
            letters(length);
            total += length;
            if (last) {
                return total;
            }
            tag = next();
        }
    }

    private void letters(int length) {
        int i = at;
        int left = length;
        if (left > end - i) {
            throw cut();
        }
        byte[] body = bytes;
        while (left > 0) {
            if (i >= end) {
                throw cut();
            }
            int lead = body[i];
            if (lead >= 0) {
                i++;
            } else if ((lead & 0xe0) == 0xc0) {
                i += 2;
            } else if ((lead & 0xf0) == 0xe0) {
                i += 3;
            } else {
                throw broken("holds a text that is not UTF-8");
            }
            left--;
        }
        if (i > end) {
            throw cut();
        }
        at = i;
    }

    private void binary(int first) {
        int tag = first;
        while (true) {
            if (tag == 'A' || tag == 'B') {
                skip((next() << 8) + next());
            } else if (tag >= 0x20 && tag < 0x30) {
                skip(tag - 0x20);
            } else if (tag >= 0x34 && tag < 0x38) {
                skip(((tag - 0x34) << 8) + next());
            } else {
                throw broken("has binary data that does not go on");
            }
            if (tag != 'A') {
                return;
            }
            tag = next();
        }
    }

    private int open() {
        if (refs == maxElements) {
            throw SerializationException.overLimit(
                    "A body holds more objects, lists and maps than the limit maxElements, " + maxElements
                            + ": send less, in pages, or raise the limit.");
        }
        if (refs == weights.length) {
            weights = Arrays.copyOf(weights, refs * 2);
        }
        weights[refs] = 0;
        return refs++;
    }

    private long close(int ref, long weight) {
        if (weight > maxWeight) {
            throw SerializationException.overLimit(
                    "A body refers to its own values so often that they unfold to more than " + maxWeight + ".");
        }
        weights[ref] = weight;
        return weight;
    }

    private int deeper(int depth) {
        if (depth >= maxDepth) {
            throw GuardedInput.tooDeep(maxDepth);
        }
        return depth + 1;
    }

    private int peek() {
        if (at >= end) {
            throw cut();
        }
        return bytes[at] & 0xff;
    }

    private int next() {
        if (at >= end) {
            throw cut();
        }
        return bytes[at++] & 0xff;
    }

    private void skip(int count) {
        if (count > end - at) {
            throw cut();
        }
        at += count;
    }

    private SerializationException cut() {
        return SerializationException.malformed("The body is cut short.");
    }

    private SerializationException broken(String what) {
        return SerializationException.malformed("The body is not valid Hessian 2: it " + what + ".");
    }
}
