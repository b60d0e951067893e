package io.moa.protocol.serialize;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The classes and types that one body describes, in the order in which it does. Filled by {@link HessianScan}, which meets
 * them first; the reader goes through the same ones again. A name that is not allowed is kept as a place in the body:
 * nothing is made of it unless it has to be told. Used by one thread at a time.
 */
final class HessianNames {

    private static final int MAX_NAMES = 4096;
    private static final int FEW = 16;

    private @Nullable HessianShape[] shapes = new @Nullable HessianShape[FEW];
    private int[] shapeNames = new int[FEW];
    private int[] shapeEnds = new int[FEW];
    private int[] fieldCounts = new int[FEW];
    private int shapeCount;
    private int fieldTotal;

    private @Nullable HessianType[] types = new @Nullable HessianType[FEW];
    private int[] typeNames = new int[FEW];
    private int[] typeEnds = new int[FEW];
    private int typeCount;

    void clear() {
        Arrays.fill(shapes, 0, shapeCount, null);
        Arrays.fill(types, 0, typeCount, null);
        shapeCount = 0;
        typeCount = 0;
        fieldTotal = 0;
    }

    // ---- classes

    /** How many classes have been described. */
    int shapeCount() {
        return shapeCount;
    }

    /** The class of a number with its fields; null if it is not allowed. */
    @Nullable
    HessianShape shape(int number) {
        return shapes[number];
    }

    int fieldCount(int number) {
        return fieldCounts[number];
    }

    /** Where the description ends in the body. */
    int shapeEnd(int number) {
        return shapeEnds[number];
    }

    /** The name of a class, for the error that refuses it. */
    String shapeName(int number, byte[] body) {
        return nameAt(body, shapeNames[number]);
    }

    /** Takes the description under the cursor and says what it takes from the heap. */
    long describe(HessianCursor body, HessianTypes allowed, int maxElements) {
        int start = body.at;
        int from = body.name();
        HessianType type = allowed.find(body.bytes, from, body.at - from);
        HessianShape shape = type == null ? null : type.knownShape(body.bytes, start, body.end);
        int count;
        long heap = 0;
        if (type != null && shape != null) {
            count = shape.fields().length;
            body.at = start + shape.length();
        } else {
            count = count(body, maxElements);
            Object[] fields = new Object[type == null ? 0 : count];
            for (int i = 0; i < count; i++) {
                int field = body.name();
                if (type != null) {
                    fields[i] = type.field(body.bytes, field, body.at - field);
                }
            }
            if (type != null) {
                shape = new HessianShape(type, fields, Arrays.copyOfRange(body.bytes, start, body.at));
                type.remember(shape);
            }
            // The shape, its bytes and its fields; or the stand-in for objects of the class, and its name.
            heap = 256 + (long) Heap.REFERENCE * count + 2L * (body.at - start);
        }
        fieldTotal += count;
        if (shapeCount == MAX_NAMES || fieldTotal > maxElements) {
            throw SerializationException.overLimit(
                    "A body describes more than " + MAX_NAMES + " classes or " + maxElements + " fields of classes.");
        }
        if (shapeCount == shapes.length) {
            shapes = Arrays.copyOf(shapes, shapeCount * 2);
            shapeNames = Arrays.copyOf(shapeNames, shapeCount * 2);
            shapeEnds = Arrays.copyOf(shapeEnds, shapeCount * 2);
            fieldCounts = Arrays.copyOf(fieldCounts, shapeCount * 2);
        }
        shapes[shapeCount] = shape;
        shapeNames[shapeCount] = start;
        shapeEnds[shapeCount] = body.at;
        fieldCounts[shapeCount++] = count;
        return heap;
    }

    private static int count(HessianCursor body, int maxElements) {
        int count = body.integer();
        if (count < 0) {
            throw body.broken("declares a negative count");
        }
        if (count > maxElements) {
            throw HessianScan.tooMany("class", maxElements);
        }
        if (count > body.end - body.at) {
            throw body.broken("declares more elements than there are bytes");
        }
        return count;
    }

    // ---- types of lists and maps

    /** How many types have been named. */
    int typeCount() {
        return typeCount;
    }

    /** The type of a number; null if it is not allowed. */
    @Nullable
    HessianType type(int number) {
        return types[number];
    }

    int typeEnd(int number) {
        return typeEnds[number];
    }

    String typeName(int number, byte[] body) {
        return nameAt(body, typeNames[number]);
    }

    /** Takes the type under the cursor, a name or a number, and says which number it has. */
    int type(HessianCursor body, HessianTypes allowed) {
        if (!HessianCursor.isName(body.peek())) {
            int number = body.integer();
            if (number < 0 || number >= typeCount) {
                throw body.broken("names a type that has not come");
            }
            return number;
        }
        int start = body.at;
        int from = body.name();
        if (typeCount == MAX_NAMES) {
            throw SerializationException.overLimit("A body names more than " + MAX_NAMES + " types of lists and maps.");
        }
        if (typeCount == types.length) {
            types = Arrays.copyOf(types, typeCount * 2);
            typeNames = Arrays.copyOf(typeNames, typeCount * 2);
            typeEnds = Arrays.copyOf(typeEnds, typeCount * 2);
        }
        types[typeCount] = allowed.find(body.bytes, from, body.at - from);
        typeNames[typeCount] = start;
        typeEnds[typeCount] = body.at;
        return typeCount++;
    }

    /** Reads a name that was passed over before, from its code on. */
    private static String nameAt(byte[] body, int start) {
        int tag = body[start] & 0xff;
        int from = start + (tag < 0x20 ? 1 : tag == 'S' ? 3 : 2);
        int chars = tag < 0x20
                ? tag
                : tag == 'S'
                        ? ((body[start + 1] & 0xff) << 8) + (body[start + 2] & 0xff)
                        : ((tag - 0x30) << 8) + (body[start + 1] & 0xff);
        int to = from;
        for (int i = 0; i < chars; i++) {
            to += Letters.size(body[to]);
        }
        return Letters.decoded(body, from, to);
    }
}
