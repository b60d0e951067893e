package io.moa.protocol.serialize;

import com.caucho.hessian.io.AbstractHessianInput;
import com.caucho.hessian.io.AbstractHessianOutput;
import com.caucho.hessian.io.Deserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How the values of one type are written and read. Each kind reads one form of the wire, an object, a list or a map; the
 * other forms are errors that name the type and nothing of the content.
 *
 * <p>Every object, list and map takes one number in the table of references, when it starts; a back reference names that
 * number.
 */
abstract class HessianType implements com.caucho.hessian.io.Serializer, Deserializer {

    /** A field that this side does not have. */
    static final Object UNKNOWN_FIELD = new Object();

    private final String name;

    HessianType(String name) {
        this.name = name;
    }

    /** The name on the wire. */
    final String name() {
        return name;
    }

    abstract void write(Object value, GuardedOutput out) throws IOException;

    @Nullable
    Object readFields(GuardedInput in, Object[] fields) throws IOException {
        throw notThis("an object");
    }

    /** Reads elements; the length is negative if the list runs to an end code. */
    @Nullable
    Object readElements(GuardedInput in, int length) throws IOException {
        throw notThis("a list");
    }

    @Nullable
    Object readEntries(GuardedInput in) throws IOException {
        throw notThis("a map");
    }

    private SerializationException notThis(String form) {
        return SerializationException.malformed("A body holds " + name + " in the form of " + form + ".");
    }

    /**
     * What the reader keeps of a value that was read into the given place. Inside a skipped field, a value that holds an
     * unknown object is unknown itself.
     */
    static @Nullable Object kept(GuardedInput in, int ref, int unknownBefore, Object value) {
        if (in.unknownSkipped() != unknownBefore) {
            SkippedObject skipped = new SkippedObject(SerializationException.malformed(
                    "A body refers to a value inside a field that this side does not have."));
            in.setRef(ref, skipped);
            return skipped;
        }
        return value;
    }

    // ---- the library's side

    @Override
    public final void writeObject(Object value, AbstractHessianOutput out) throws IOException {
        write(value, (GuardedOutput) out);
    }

    @Override
    public final @Nullable Class<?> getType() {
        return null;
    }

    @Override
    public final boolean isReadResolve() {
        return false;
    }

    @Override
    public final Object readObject(AbstractHessianInput in) {
        throw notThis("a plain value");
    }

    @Override
    public final @Nullable Object readList(AbstractHessianInput in, int length) throws IOException {
        Object value = readElements((GuardedInput) in, -1);
        in.readEnd();
        return value;
    }

    @Override
    public final @Nullable Object readLengthList(AbstractHessianInput in, int length) throws IOException {
        return readElements((GuardedInput) in, length);
    }

    @Override
    public final @Nullable Object readMap(AbstractHessianInput in) throws IOException {
        Object value = readEntries((GuardedInput) in);
        in.readEnd();
        return value;
    }

    @Override
    public Object[] createFields(int length) {
        return new Object[length];
    }

    @Override
    public Object createField(String field) {
        return UNKNOWN_FIELD;
    }

    @Override
    public final @Nullable Object readObject(AbstractHessianInput in, Object[] fields) throws IOException {
        return readFields((GuardedInput) in, fields);
    }

    @Override
    public final Object readObject(AbstractHessianInput in, String[] fields) {
        throw notThis("an object of a declared type");
    }
}
