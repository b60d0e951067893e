package io.moa.registry.watch;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Who of several should hold a part: the same answer for everybody who asks, and little moves when one comes or goes. */
final class Rendezvous {

    private Rendezvous() {}

    /** The watcher that should hold this part; null if there are none. */
    static @Nullable String holder(int part, Collection<String> watchers) {
        String best = null;
        int bestScore = 0;
        for (String watcher : watchers) {
            int score = mix(watcher.hashCode() * 31 + part * 0x9E3779B9);
            if (best == null || score > bestScore || (score == bestScore && watcher.compareTo(best) < 0)) {
                best = watcher;
                bestScore = score;
            }
        }
        return best;
    }

    /** Spreads hash codes, whose low bits are alike for similar names. */
    static int mix(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x7FEB352D;
        h = (h ^ (h >>> 15)) * 0x846CA68B;
        return h ^ (h >>> 16);
    }
}
