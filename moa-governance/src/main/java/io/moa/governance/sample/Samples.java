package io.moa.governance.sample;

import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Some of the calls of late: each of the first ones until all places are taken, and from then on one of {@value #ONE_OF} by chance, in the
 * place of the oldest. So a process has something to try rules on soon, and a busy one pays a draw for most calls. A call that is not kept
 * allocates nothing. Safe for many threads, none of which waits for another.
 */
public final class Samples {

    /** So many places a client has unless it says otherwise. */
    public static final int DEFAULT_PLACES = 1_024;

    /** Of so many calls one is kept when all places are taken. */
    public static final int ONE_OF = 128;

    private static final int MOST_PLACES = 100_000;

    private final AtomicReferenceArray<@Nullable Sample> ring;
    private final RandomGenerator chance;
    private final AtomicLong kept = new AtomicLong();

    /**
     * None yet.
     *
     * @param places how many are kept, 1 to 100,000
     * @param chance must be safe for many threads
     * @throws IllegalArgumentException if there are too many places, or none
     */
    public Samples(int places, RandomGenerator chance) {
        checkPlaces(places, 1);
        this.ring = new AtomicReferenceArray<>(places);
        this.chance = chance;
    }

    /**
     * Checks a number of places.
     *
     * @throws IllegalArgumentException if it is not from {@code least} to 100,000
     */
    public static int checkPlaces(int places, int least) {
        if (places < least || places > MOST_PLACES) {
            throw new IllegalArgumentException(
                    "Samples of " + least + " to " + MOST_PLACES + " calls can be kept, not of " + places);
        }
        return places;
    }

    /** Keeps a call, perhaps. */
    public void offer(Invocation call) {
        if (kept.get() < ring.length() || chance.nextInt(ONE_OF) == 0) {
            Sample sample = Sample.of(call);
            ring.set((int) (kept.getAndIncrement() % ring.length()), sample);
        }
    }

    /** Those that are kept at this moment, in no particular order. */
    public List<Sample> all() {
        List<Sample> all = new ArrayList<>(ring.length());
        for (int i = 0; i < ring.length(); i++) {
            Sample sample = ring.get(i);
            if (sample != null) {
                all.add(sample);
            }
        }
        return all;
    }
}
