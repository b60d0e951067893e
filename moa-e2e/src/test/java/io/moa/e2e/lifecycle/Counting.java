package io.moa.e2e.lifecycle;

import io.moa.testkit.CallAccount;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps account of what runs here. */
final class Counting implements Ledgered {

    final AtomicInteger ran = new AtomicInteger();
    final AtomicInteger entered = new AtomicInteger();
    private final String name;
    private final CallAccount account;
    private final CountDownLatch gate = new CountDownLatch(1);

    Counting(String name, CallAccount account) {
        this.name = name;
        this.account = account;
    }

    void open() {
        gate.countDown();
    }

    @Override
    public long once(long id) {
        account.executed(id);
        ran.incrementAndGet();
        return id;
    }

    @Override
    public long again(long id) {
        return once(id);
    }

    @Override
    public String who() {
        return name;
    }

    @Override
    public long held(long id) {
        entered.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return once(id);
    }
}
