package io.moa.governance.sample;

import io.moa.governance.gate.MethodGate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Some of the calls of late: each of the first ones until all places are taken, and from then on one of {@value #ONE_OF} by chance, in the
 * place of the oldest; such a one stands for {@value #ONE_OF} calls. So a process has something to try rules on soon, and a busy one pays a
 * draw for most calls. A call that is not kept allocates nothing and reads no clock. Safe for many threads, none of which waits for another.
 */
public final class Samples {

    /** So many places a client has unless it says otherwise. */
    public static final int DEFAULT_PLACES = 1_024;

    /** Of so many calls one is kept when all places are taken. */
    public static final int ONE_OF = 128;

    private static final int MOST_PLACES = 100_000;

    private final AtomicReferenceArray<@Nullable KeptCall> ring;
    private final RandomGenerator chance;
    private final Ticker ticker;
    private final AtomicLong kept = new AtomicLong();

    /**
     * None yet.
     *
     * @param places how many are kept, 1 to 100,000
     * @param chance must be safe for many threads
     * @param ticker tells when calls begin and end
     * @throws IllegalArgumentException if there are too many places, or none
     */
    public Samples(int places, RandomGenerator chance, Ticker ticker) {
        checkPlaces(places, 1);
        this.ring = new AtomicReferenceArray<>(places);
        this.chance = chance;
        this.ticker = ticker;
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

    /** Keeps a call, perhaps. Returns what is to be told how it ends; null for a call that is not kept. */
    public @Nullable KeptCall offer(Invocation call) {
        boolean room = kept.get() < ring.length();
        if (!room && chance.nextInt(ONE_OF) != 0) {
            return null;
        }
        Sample begun = Sample.of(call, ticker.nanos(), room ? 1 : ONE_OF);
        KeptCall one = new KeptCall(begun, call.attributes().get(MethodGate.KEY), ticker);
        ring.set((int) (kept.getAndIncrement() % ring.length()), one);
        return one;
    }

    /** Those that are kept at this moment, the oldest first; calls that were made at once in no particular order. */
    public List<Sample> all() {
        List<Sample> all = new ArrayList<>(ring.length());
        long next = kept.get(); // the place of the oldest, once all are taken
        for (int i = 0; i < ring.length(); i++) {
            KeptCall one = ring.get((int) ((next + i) % ring.length()));
            if (one != null) {
                all.add(one.sample());
            }
        }
        return all;
    }
}
