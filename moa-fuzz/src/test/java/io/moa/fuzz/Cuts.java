package io.moa.fuzz;

/** Where a stream is cut into pieces: chosen by the input, so that an input always means the same. */
public final class Cuts {

    private long state;

    public Cuts(int seed) {
        this.state = seed;
    }

    /** The end of the piece that begins at an index: often a few bytes, sometimes hundreds. */
    public int after(int from, int end) {
        state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        int chance = (int) (state >>> 33);
        int length = (chance & 3) == 0 ? 1 + (chance >> 2 & 0x3FF) : 1 + (chance >> 2 & 0x1F);
        return Math.min(end, from + length);
    }
}
