package io.moa.transport.netty;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Where threads leave what the event loop is to write. The loop takes everything at once and writes it with one system
 * call, so under load the wake-up of the loop and the flush are shared by many calls.
 *
 * <p>A Treiber stack whose consumer takes the whole list and turns it round, which keeps the order of arrival. The thread
 * that finds the stack empty wakes the loop, and no other does. Source: R. K. Treiber, "Systems Programming: Coping with
 * Parallelism", IBM RJ 5118, 1986.
 */
final class OutboundStack {

    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(OutboundStack.class, "head", Outbound.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Ends the list and marks a stack that takes nothing more. */
    private static final Outbound CLOSED = new Sentinel();

    private volatile @Nullable Outbound head;

    /** What a push met. */
    enum Push {
        /** The stack was empty: the pusher must wake the loop. */
        WAKE,
        /** Somebody else has woken the loop. */
        QUEUED,
        /** The connection is gone; the item was not taken. */
        CLOSED
    }

    /** Leaves an item. Any thread. */
    Push push(Outbound item) {
        while (true) {
            Outbound seen = head;
            if (seen == CLOSED) {
                return Push.CLOSED;
            }
            item.nextOutbound(seen);
            if (HEAD.compareAndSet(this, seen, item)) {
                return seen == null ? Push.WAKE : Push.QUEUED;
            }
        }
    }

    /** Takes everything, oldest first, as a list linked by {@link Outbound#nextOutbound()}; null if there is nothing. */
    @Nullable
    Outbound takeAll() {
        return head == null || head == CLOSED ? null : reversed((Outbound) HEAD.getAndSet(this, null));
    }

    /** Takes everything and refuses whatever comes later. */
    @Nullable
    Outbound close() {
        Outbound rest = (Outbound) HEAD.getAndSet(this, CLOSED);
        return rest == CLOSED ? null : reversed(rest);
    }

    private static @Nullable Outbound reversed(@Nullable Outbound newest) {
        Outbound oldest = null;
        Outbound item = newest;
        while (item != null) {
            Outbound older = item.nextOutbound();
            item.nextOutbound(oldest);
            oldest = item;
            item = older;
        }
        return oldest;
    }

    private static final class Sentinel implements Outbound {
        @Override
        public void write(FrameOutput out) {
            throw new IllegalStateException("not an item");
        }

        @Override
        public void abandon() {}

        @Override
        public void failed(FrameOutput out, Throwable thrown) {}

        @Override
        public @Nullable Outbound nextOutbound() {
            return null;
        }

        @Override
        public void nextOutbound(@Nullable Outbound next) {
            throw new IllegalStateException("not an item");
        }
    }
}
