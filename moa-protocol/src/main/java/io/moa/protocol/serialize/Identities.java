package io.moa.protocol.serialize;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers objects by identity, in the order in which they come. The first few are compared one by one: asking a fresh
 * object for its identity hash costs more than that. Used by one thread at a time.
 */
final class Identities {

    private static final int FEW = 16;

    private @Nullable Object[] items = new @Nullable Object[FEW];
    private int[] table = {};
    private int count;
    /** Whether the table holds the items. */
    private boolean spread;

    /** The number of an object that came before; -1 if it comes now. */
    int add(Object item) {
        @Nullable Object[] known = items;
        if (count < FEW) {
            for (int i = 0; i < count; i++) {
                if (known[i] == item) {
                    return i;
                }
            }
            known[count++] = item;
            return -1;
        }
        if (!spread || count * 2 >= table.length) {
            spread();
        }
        int slot = slot(item);
        if (table[slot] > 0) {
            return table[slot] - 1;
        }
        table[slot] = append(item) + 1;
        return -1;
    }

    /** How many have come. */
    int size() {
        return count;
    }

    /** Takes a number for something that nobody will ask for. */
    void skip() {
        if (count < FEW) {
            items[count++] = null;
        } else {
            append(null);
        }
    }

    /** Forgets everything, and keeps the room. */
    void clear() {
        Arrays.fill(items, 0, count, null);
        count = 0;
        spread = false;
    }

    private int append(@Nullable Object item) {
        if (count == items.length) {
            items = Arrays.copyOf(items, count * 2);
        }
        items[count] = item;
        return count++;
    }

    /** Makes the table anew from all items, with room for as many again. */
    private void spread() {
        int size = Math.max(FEW * 4, table.length);
        while (count * 2 >= size) {
            size *= 2;
        }
        if (size == table.length) {
            Arrays.fill(table, 0);
        } else {
            table = new int[size];
        }
        spread = true;
        for (int i = 0; i < count; i++) {
            Object item = items[i];
            if (item != null) {
                table[slot(item)] = i + 1;
            }
        }
    }

    private int slot(Object item) {
        int mask = table.length - 1;
        int slot = ((System.identityHashCode(item) * 0x9E3779B9) >>> 8) & mask;
        while (table[slot] > 0 && items[table[slot] - 1] != item) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
