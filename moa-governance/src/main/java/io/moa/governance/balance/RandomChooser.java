package io.moa.governance.balance;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** By lot, by weight, and nothing else. */
final class RandomChooser implements Chooser {

    private final Lot lot;

    RandomChooser(Lot lot) {
        this.lot = lot;
    }

    @Override
    public int choose(long key, int turn, @Nullable Set<String> tried, long nowNanos) {
        return lot.draw();
    }
}
