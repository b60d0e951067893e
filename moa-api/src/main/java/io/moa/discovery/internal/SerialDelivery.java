package io.moa.discovery.internal;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands values to one listener: in the order in which they were offered, one at a time, holding no lock.
 *
 * <p><b>How.</b> Offering puts a value into a queue; draining hands the queue over. A counter of the work in hand says who
 * drains: whoever raises it from zero does, everybody else leaves his value to that thread and goes on. So a listener that
 * causes another value, by registering or subscribing, only lengthens the queue that its own thread is emptying: it
 * neither waits for itself nor sees the later value inside the earlier one.
 *
 * <p><b>Closing</b> waits for a call of the listener that another thread is in, so that none outlasts it. Two listeners that
 * close each other would wait for ever; therefore a thread that is itself inside a listener does not wait.
 *
 * @param <T> what is handed over; immutable
 */
public final class SerialDelivery<T> {

    private static final long POLL_NANOS = 20_000;

    private final Consumer<? super T> listener;
    private final Consumer<Throwable> broken;
    private final Set<Thread> insideListeners;

    private final Queue<T> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger workInHand;
    private volatile boolean closed;
    private volatile @Nullable Thread calling;

    /**
     * A delivery that the making thread holds: nothing is handed over before that thread calls {@link #drainHeld}. So the
     * first value reaches the listener on the thread that subscribes, whatever other threads offer meanwhile.
     *
     * @param broken told what the listener threw; it stays subscribed and is handed the next value
     * @param insideListeners the threads inside any listener of the same store; shared, concurrent, written here
     */
    public SerialDelivery(Consumer<? super T> listener, Consumer<Throwable> broken, Set<Thread> insideListeners) {
        this.listener = listener;
        this.broken = broken;
        this.insideListeners = insideListeners;
        this.workInHand = new AtomicInteger(1);
    }

    /** Queues a value; the caller orders the calls, by a lock of its own, and drains after releasing it. */
    public void offer(T value) {
        queue.add(value);
    }

    /** Hands over what is queued, unless another thread, or this one further up its stack, is doing it. */
    public void drain() {
        if (workInHand.getAndIncrement() == 0) {
            drainHeld();
        }
    }

    /** Hands over what is queued; only for the thread that holds the delivery. */
    public void drainHeld() {
        int seen = workInHand.get();
        do {
            for (T value = queue.poll(); value != null; value = queue.poll()) {
                call(value);
            }
            seen = workInHand.addAndGet(-seen);
        } while (seen != 0);
    }

    private void call(T value) {
        if (closed) {
            return;
        }
        Thread self = Thread.currentThread();
        boolean outermost = insideListeners.add(self);
        // This order, and its mirror in close(), make sure that one of the two sees the other.
        calling = self;
        try {
            if (!closed) {
                listener.accept(value);
            }
        } catch (Throwable e) { // whatever a listener does, the next one is told
            broken.accept(e);
        } finally {
            calling = null;
            if (outermost) {
                insideListeners.remove(self);
            }
        }
    }

    public boolean isClosed() {
        return closed;
    }

    /** Ends the delivery; what is queued is forgotten. Idempotent. */
    public void close() {
        closed = true;
        if (insideListeners.contains(Thread.currentThread())) {
            return;
        }
        while (calling != null) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
