package io.moa.governance.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which of many instances one caller calls. Each caller puts all instances in an order of its own, by a hash of both uuids, and calls the
 * first ones: so callers spread over instances, all plans of a caller agree, and if an instance comes or goes, one place changes for those
 * callers that have it among their first, and nothing for the others.
 *
 * <p><b>Weights have no say here</b>: they decide the shares within each subset, and if the heavy ones stood in more subsets, too, their
 * share would be the square of their weight.
 *
 * <p><b>Who is in trouble</b>, ejected or in doubt, stays, because only calls can tell when it is back; but the next one in the order is called,
 * too, so that there are always as many well ones as are wanted. There are at most twice as many in all: where everybody is in trouble, it
 * is the network or the registry, and a client that then connects to all instances makes it worse.
 *
 * <p>Source: rendezvous hashing, as for the balancing by hash; the problem is that of "subsetting" in B. Beyer and others, "Site Reliability
 * Engineering", chapter 20, whose algorithm spreads more evenly and moves more when instances come and go.
 */
final class Subset {

    /** One who may be called. */
    private record Place(Member member, boolean well) {}

    private final int size;
    private final Map<Integer, List<Place>> byDistance = new TreeMap<>();

    /**
     * Nobody yet.
     *
     * @param size how many of each distance are called
     */
    Subset(int size) {
        this.size = size;
    }

    /** Somebody may be called. */
    void add(Member member, int distance, boolean well) {
        byDistance.computeIfAbsent(distance, any -> new ArrayList<>()).add(new Place(member, well));
    }

    /** Who of them is not called. */
    Set<Member> leftOut() {
        Set<Member> leftOut = new HashSet<>();
        for (List<Place> places : byDistance.values()) {
            if (places.size() > size) {
                leaveOut(places, leftOut);
            }
        }
        return leftOut;
    }

    private void leaveOut(List<Place> places, Set<Member> leftOut) {
        places.sort(Comparator.comparingLong((Place place) -> place.member().rank())
                .thenComparing(place -> place.member().uuid()));
        int well = 0;
        int called = 0;
        for (Place place : places) {
            if (well >= size || called >= 2L * size) {
                leftOut.add(place.member());
            } else {
                called++;
                well += place.well() ? 1 : 0;
            }
        }
    }
}
