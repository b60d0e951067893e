package io.moa.protocol.serialize;

import java.nio.charset.StandardCharsets;
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
final class HessianIn implements HeapBudget {

    /** Stands in the table of references for a value that is still being read and cannot be referred to before. */
    static final Object UNFINISHED = new Object();

    private static final int KEPT_LETTERS = 0x8000;
    private static final byte[] NOTHING = {};

    private final HessianNames names;
    private HessianTypes types;
    private byte[] bytes = NOTHING;
    private int at;
    private @Nullable Object[] refs = new @Nullable Object[32];
    private int refCount;
    private int shapesRead;
    private int typesRead;
    private char[] letters = new char[64];
    private long budget;
    private long heapLeft;
    private int skipping;
    private int unknownSkipped;

    HessianIn(HessianNames names, HessianTypes none) {
        this.names = names;
        this.types = none;
    }

    /**
     * Starts on a body.
     *
     * @param budget how much heap a call may take
     * @param taken how much of it the scan has given away
     */
    void begin(byte[] body, int from, HessianTypes allowed, int refCount, long budget, long taken) {
        bytes = body;
        at = from;
        types = allowed;
        this.budget = budget;
        heapLeft = budget - taken;
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
        bytes = NOTHING;
        if (letters.length > KEPT_LETTERS) {
            letters = new char[64];
        }
    }

    @Override
    public void charge(long heap) {
        heapLeft -= heap;
        if (heapLeft < 0) {
            throw HessianReader.overHeap(budget - heapLeft, budget);
        }
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
            case 'T' -> Boolean.TRUE;
            case 'F' -> Boolean.FALSE;
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

    private int shortInt(int tag) {
        if (tag < 0xc0) {
            return tag - 0x90;
        }
        if (tag < 0xd0) {
            return ((tag - 0xc8) << 8) + next();
        }
        return ((tag - 0xd4) << 16) + rawShort();
    }

    private long shortLong(int tag) {
        if (tag >= 0xf0) {
            return ((tag - 0xf8L) << 8) + next();
        }
        if (tag >= 0xd8) {
            return tag - 0xe0L;
        }
        return ((tag - 0x3cL) << 16) + rawShort();
    }

    private double anyDouble(int tag) {
        return switch (tag) {
            case 0x5b -> 0;
            case 0x5c -> 1;
            case 0x5d -> bytes[at++];
            case 0x5e -> (short) rawShort();
            case 0x5f -> 0.001 * rawInt();
            default -> Double.longBitsToDouble(rawLong());
        };
    }

    /** A whole number where the grammar wants one. */
    private int integer() {
        int tag = next();
        return tag == 'I' ? rawInt() : shortInt(tag);
    }

    private int next() {
        return bytes[at++] & 0xff;
    }

    private int rawShort() {
        int value = ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
        at += 2;
        return value;
    }

    private int rawInt() {
        int value = (int) Letters.INTS.get(bytes, at);
        at += 4;
        return value;
    }

    private long rawLong() {
        long value = (long) Letters.BIG_ENDIAN_LONGS.get(bytes, at);
        at += 8;
        return value;
    }

    // ---- texts and bytes

    private String text(int chars) {
        byte[] body = bytes;
        int from = at;
        int last = from + chars;
        // A text that is not ASCII takes more bytes than it has chars, so this stays inside the body.
        if (Letters.endOfAscii(body, from, last) == last) {
            at = last;
            return new String(body, from, chars, StandardCharsets.ISO_8859_1);
        }
        if (letters.length < chars) {
            letters = new char[chars];
        }
        wide(letters, 0, chars);
        return new String(letters, 0, chars);
    }

    private void wide(char[] into, int from, int chars) {
        byte[] body = bytes;
        int i = at;
        for (int to = from + chars, j = from; j < to; j++) {
            into[j] = Letters.at(body, i);
            i += Letters.size(body[i]);
        }
        at = i;
    }

    /** A text in several pieces. Measured first, so that its chars are gathered once. */
    private String chunkedText() {
        int start = at;
        int total = 0;
        int tag = 'R';
        while (true) {
            int length = pieceOfText(tag);
            total += length;
            for (int i = 0; i < length; i++) {
                at += Letters.size(bytes[at]);
            }
            if (tag != 'R') {
                break;
            }
            tag = next();
        }
        if (letters.length < total) {
            letters = new char[total];
        }
        at = start;
        tag = 'R';
        int filled = 0;
        while (true) {
            int length = pieceOfText(tag);
            wide(letters, filled, length);
            filled += length;
            if (tag != 'R') {
                return new String(letters, 0, total);
            }
            tag = next();
        }
    }

    private int pieceOfText(int tag) {
        return tag < 0x20 ? tag : tag < 0x34 ? ((tag - 0x30) << 8) + next() : rawShort();
    }

    private byte[] bytes(int length) {
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    private byte[] chunkedBytes() {
        int start = at;
        int total = 0;
        int tag = 'A';
        while (true) {
            int length = pieceOfBytes(tag);
            total += length;
            at += length;
            if (tag != 'A') {
                break;
            }
            tag = next();
        }
        byte[] value = new byte[total];
        at = start;
        tag = 'A';
        int filled = 0;
        while (true) {
            int length = pieceOfBytes(tag);
            System.arraycopy(bytes, at, value, filled, length);
            filled += length;
            at += length;
            if (tag != 'A') {
                return value;
            }
            tag = next();
        }
    }

    private int pieceOfBytes(int tag) {
        return tag < 0x30 ? tag - 0x20 : tag < 0x38 ? ((tag - 0x34) << 8) + next() : rawShort();
    }
}
