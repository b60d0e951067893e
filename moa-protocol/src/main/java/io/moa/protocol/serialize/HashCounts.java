package io.moa.protocol.serialize;

/** How often each hash has come: a table that is open and doubles. Used by one thread. */
final class HashCounts {

    private static final int FIRST = 16;

    private final HeapBudget budget;
    private int[] hashes = {};
    private int[] counts = {}; // 0 where there is none
    private int size;

    HashCounts(HeapBudget budget) {
        this.budget = budget;
    }

    /** Counts a hash, and says how often it had come before. */
    int add(int hash) {
        if (2 * size >= hashes.length) {
            grow();
        }
        int at = place(hash);
        if (counts[at] == 0) {
            hashes[at] = hash;
            size++;
        }
        return counts[at]++;
    }

    private int place(int hash) {
        // By the golden ratio: neighbours, and what differs in the high bits alone, come apart.
        int at = (hash * 0x9E3779B9) >>> (32 - Integer.numberOfTrailingZeros(hashes.length));
        while (counts[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & (hashes.length - 1);
        }
        return at;
    }

    private void grow() {
        int[] oldHashes = hashes;
        int[] oldCounts = counts;
        int length = Math.max(FIRST, 2 * oldHashes.length);
        budget.charge(2L * (Heap.ARRAY + 4L * length));
        hashes = new int[length];
        counts = new int[length];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldCounts[i] != 0) {
                int at = place(oldHashes[i]);
                hashes[at] = oldHashes[i];
                counts[at] = oldCounts[i];
            }
        }
    }
}
