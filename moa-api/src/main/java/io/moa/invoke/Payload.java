package io.moa.invoke;

/**
 * The arguments or the result of a call, as values or as encoded bytes. Only the stub, the connection and the dispatcher
 * open it; everything between them passes it on unread, so that an agent runs the same chain on bytes it never decodes.
 *
 * <h2>Ownership</h2>
 *
 * <p>A payload may hold pooled memory and is reference counted. It starts with one reference, held by its creator. Whoever
 * keeps it beyond the bounds that {@link Invoker} states retains it first, and releases it exactly once. Using a payload
 * after its last release is a bug that implementations report.
 *
 * <p>Counting is safe from many threads; reading the content is only safe while a reference is held.
 */
public interface Payload {

    /** The payload of a call without content. Its counting does nothing. */
    Payload EMPTY = new Payload() {
        @Override
        public Payload retain() {
            return this;
        }

        @Override
        public void release() {}

        @Override
        public int sizeBytes() {
            return 0;
        }

        @Override
        public String toString() {
            return "Payload.EMPTY";
        }
    };

    /**
     * Adds a reference.
     *
     * @return this
     */
    Payload retain();

    /** Gives one reference back; the last one frees what the payload holds. */
    void release();

    /** How many bytes it is on the wire, without being encoded for the answer; -1, the default, if that is not known, or not yet. */
    default int sizeBytes() {
        return -1;
    }
}
