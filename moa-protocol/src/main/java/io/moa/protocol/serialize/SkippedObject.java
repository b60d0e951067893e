package io.moa.protocol.serialize;

/**
 * Stands for an object of a class that is not allowed, inside a field that this side does not have. Nothing of the class
 * was loaded; whoever keeps a reference to it gets the refusal.
 *
 * @param types the types of the service, which know what to say
 * @param className as the body has it; empty for a value that holds such an object
 */
record SkippedObject(HessianTypes types, String className) {

    SerializationException refusal() {
        return className.isEmpty()
                ? SerializationException.malformed(
                        "A body refers to a value inside a field that this side does not have.")
                : types.refusal(className);
    }
}
