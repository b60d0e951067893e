package io.moa.protocol.serialize;

/**
 * Stands for an object of a class that is not allowed, inside a field that is skipped anyway. If a value that is kept
 * refers to it, the class is refused then.
 */
final class SkippedObject {

    private final SerializationException refusal;

    SkippedObject(SerializationException refusal) {
        this.refusal = refusal;
    }

    SerializationException refusal() {
        return refusal;
    }
}
