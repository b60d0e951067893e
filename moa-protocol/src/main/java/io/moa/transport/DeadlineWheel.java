package io.moa.transport;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds those of many calls whose time has come. Adding and removing take constant time and allocate nothing, because the
 * entries are the calls themselves and nearly every call is removed long before its time.
 *
 * <p>A hashed wheel: entry <i>e</i> hangs in slot <i>(due / tick) mod slots</i>, in a doubly linked list; an entry due
 * after more than one turn stays in its slot until the turn comes. Unlike the usual wheel this one does not tick: its owner
 * asks for {@link #nextDueNanos} and sleeps until then. With timeouts of a second and calls of a tenth of a millisecond the
 * oldest waiting call is always young, so the owner wakes about once per timeout and not once per tick.
 *
 * <p>Source: G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 6.
 *
 * <p>Not safe for threads: it belongs to one event loop.
 */
public final class DeadlineWheel {

    /** The resolution: an entry is found at most this late, never early. */
    public static final long TICK_NANOS = 1_000_000;

    private static final int SLOTS = 256;
    private static final int MASK = SLOTS - 1;

    /** Something with a due time; hung into at most one wheel at a time. */
    public abstract static class Entry {
        private long dueNanos;
        private @Nullable Entry previous;
        private @Nullable Entry next;
        private int slot = -1;

        protected Entry() {}

        /** When it is due, meaningful while it hangs in a wheel. */
        public final long dueNanos() {
            return dueNanos;
        }
    }

    private final @Nullable Entry[] heads = new @Nullable Entry[SLOTS];
    private final long originNanos;
    private int size;

    /**
     * Makes an empty wheel.
     *
     * @param nowNanos any moment not after the first due time; slots are counted from it
     */
    public DeadlineWheel(long nowNanos) {
        this.originNanos = nowNanos;
    }

    public int size() {
        return size;
    }

    /** Hangs an entry in. It must not hang in a wheel already. */
    public void add(Entry entry, long dueNanos) {
        if (entry.slot >= 0) {
            throw new IllegalStateException("The entry hangs in a wheel already");
        }
        int slot = (int) (tickOf(dueNanos) & MASK);
        Entry head = heads[slot];
        entry.dueNanos = dueNanos;
        entry.slot = slot;
        entry.next = head;
        if (head != null) {
            head.previous = entry;
        }
        heads[slot] = entry;
        size++;
    }

    /** Takes an entry out; does nothing if it does not hang here. */
    public void remove(Entry entry) {
        if (entry.slot < 0) {
            return;
        }
        Entry before = entry.previous;
        Entry after = entry.next;
        if (before != null) {
            before.next = after;
        } else {
            heads[entry.slot] = after;
        }
        if (after != null) {
            after.previous = before;
        }
        entry.previous = null;
        entry.next = null;
        entry.slot = -1;
        size--;
    }

    /**
     * Takes out every entry that is due and hands it over. The receiver may add and remove entries.
     *
     * @param nowNanos the present moment
     */
    public void expire(long nowNanos, Consumer<Entry> receiver) {
        if (size == 0) {
            return;
        }
        Entry due = null;
        for (int slot = 0; slot < SLOTS; slot++) {
            Entry entry = heads[slot];
            while (entry != null) {
                Entry following = entry.next;
                if (entry.dueNanos - nowNanos <= 0) {
                    remove(entry);
                    entry.next = due; // a list of its own, so that the receiver may change the wheel
                    due = entry;
                }
                entry = following;
            }
        }
        while (due != null) {
            Entry following = due.next;
            due.next = null;
            receiver.accept(due);
            due = following;
        }
    }

    /**
     * When the earliest entry is due, which may be in the past. It looks at every entry, as {@link #expire} does: a search
     * that began at the present slot and stopped early would miss those that are overdue, which hang behind it.
     *
     * @return that moment, or {@link Long#MAX_VALUE} when the wheel is empty
     */
    public long nextDueNanos() {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        long earliest = 0;
        boolean found = false;
        for (Entry head : heads) {
            for (Entry entry = head; entry != null; entry = entry.next) {
                if (!found || entry.dueNanos - earliest < 0) {
                    earliest = entry.dueNanos;
                    found = true;
                }
            }
        }
        return earliest;
    }

    private long tickOf(long nanos) {
        return Math.floorDiv(nanos - originNanos, TICK_NANOS);
    }
}
