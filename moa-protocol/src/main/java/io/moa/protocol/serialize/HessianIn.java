package io.moa.protocol.serialize;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads Hessian 2 from an array that {@link HessianScan} has passed over, so that every value is whole here, every count
 * is within its limit and nothing nests too deep. Types are those of {@link HessianTypes}, and a value is never turned into
 * text: a reader that did is how CVE-2021-43297 ran code.
 *
 * <p>{@link HessianReader} is the only place that makes one. Used by one thread at a time; after a failed read it must not
 * be used again.
 */
final class HessianIn extends HessianRaw implements HeapBudget {

    /** Stands in the table of references for a value that is still being read and cannot be referred to before. */
    static final Object UNFINISHED = new Object();

    private final HessianNames names;
    private final SerializationLimits limits;
    private HessianTypes types;
    private @Nullable Object[] refs = new @Nullable Object[32];
    private int refCount;
    private int shapesRead;
    private int typesRead;
    private long budget;
    private long heapLeft;
    private long work;
    private long workLeft;
    private int skipping;
    private int unknownSkipped;

    HessianIn(HessianNames names, HessianTypes none, SerializationLimits limits) {
        this.names = names;
        this.limits = limits;
        this.types = none;
    }

    /**
     * Starts on a body.
     *
     * @param length how many bytes it has
     * @param budget how much heap a call may take
     * @param taken how much of it the scan has given away
     */
    void begin(byte[] body, int from, int length, HessianTypes allowed, int refCount, long budget, long taken) {
        bytes = body;
        at = from;
        types = allowed;
        this.budget = budget;
        heapLeft = budget - taken;
        work = limits.workFor(length);
        workLeft = work;
        if (refs.length < refCount) {
            refs = new @Nullable Object[Math.max(refCount, refs.length * 2)];
        }
        this.refCount = 0;
        shapesRead = 0;
        typesRead = 0;
        skipping = 0;
        unknownSkipped = 0;
    }

    /** Lets go of what was read. */
    void end() {
        Arrays.fill(refs, 0, refCount, null);
        shut();
    }

    @Override
    public void charge(long heap) {
        heapLeft -= heap;
        if (heapLeft < 0) {
            throw HessianReader.overHeap(budget - heapLeft, budget);
        }
    }

    @Override
    public void work(long steps) {
        workLeft -= steps;
        if (workLeft < 0) {
            throw overWork(work);
        }
    }

    static SerializationException overWork(long maxWork) {
        return SerializationException.overLimit(
                "The keys of maps and the elements of sets in a body would take more than " + maxWork
                        + " steps to hash and compare: too many of them have the same hash, or hold too much.");
    }

    @Override
    public KeyGuard keys(boolean sorted) {
        return new KeyGuard(this, this::parts, sorted);
    }

    private void parts(Object value, KeyGuard guard) {
        types.ofClass(value.getClass()).parts(value, guard);
    }

    /** How much of the budget is gone. */
    long heapTaken() {
        return budget - heapLeft;
    }

    /** Reads a value of any allowed type. */
    @Nullable
    Object readObject() {
        int tag = bytes[at++] & 0xff;
        if (tag < 0x20) {
            return text(tag);
        }
        if (tag >= 0x80) {
            return tag < 0xd8 ? (Object) shortInt(tag) : (Object) shortLong(tag);
        }
        if (tag >= 0x60) {
            return tag < 0x70 ? object(tag - 0x60) : tag < 0x78 ? typedList(tag - 0x70) : plainList(tag - 0x78);
        }
        if (tag < 0x40) {
            if (tag < 0x30) {
                return bytes(tag - 0x20);
            }
            if (tag < 0x34) {
                return text(((tag - 0x30) << 8) + next());
            }
            return tag < 0x38 ? (Object) bytes(((tag - 0x34) << 8) + next()) : (Object) shortLong(tag);
        }
        return coded(tag);
    }

    private @Nullable Object coded(int tag) {
        return switch (tag) {
            case 'N' -> null;
            case 'T' -> true;
            case 'F' -> false;
            case 'I' -> rawInt();
            case 0x59 -> (long) rawInt();
            case 'L' -> rawLong();
            case 'D', 0x5b, 0x5c, 0x5d, 0x5e, 0x5f -> anyDouble(tag);
            case 0x4a -> HessianDate.of(rawLong());
            case 0x4b -> HessianDate.of(rawInt() * 60_000L);
            case 'S' -> text(rawShort());
            case 'R' -> chunkedText();
            case 'B' -> bytes(rawShort());
            case 'A' -> chunkedBytes();
            case 'C' -> {
                at = names.shapeEnd(shapesRead++);
                yield readObject();
            }
            case 'O' -> object(integer());
            case 'Q' -> reference();
            case 'U' -> typedList(-1);
            case 'V' -> {
                int number = type();
                yield typedList(number, integer());
            }
            case 'W' -> plainList(-1);
            case 'X' -> plainList(integer());
            case 'H' -> entries(types.plainMap());
            case 'M' -> {
                int number = type();
                HessianType type = names.type(number);
                yield type == null ? refusedMap(number) : entries(type);
            }
            default -> throw SerializationException.malformed("The body uses a form of Hessian that MOA does not.");
        };
    }

    private @Nullable Object reference() {
        Object value = refs[integer()];
        if (value == UNFINISHED) {
            throw SerializationException.malformed("A record or an unchangeable collection contains itself.");
        }
        if (value instanceof SkippedObject skipped && skipping == 0) {
            throw skipped.refusal();
        }
        return value;
    }

    // ---- objects, lists and maps

    private @Nullable Object object(int number) {
        HessianShape shape = names.shape(number);
        return shape == null ? refusedObject(number) : shape.type().readFields(this, shape.fields());
    }

    private @Nullable Object typedList(int length) {
        return typedList(type(), length);
    }

    private @Nullable Object typedList(int number, int length) {
        HessianType type = names.type(number);
        return type == null ? refusedList(number, length) : elements(type, length);
    }

    private @Nullable Object plainList(int length) {
        return elements(types.plainList(), length);
    }

    private @Nullable Object elements(HessianType type, int length) {
        Object value = type.readElements(this, length);
        if (length < 0) {
            at++;
        }
        return value;
    }

    private @Nullable Object entries(HessianType type) {
        Object value = type.readEntries(this);
        at++;
        return value;
    }

    private int type() {
        if (HessianCursor.isName(bytes[at] & 0xff)) {
            at = names.typeEnd(typesRead);
            return typesRead++;
        }
        return integer();
    }

    boolean isEnd() {
        return bytes[at] == 'Z';
    }

    int addRef(Object value) {
        refs[refCount] = value;
        return refCount++;
    }

    void setRef(int ref, Object value) {
        refs[ref] = value;
    }

    // ---- what is not allowed

    private Object refusedObject(int number) {
        SkippedObject skipped = refuse(names.shapeName(number, bytes));
        for (int i = names.fieldCount(number); i > 0; i--) {
            readObject();
        }
        return skipped;
    }

    private Object refusedList(int number, int length) {
        SkippedObject skipped = refuse(names.typeName(number, bytes));
        for (int i = 0; length < 0 ? !isEnd() : i < length; i++) {
            readObject();
        }
        if (length < 0) {
            at++;
        }
        return skipped;
    }

    private Object refusedMap(int number) {
        SkippedObject skipped = refuse(names.typeName(number, bytes));
        while (!isEnd()) {
            readObject();
            readObject();
        }
        at++;
        return skipped;
    }

    private SkippedObject refuse(String className) {
        SkippedObject skipped = new SkippedObject(types, className);
        if (skipping == 0) {
            throw skipped.refusal();
        }
        charge(Heap.TEXT * 4 + 4L * className.length());
        addRef(skipped);
        unknownSkipped++;
        return skipped;
    }

    /**
     * Reads and drops the value of a field that this side does not have. A class that is not allowed does no harm here: it
     * is neither loaded nor created, so that a peer may add a field of a type that we never heard of.
     */
    void skipObject() {
        // What is unknown in there is no part of the object that is being read.
        int before = unknownSkipped;
        skipping++;
        readObject();
        skipping--;
        unknownSkipped = before;
    }

    /** How many objects of unknown classes were skipped so far. */
    int unknownSkipped() {
        return unknownSkipped;
    }

    /** Stands for a value that holds an object of an unknown class. */
    SkippedObject holdsSkipped() {
        charge(32);
        return new SkippedObject(types, "");
    }

    // ---- numbers

    /**
     * An int, without a box where the bytes hold one. Anything else is read as a value and fitted, so that a long that does
     * not fit is an error and not a smaller number.
     */
    int readInt() {
        int tag = bytes[at] & 0xff;
        if (tag >= 0x80 && tag < 0xd8) {
            at++;
            return shortInt(tag);
        }
        if (tag == 'I') {
            at++;
            return rawInt();
        }
        return (Integer) Fit.required(readObject(), int.class, this);
    }

    /** A long, under the same rule as {@link #readInt}. */
    long readLong() {
        int tag = bytes[at] & 0xff;
        if (tag >= 0xd8 || (tag >= 0x38 && tag < 0x40)) {
            at++;
            return shortLong(tag);
        }
        if (tag == 'L') {
            at++;
            return rawLong();
        }
        if (tag == 0x59) {
            at++;
            return rawInt();
        }
        if (tag >= 0x80 || tag == 'I') {
            return readInt();
        }
        return (Long) Fit.required(readObject(), long.class, this);
    }

    double readDouble() {
        int tag = bytes[at] & 0xff;
        if (tag == 'D' || (tag >= 0x5b && tag < 0x60)) {
            at++;
            return anyDouble(tag);
        }
        return (Double) Fit.required(readObject(), double.class, this);
    }

    boolean readBoolean() {
        int tag = bytes[at];
        if (tag == 'T' || tag == 'F') {
            at++;
            return tag == 'T';
        }
        return (Boolean) Fit.required(readObject(), boolean.class, this);
    }
}
