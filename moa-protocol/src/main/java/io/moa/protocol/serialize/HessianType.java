package io.moa.protocol.serialize;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the values of one type are written and read. Each kind reads one form of the wire, an object, a list or a map; the
 * other forms are errors that name the type and nothing of the content.
 *
 * <p>Every object, list and map takes one number in the table of references, when it starts; a back reference names that
 * number. Safe for many threads.
 */
abstract class HessianType {

    /** A field that this side does not have. */
    static final Object UNKNOWN_FIELD = new Object();

    private static final String[] NO_FIELDS = {};
    /** How many descriptions of one class are remembered: one for each edition that peers are likely to have. */
    private static final int MAX_SHAPES = 8;

    private final String name;
    private final byte[] nameBytes;
    private final byte[] description;
    private final ByteNames<Object> fields;
    private final HeapCost heap;
    private volatile HessianShape[] shapes = {};

    /** A list or a map. */
    HessianType(String name, HeapCost heap) {
        this(name, NO_FIELDS, NO_FIELDS, heap);
    }

    /**
     * An object with fields.
     *
     * @param fields names in the order in which they are written
     * @param marks what stands for each of them in a shape
     */
    HessianType(String name, String[] fields, Object[] marks, HeapCost heap) {
        this.name = name;
        this.nameBytes = HessianOut.text(name);
        this.description = HessianOut.description(name, fields);
        Map<String, Object> byName = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i++) {
            byName.put(fields[i], marks[i]);
        }
        this.fields = new ByteNames<>(byName);
        this.heap = heap;
    }

    /** The name on the wire. */
    final String name() {
        return name;
    }

    /** The name as a text of Hessian, with its length. */
    final byte[] nameBytes() {
        return nameBytes;
    }

    /** What describes the class before its first object. */
    final byte[] description() {
        return description;
    }

    /** What reading one takes. */
    final HeapCost heap() {
        return heap;
    }

    abstract void write(Object value, HessianOut out);

    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        throw notThis("an object");
    }

    /** Reads elements; the length is negative if the list runs to an end code, which is left to the caller. */
    @Nullable
    Object readElements(HessianIn in, int length) {
        throw notThis("a list");
    }

    /** Reads entries up to the end code, which is left to the caller. */
    @Nullable
    Object readEntries(HessianIn in) {
        throw notThis("a map");
    }

    /** Hands over what hashing or comparing an object of this type may go through; nothing, unless it is said otherwise. */
    void parts(Object value, KeyGuard guard) {}

    private SerializationException notThis(String form) {
        return SerializationException.malformed("A body holds " + name + " in the form of " + form + ".");
    }

    /** The mark of a field by its name's bytes. */
    final Object field(byte[] bytes, int from, int length) {
        Object mark = fields.find(bytes, from, length);
        return mark == null ? UNKNOWN_FIELD : mark;
    }

    /** A remembered shape that these bytes describe; null if there is none. */
    final @Nullable HessianShape knownShape(byte[] bytes, int at, int end) {
        for (HessianShape shape : shapes) {
            if (shape.stands(bytes, at, end)) {
                return shape;
            }
        }
        return null;
    }

    /** Remembers a shape if there is room. Two threads may race; one of the shapes is then made again later. */
    final void remember(HessianShape shape) {
        HessianShape[] known = shapes;
        if (known.length < MAX_SHAPES) {
            HessianShape[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = shape;
            shapes = more;
        }
    }

    /**
     * What the reader keeps of a value that was read into the given place. Inside a skipped field, a value that holds an
     * unknown object is unknown itself.
     */
    static @Nullable Object kept(HessianIn in, int ref, int unknownBefore, Object value) {
        if (in.unknownSkipped() != unknownBefore) {
            SkippedObject skipped = in.holdsSkipped();
            in.setRef(ref, skipped);
            return skipped;
        }
        return value;
    }
}
