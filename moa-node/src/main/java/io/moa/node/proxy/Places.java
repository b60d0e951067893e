package io.moa.node.proxy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How many calls a local process is given at once, and how many wait, in the order in which they came. Safe for many threads. */
final class Places {

    /** Who wants a place, itself and no equal of it. Told at most once, and under no lock. */
    interface Guest {
        /** It has one, until it {@linkplain Places#leave leaves}, which it may do within. Must not throw. */
        void seat();
    }

    /** Those that are seated on this thread when the one before them is, of whichever places. */
    private static final ThreadLocal<@Nullable Deque<Guest>> SEATING = new ThreadLocal<>();

    private final int atOnce;
    private final int waiting;
    private final Set<Guest> line = new LinkedHashSet<>(); // in order, and left from anywhere at once; guarded by this
    private int taken; // guarded by this

    Places(int atOnce, int waiting) {
        this.atOnce = atOnce;
        this.waiting = waiting;
    }

    /** Takes a place now or later; false if there is none and the line is full, and then nobody is told. */
    boolean enter(Guest guest) {
        synchronized (this) {
            if (taken >= atOnce) {
                if (line.size() >= waiting) {
                    return false;
                }
                line.add(guest);
                return true;
            }
            taken++;
        }
        seat(guest);
        return true;
    }

    /** Whether it waited, and does so no more. */
    synchronized boolean giveUp(Guest guest) {
        return line.remove(guest);
    }

    /** Gives a place back. */
    void leave() {
        Guest next;
        synchronized (this) {
            next = nextOrFree();
        }
        if (next != null) {
            seat(next);
        }
    }

    /** One after the other: a guest that leaves at once would else stand on the stack below all those that it makes room for. */
    private void seat(Guest guest) {
        Deque<Guest> after = SEATING.get();
        if (after != null) {
            after.addLast(guest);
            return;
        }
        after = new ArrayDeque<>(4);
        SEATING.set(after);
        try {
            for (Guest next = guest; next != null; next = after.pollFirst()) {
                next.seat();
            }
        } finally {
            SEATING.remove();
        }
    }

    private @Nullable Guest nextOrFree() {
        Iterator<Guest> first = line.iterator();
        if (!first.hasNext()) {
            taken--;
            return null;
        }
        Guest next = first.next();
        first.remove();
        return next;
    }

    /** How many have one. */
    synchronized int taken() {
        return taken;
    }

    /** How many wait for one. */
    synchronized int waiting() {
        return line.size();
    }
}
