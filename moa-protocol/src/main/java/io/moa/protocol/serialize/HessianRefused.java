package io.moa.protocol.serialize;

import java.io.IOException;

/** A class that is not allowed. It was not loaded; its values are refused, or passed over inside a skipped field. */
final class HessianRefused extends HessianType {

    private final SerializationException refusal;

    HessianRefused(SerializationException refusal) {
        super("a refused class");
        this.refusal = refusal;
    }

    private SkippedObject start(GuardedInput in) {
        if (!in.isSkipping()) {
            throw refusal;
        }
        SkippedObject skipped = new SkippedObject(refusal);
        in.addRef(skipped);
        in.countUnknown();
        return skipped;
    }

    @Override
    void write(Object value, GuardedOutput out) {
        throw refusal;
    }

    @Override
    Object readFields(GuardedInput in, Object[] fields) throws IOException {
        SkippedObject skipped = start(in);
        for (int i = 0; i < fields.length; i++) {
            in.readObject();
        }
        return skipped;
    }

    @Override
    Object readElements(GuardedInput in, int length) throws IOException {
        SkippedObject skipped = start(in);
        for (int i = 0; length < 0 ? !in.isEnd() : i < length; i++) {
            in.readObject();
        }
        return skipped;
    }

    @Override
    Object readEntries(GuardedInput in) throws IOException {
        SkippedObject skipped = start(in);
        while (!in.isEnd()) {
            in.readObject();
            in.readObject();
        }
        return skipped;
    }
}
