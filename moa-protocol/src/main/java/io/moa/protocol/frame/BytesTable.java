package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Finds the object that some bytes stand for, such as the method that a target names, without decoding them: bytes that
 * were understood once are afterwards only hashed and compared, in place.
 *
 * <h2>Design</h2>
 *
 * <p>An open hash table of a fixed size, twice as many slots as entries, filled once and never rehashed. A lookup looks at
 * no more than {@value #PROBES} neighbouring slots, and an entry that finds no free one among its own is not taken. So the
 * cost of a lookup has a bound whatever keys a peer chooses, and the seed of the hash, which no peer knows, keeps it from
 * choosing keys that crowd each other out. Whoever is not in the table is decoded again each time, which is slower and
 * never wrong.
 *
 * <p>{@link #get} takes no lock and allocates nothing. Safe for many threads.
 *
 * @param <T> what the bytes stand for
 */
public final class BytesTable<T> {

    private static final int PROBES = 16;
    private static final int MAX_CAPACITY = 1 << 20;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    // Odd numbers with well-spread bits: the fractional parts of the golden ratio and of the square root of 3.
    private static final long PHI = 0x9E37_79B9_7F4A_7C15L;
    private static final long ROOT3 = 0xBB67_AE85_84CA_A73BL;

    private final AtomicReferenceArray<@Nullable Entry<T>> slots;
    private final int mask;
    private final int maxEntries;
    private final long seed;
    private int size; // guarded by this

    private static final class Entry<T> {
        final long hash;
        final byte[] key;
        final T value;

        Entry(long hash, byte[] key, T value) {
            this.hash = hash;
            this.key = key;
            this.value = value;
        }
    }

    /**
     * An empty table.
     *
     * @param maxEntries how many it takes at most; 1 to 524,288
     * @param seed any number that peers cannot guess
     */
    public BytesTable(int maxEntries, long seed) {
        if (maxEntries < 1 || maxEntries > MAX_CAPACITY / 2) {
            throw new IllegalArgumentException(
                    "A table takes 1 to " + MAX_CAPACITY / 2 + " entries at most, not " + maxEntries);
        }
        int capacity = Math.max(PROBES, Integer.highestOneBit(2 * maxEntries - 1) << 1);
        this.slots = new AtomicReferenceArray<>(capacity);
        this.mask = capacity - 1;
        this.maxEntries = maxEntries;
        this.seed = seed;
    }

    /** What the bytes stand for, or null if the table does not know them. */
    public @Nullable T get(ByteBuf in, int index, int length) {
        long hash = hash(in, index, length);
        int first = slot(hash);
        for (int i = 0; i < PROBES; i++) {
            Entry<T> entry = slots.getAcquire(first + i & mask);
            if (entry == null) {
                return null; // entries are never removed, so the key is not behind a gap
            }
            if (entry.hash == hash && same(entry.key, in, index, length)) {
                return entry.value;
            }
        }
        return null;
    }

    /**
     * Says what some bytes stand for; for bytes that are known already, from now on.
     *
     * @param key the bytes; not copied, and not to be changed any more
     * @return false if the table has no room for them
     */
    public synchronized boolean put(byte[] key, T value) {
        long hash = hash(key);
        int first = slot(hash);
        for (int i = 0; i < PROBES; i++) {
            int slot = first + i & mask;
            Entry<T> entry = slots.getPlain(slot);
            if (entry == null) {
                if (size >= maxEntries) {
                    return false;
                }
                size++;
                slots.setRelease(slot, new Entry<>(hash, key, value));
                return true;
            }
            if (entry.hash == hash && Arrays.equals(entry.key, key)) {
                slots.setRelease(slot, new Entry<>(hash, entry.key, value));
                return true;
            }
        }
        return false;
    }

    /** How many byte strings it knows. */
    public synchronized int size() {
        return size;
    }

    /** Where a key would stand if it had the table to itself. */
    int firstSlot(byte[] key) {
        return slot(hash(key));
    }

    private int slot(long hash) {
        return (int) (hash >>> 32) & mask;
    }

    // Both hashes read the bytes eight at a time, the last eight overlapping what came before.

    private long hash(ByteBuf in, int index, int length) {
        long hash = seed ^ length * PHI;
        if (length >= 8) {
            int last = index + length - 8;
            for (int i = index; i < last; i += 8) {
                hash = mix(hash, in.getLongLE(i));
            }
            return mix(mix(hash, in.getLongLE(last)), ROOT3);
        }
        long tail = 0;
        for (int i = 0; i < length; i++) {
            tail |= (in.getByte(index + i) & 0xFFL) << 8 * i;
        }
        return mix(mix(hash, tail), ROOT3);
    }

    private long hash(byte[] key) {
        int length = key.length;
        long hash = seed ^ length * PHI;
        if (length >= 8) {
            int last = length - 8;
            for (int i = 0; i < last; i += 8) {
                hash = mix(hash, (long) LONGS.get(key, i));
            }
            return mix(mix(hash, (long) LONGS.get(key, last)), ROOT3);
        }
        long tail = 0;
        for (int i = 0; i < length; i++) {
            tail |= (key[i] & 0xFFL) << 8 * i;
        }
        return mix(mix(hash, tail), ROOT3);
    }

    /** Multiplies to 128 bits and folds the halves, so that each bit of the input reaches each of the result. */
    private long mix(long hash, long bits) {
        long a = hash ^ PHI;
        long b = bits ^ seed ^ ROOT3;
        return a * b ^ Math.multiplyHigh(a, b) ^ bits;
    }

    private static boolean same(byte[] key, ByteBuf in, int index, int length) {
        if (key.length != length) {
            return false;
        }
        int i = 0;
        for (; i <= length - 8; i += 8) {
            if ((long) LONGS.get(key, i) != in.getLongLE(index + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (key[i] != in.getByte(index + i)) {
                return false;
            }
        }
        return true;
    }
}
