package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads push, one takes: nothing is lost, doubled or turned round, and somebody always wakes the taker. */
@Timeout(60)
class OutboundStackTest {

    private static final int THREADS = 4;
    private static final int EACH = 50_000;

    private static final class Item implements Outbound {
        private final int thread;
        private final int number;
        private @Nullable Outbound next;
        private int abandoned;

        Item(int thread, int number) {
            this.thread = thread;
            this.number = number;
        }

        @Override
        public void write(FrameOutput out) {}

        @Override
        public void abandon() {
            abandoned++;
        }

        @Override
        public void failed(FrameOutput out, Throwable thrown) {}

        @Override
        public @Nullable Outbound nextOutbound() {
            return next;
        }

        @Override
        public void nextOutbound(@Nullable Outbound following) {
            next = following;
        }
    }

    /** The taker sleeps until woken, as the event loop does: a push that should wake and does not leaves it asleep. */
    @Test
    void everyItemArrivesOnceAndInTheOrderOfItsThread() throws Exception {
        OutboundStack stack = new OutboundStack();
        Semaphore wakeUps = new Semaphore(0);
        CyclicBarrier together = new CyclicBarrier(THREADS);
        List<Thread> pushers = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            pushers.add(new Thread(() -> {
                await(together);
                for (int i = 0; i < EACH; i++) {
                    if (stack.push(new Item(thread, i)) == OutboundStack.Push.WAKE) {
                        wakeUps.release();
                    }
                }
            }));
        }
        pushers.forEach(Thread::start);
        int[] expected = new int[THREADS];
        int taken = 0;
        int wakings = 0;
        while (taken < THREADS * EACH) {
            wakeUps.acquire();
            wakings++;
            for (Outbound item = stack.takeAll(); item != null; item = item.nextOutbound()) {
                Item mine = (Item) item;
                assertThat(mine.number).isEqualTo(expected[mine.thread]++);
                taken++;
            }
        }
        for (Thread pusher : pushers) {
            pusher.join();
        }
        assertThat(stack.takeAll()).isNull();
        assertThat(wakings + wakeUps.availablePermits()).isLessThanOrEqualTo(THREADS * EACH);
    }

    @Test
    void afterClosingNothingIsTakenAndNothingIsLost() throws Exception {
        for (int round = 0; round < 200; round++) {
            OutboundStack stack = new OutboundStack();
            AtomicInteger refused = new AtomicInteger();
            CyclicBarrier together = new CyclicBarrier(3);
            Runnable push = () -> {
                await(together);
                for (int i = 0; i < 100; i++) {
                    if (stack.push(new Item(0, i)) == OutboundStack.Push.CLOSED) {
                        refused.incrementAndGet();
                    }
                }
            };
            Thread first = new Thread(push);
            Thread second = new Thread(push);
            first.start();
            second.start();
            await(together);
            int taken = count(stack.takeAll()) + count(stack.close());
            first.join();
            second.join();
            assertThat(taken + refused.get()).isEqualTo(200);
            assertThat(stack.takeAll()).isNull();
            assertThat(stack.close()).isNull();
        }
    }

    private static int count(@Nullable Outbound list) {
        int count = 0;
        for (Outbound item = list; item != null; item = item.nextOutbound()) {
            count++;
        }
        return count;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
