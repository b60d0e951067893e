package io.moa.protocol.payload;

/**
 * Remembers about how large the bodies of one method are, so that encoding begins with a buffer that needs not grow.
 * Racing writers may overwrite each other; any of their values is a good guess.
 */
public final class SizeHint {

    private static final int SMALLEST = 128;
    private static final int LARGEST = 64 * 1024;

    private int bytes = SMALLEST;

    /** A good size for the next buffer. */
    public int bytes() {
        return bytes;
    }

    /** Takes note of the size of a finished body. */
    public void learn(int size) {
        int wanted = Math.min(LARGEST, size + (size >> 3) + 16);
        int known = bytes;
        if (wanted > known) {
            bytes = wanted;
        } else if (wanted < known >> 2) {
            bytes = Math.max(SMALLEST, known - (known >> 3)); // shrinks slowly: one small body proves little
        }
    }
}
