package io.moa.governance.balance;

import java.util.random.RandomGenerator;

/** Draws among candidates, each with the chance of its weight. Immutable; as safe for many threads as its chance. */
final class Lot {

    private final int[] cumulated;
    private final RandomGenerator chance;

    /**
     * A lot.
     *
     * @param candidates at least one
     */
    Lot(Candidate[] candidates, RandomGenerator chance) {
        this.cumulated = new int[candidates.length];
        this.chance = chance;
        int sum = 0;
        for (int i = 0; i < candidates.length; i++) {
            sum = Math.addExact(sum, candidates[i].weight());
            cumulated[i] = sum;
        }
    }

    /** The place of one. */
    int draw() {
        return at(chance.nextInt(cumulated[cumulated.length - 1]));
    }

    /** The place of one other than this; there must be two. */
    int drawBeside(int except) {
        int from = except == 0 ? 0 : cumulated[except - 1];
        int weight = cumulated[except] - from;
        int point = chance.nextInt(cumulated[cumulated.length - 1] - weight);
        return at(point >= from ? point + weight : point);
    }

    private int at(int point) {
        int low = 0;
        int high = cumulated.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulated[middle] <= point) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
