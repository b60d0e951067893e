package io.moa.transport.netty;

import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is under way on a connection, by request id. The peer chooses the ids, and could choose such that fall on one place
 * of the table and make every look-up a walk; so each table scatters them in its own way. Belongs to the event loop.
 *
 * <p>The scattering is a multiplication by a secret odd number (one to one in 64 bits) of which the upper bits choose the
 * place. Source: M. Dietzfelbinger et al., "A Reliable Randomized Algorithm for the Closest-Pair
 * Problem", Journal of Algorithms 25, 1997, section 2.
 */
final class RequestTable<T> {

    private final LongObjectHashMap<T> entries = new LongObjectHashMap<>();
    private final long multiplier;

    RequestTable(RandomGenerator random) {
        this.multiplier = random.nextLong() | 1;
    }

    private long key(long id) {
        return scatter(id, multiplier);
    }

    /** The table below chooses by the lower bits, so the bytes are turned round. */
    static long scatter(long id, long multiplier) {
        return Long.reverseBytes(id * multiplier);
    }

    @Nullable
    T get(long id) {
        return entries.get(key(id));
    }

    void put(long id, T entry) {
        entries.put(key(id), entry);
    }

    @Nullable
    T remove(long id) {
        return entries.remove(key(id));
    }

    int size() {
        return entries.size();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** All entries as they are now, in no particular order. */
    List<T> values() {
        return new ArrayList<>(entries.values());
    }

    void clear() {
        entries.clear();
    }
}
