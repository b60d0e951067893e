package io.moa.protocol.payload;

/**
 * Where texts stand in a payload that is a JSON list of nothing else: whoever read it before found that each is of ASCII and without escapes, so nobody
 * need look again. Immutable.
 */
public final class KnownTexts {

    private final int[] bounds;

    /**
     * Some texts, in order.
     *
     * @param bounds of each its first byte and the byte behind its last one, counted from the first byte of the list; taken over
     */
    public KnownTexts(int... bounds) {
        this.bounds = bounds;
    }

    /** How many there are. */
    public int count() {
        return bounds.length / 2;
    }

    /** Where the first byte of one stands, counted from the first byte of the list. */
    public int from(int text) {
        return bounds[2 * text];
    }

    /** Where the byte behind the last one of it stands, counted likewise. */
    public int end(int text) {
        return bounds[2 * text + 1];
    }

    @Override
    public String toString() {
        return "KnownTexts[" + count() + "]";
    }
}
