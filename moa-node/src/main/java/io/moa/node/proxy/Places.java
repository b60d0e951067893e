package io.moa.node.proxy;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How many calls a local process is given at once, and how many wait, in the order in which they came. Safe for many threads. */
final class Places {

    /** Who wants a place. Told at most once, and under no lock. */
    interface Guest {
        /** It has one, until it {@linkplain Places#leave leaves}. */
        void seat();
    }

    private final int atOnce;
    private final int waiting;
    private final Deque<Guest> line = new ArrayDeque<>(); // guarded by this
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
                line.addLast(guest);
                return true;
            }
            taken++;
        }
        guest.seat();
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
            next.seat();
        }
    }

    private @Nullable Guest nextOrFree() {
        Guest next = line.pollFirst();
        if (next == null) {
            taken--;
        }
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
