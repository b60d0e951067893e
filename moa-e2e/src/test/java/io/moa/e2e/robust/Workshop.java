package io.moa.e2e.robust;

import io.moa.testkit.CallAccount;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** Does the work, keeps account of it, and holds calls until told to let them go. */
final class Workshop implements Work {

    final AtomicInteger entered = new AtomicInteger();
    final Queue<Integer> weighed = new ConcurrentLinkedQueue<>();
    private final String name;
    private final LongConsumer executed;
    private final CountDownLatch gate = new CountDownLatch(1);

    Workshop(String name, CallAccount account) {
        this(name, account::executed);
    }

    Workshop(String name, LongConsumer executed) {
        this.name = name;
        this.executed = executed;
    }

    /** Lets held calls go, and those to come. */
    void open() {
        gate.countDown();
    }

    @Override
    public long once(long id) {
        executed.accept(id);
        return id;
    }

    @Override
    public long held(long id) {
        executed.accept(id);
        entered.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return id;
    }

    @Override
    public long heldAgain(long id) {
        return held(id);
    }

    @Override
    public long carry(long id, byte[] body) {
        executed.accept(id);
        return id;
    }

    @Override
    public int weigh(byte[] body) {
        weighed.add(body.length);
        return body.length;
    }

    @Override
    public byte[] make(int size) {
        return new byte[size];
    }

    @Override
    public String who() {
        return name;
    }
}
