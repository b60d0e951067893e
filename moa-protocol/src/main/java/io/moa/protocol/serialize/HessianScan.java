package io.moa.protocol.serialize;

import java.util.Arrays;

/**
 * Goes over a Hessian body once before anything is made of it, refuses what would do harm, and estimates what the rest
 * takes from the heap.
 *
 * <p>Eight bytes, {@code 43 01 78 49 7f ff ff ff}, ask a trusting reader for an array of two billion fields, and 200 kB of
 * {@code 57} for as many frames of the stack. So before the first object is created, one linear pass proves that
 *
 * <ul>
 *   <li>every value is whole, and exactly the expected number of them stands there with no byte left over;
 *   <li>every declared count is at most the limit, and at most the bytes that remain, for each element takes one;
 *   <li>nothing nests deeper than the limit, and there are no more objects, lists and maps than the limit;
 *   <li>references point to types, classes and values that have come before;
 *   <li>values that refer to values do not unfold to a graph too large to walk: a set of lists that each hold the one
 *       before twice takes 2^n steps to hash;
 *   <li>what will be made fits the budget of heap, see {@link HeapCost}.
 * </ul>
 *
 * <p>Names are looked up here, and what is not allowed is not judged: a field that the reader does not have may hold any
 * class, and is skipped. Used by one thread at a time.
 */
final class HessianScan extends HessianCursor {

    /** How many times the element limit a graph may unfold to. */
    private static final int MAX_UNFOLDING = 100;
    /** What the reader takes for any body. */
    private static final int READER = 512;
    /** What the reader's own tables take for an object, a list or a map, when they have to grow. */
    private static final int TABLES = 3 * Heap.REFERENCE;
    /** For each char of a text that is not ASCII: the chars, tried as bytes, and the text in two bytes for each. */
    private static final int WIDE = 5;

    private final int maxDepth;
    private final int maxElements;
    private final int maxWeight;
    private final HessianNames names = new HessianNames();

    private HessianTypes allowed;
    private int refs;
    /** How many values each object, list or map unfolds to; 0 while it is still open. */
    private int[] weights = new int[32];

    private long heap;

    HessianScan(SerializationLimits limits, HessianTypes none) {
        this.maxDepth = limits.maxDepth();
        this.maxElements = limits.maxElements();
        this.maxWeight = limits.maxElements() * MAX_UNFOLDING;
        this.allowed = none;
    }

    /**
     * Checks a body of so many values and says what they will take from the heap, in bytes.
     *
     * @throws SerializationException if anything above does not hold
     */
    long check(byte[] body, int from, int to, int values, HessianTypes types) {
        open(body, from, to);
        allowed = types;
        names.clear();
        refs = 0;
        heap = READER + (long) Heap.REFERENCE * values;
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
        shut();
        return heap + (long) TABLES * refs;
    }

    /** The classes and types of the body that was checked last. */
    HessianNames names() {
        return names;
    }

    /** How many objects, lists and maps it has. */
    int refs() {
        return refs;
    }

    /** Passes over one value and says how many values it unfolds to. */
    private long value(int depth) {
        int tag = next();
        if (tag < 0x20 || (tag >= 0x30 && tag < 0x34)) {
            return text(tag);
        }
        if (tag < 0x30) {
            return bytes(tag - 0x20);
        }
        if (tag < 0x38) {
            return bytes(((tag - 0x34) << 8) + next());
        }
        int kind = Scalars.kind((byte) tag);
        if (kind != 0) {
            skip(Scalars.size(kind) - 1);
            heap += Scalars.isNumber(kind) ? Heap.BOX : 0;
            return 1;
        }
        if (tag >= 0x60 && tag < 0x70) {
            return object(tag - 0x60, depth);
        }
        if (tag >= 0x70 && tag < 0x78) {
            return list(names.type(this, allowed), tag - 0x70, depth);
        }
        if (tag >= 0x78) {
            return list(-1, tag - 0x78, depth);
        }
        return coded(tag, depth);
    }

    private long coded(int tag, int depth) {
        return switch (tag) {
            case 0x4a -> date(8);
            case 0x4b -> date(4);
            case 'R', 'S' -> text(tag);
            case 'A', 'B' -> binary(tag);
            case 'C' -> {
                heap += names.describe(this, allowed, maxElements);
                // A description stands before its object, and alone: each would take a level of depth otherwise.
                if (peek() == 'C') {
                    throw broken("describes a class without an object of it");
                }
                yield value(depth);
            }
            case 'O' -> object(count("class number"), depth);
            case 'Q' -> {
                int ref = integer();
                if (ref < 0 || ref >= refs) {
                    throw broken("refers to a value that has not come");
                }
                yield Math.max(1, weights[ref]);
            }
            case 'U' -> list(names.type(this, allowed), -1, depth);
            case 'V' -> {
                int type = names.type(this, allowed);
                yield list(type, count("list"), depth);
            }
            case 'W' -> list(-1, -1, depth);
            case 'X' -> list(-1, count("list"), depth);
            case 'H' -> map(-1, depth);
            case 'M' -> map(names.type(this, allowed), depth);
            default -> throw broken("holds the unknown code 0x" + Integer.toHexString(tag));
        };
    }

    /** Passes over so many values. */
    private long values(int count, int depth) {
        long weight = 0;
        int left = count;
        while (left > 0) {
            left -= shortValues(left);
            if (left > 0) {
                weight += value(depth) - 1;
                left--;
            }
        }
        return weight + count;
    }

    /** Passes over the numbers and short ASCII texts that come next, at most so many, and says how many there were. */
    private int shortValues(int most) {
        byte[] body = bytes;
        int last = end;
        int i = at;
        int count = 0;
        long taken = 0;
        while (count < most && i < last) {
            byte code = body[i];
            if (code >= 0 && code < 0x20) {
                int next = i + 1 + code;
                if (next > last || Letters.endOfAscii(body, i + 1, next) != next) {
                    break;
                }
                taken += Heap.TEXT + code;
                i = next;
            } else {
                int kind = Scalars.kind(code);
                if (kind == 0) {
                    break;
                }
                taken += Scalars.isNumber(kind) ? Heap.BOX : 0;
                i += Scalars.size(kind);
            }
            count++;
        }
        if (i > last) {
            throw cut();
        }
        at = i;
        heap += taken;
        return count;
    }

    private long date(int more) {
        skip(more);
        heap += HessianDate.HEAP;
        return 1;
    }

    private long bytes(int length) {
        skip(length);
        heap += Heap.ARRAY + 8 + length;
        return 1;
    }

    private long object(int number, int depth) {
        if (number >= names.shapeCount()) {
            throw broken("names a class that was not described");
        }
        int inner = deeper(depth);
        int ref = open();
        int start = at;
        long weight = 1 + values(names.fieldCount(number), inner);
        HessianShape shape = names.shape(number);
        if (shape != null) {
            HeapCost cost = shape.type().heap();
            heap += cost.self() + (long) cost.eachByte() * (at - start);
        }
        return close(ref, weight);
    }

    private long list(int typeNumber, int length, int depth) {
        int inner = deeper(depth);
        int ref = open();
        HessianType type = typeNumber < 0 ? allowed.plainList() : names.type(typeNumber);
        long weight = 1;
        if (length < 0) {
            int elements = 0;
            while (peek() != 'Z') {
                bounded(++elements, "list");
                weight += value(inner);
            }
            at++;
            heap += type == null ? 0 : type.heap().self() + (long) type.heap().eachOpen() * elements;
            return close(ref, weight);
        }
        heap += type == null ? 0 : type.heap().self() + (long) type.heap().each() * length;
        if (type instanceof HessianArray array && array.bareKinds() != 0) {
            weight += bareNumbers(array.bareKinds(), length, inner);
        } else {
            weight += values(length, inner);
        }
        return close(ref, weight);
    }

    /** Passes over the elements of an array of numbers: those of its own kinds take no box. */
    private long bareNumbers(int kinds, int length, int depth) {
        long weight = 0;
        for (int i = 0; i < length; i++) {
            int kind = Scalars.kind((byte) peek());
            if ((kind & kinds) != 0) {
                skip(Scalars.size(kind));
                weight++;
            } else {
                weight += value(depth);
            }
        }
        return weight;
    }

    private long map(int typeNumber, int depth) {
        int inner = deeper(depth);
        int ref = open();
        HessianType type = typeNumber < 0 ? allowed.plainMap() : names.type(typeNumber);
        long weight = 1;
        int entries = 0;
        while (peek() != 'Z') {
            bounded(++entries, "map");
            weight += value(inner);
            weight += value(inner);
        }
        at++;
        heap += type == null ? 0 : type.heap().self() + (long) type.heap().eachOpen() * entries;
        return close(ref, weight);
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
            throw tooMany(of, maxElements);
        }
    }

    static SerializationException tooMany(String of, int maxElements) {
        return SerializationException.overLimit(
                "A body holds a " + of + " of more elements than the limit maxElements, " + maxElements
                        + ": send it in pages, as bytes, or raise the limit.");
    }

    private long text(int first) {
        int tag = first;
        int total = 0;
        boolean ascii = true;
        boolean more = true;
        while (more) {
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
            ascii &= letters(length);
            total += length;
            more = tag == 'R';
            if (more) {
                tag = next();
            }
        }
        heap += Heap.TEXT + (ascii && first != 'R' ? total : Heap.TEXT + (long) WIDE * total);
        return 1;
    }

    private long binary(int first) {
        int tag = first;
        int start = at;
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
                heap += Heap.ARRAY + 8 + (at - start);
                return 1;
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
            // No more than there can be: a body must not take many times its own size before it is known to be good.
            weights = Arrays.copyOf(weights, Math.min(refs + refs / 2, refs + 1 + end - at));
        }
        weights[refs] = 0;
        return refs++;
    }

    private long close(int ref, long weight) {
        if (weight > maxWeight) {
            throw SerializationException.overLimit(
                    "A body refers to its own values so often that they unfold to more than " + maxWeight + ".");
        }
        weights[ref] = (int) weight;
        return weight;
    }

    private int deeper(int depth) {
        if (depth >= maxDepth) {
            throw tooDeep(maxDepth);
        }
        return depth + 1;
    }

    static SerializationException tooDeep(int maxDepth) {
        return SerializationException.overLimit("Values nest deeper than the limit maxDepth, " + maxDepth
                + ": flatten the structure or raise the limit.");
    }
}
