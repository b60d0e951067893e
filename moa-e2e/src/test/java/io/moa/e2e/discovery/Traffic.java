package io.moa.e2e.discovery;

import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.testkit.CallAccount;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Calls without end, half of them idempotent, each in the account. */
final class Traffic implements AutoCloseable {

    private static final int THREADS = 2;
    private static final long PAUSE_NANOS = 2_000_000;

    final AtomicLong ok = new AtomicLong();
    final Queue<String> failed = new ConcurrentLinkedQueue<>();
    final Queue<String> failedAgain = new ConcurrentLinkedQueue<>(); // of the idempotent ones
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final CallAccount account;
    private final Till till;

    Traffic(MoaClient client, CallAccount account) {
        this.account = account;
        this.till = client.stub(Till.class);
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(this::run, "traffic-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void run() {
        for (int i = 0; !stopped.get(); i++) {
            boolean again = i % 2 == 0;
            long id = account.sent(again);
            try {
                account.ok(id, again ? till.again(id) : till.once(id));
                ok.incrementAndGet();
            } catch (CallException e) {
                account.outcome(
                        id, e.executed() == Executed.NO ? CallAccount.Outcome.REJECTED : CallAccount.Outcome.UNKNOWN);
                (again ? failedAgain : failed).add(e.getMessage());
            }
            LockSupport.parkNanos(PAUSE_NANOS); // a steady stream, not all that the machine can do
        }
    }

    /** Waits for so many more calls that succeed. */
    void more(int calls) {
        long until = ok.get() + calls;
        Market.eventually()
                .until(
                        () -> ok.get() >= until,
                        () -> ok + " of " + until + " calls; failed: " + failed + " " + failedAgain);
    }

    List<String> allFailed() {
        List<String> all = new ArrayList<>(failed);
        all.addAll(failedAgain);
        return all;
    }

    /** Waits for the calls under way. Idempotent. */
    @Override
    public void close() throws InterruptedException {
        stopped.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
