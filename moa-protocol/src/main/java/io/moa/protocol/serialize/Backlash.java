package io.moa.protocol.serialize;

/** What to make of an exception or error that came out of code that is not ours: a constructor, a static initialiser, a hash. */
final class Backlash {

    private Backlash() {}

    /**
     * Wraps what is the body's or the class's fault, and throws what is the JVM's: out of memory is no fault of a body that
     * was within its limits. A stack that ran over is.
     *
     * @param message must not hold what came, so not the thrown one's own message
     */
    static SerializationException of(Throwable thrown, SerializationException.Reason reason, String message) {
        if (thrown instanceof SerializationException already) {
            return already;
        }
        if (thrown instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
            throw error;
        }
        return new SerializationException(reason, message, thrown instanceof StackOverflowError ? null : thrown);
    }
}
