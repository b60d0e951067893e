package io.moa.node.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who is given a place, and when. */
class PlacesTest {

    private final List<Integer> seated = new ArrayList<>();

    private Places.Guest guest(int number) {
        return new Places.Guest() {
            @Override
            public void seat() {
                seated.add(number);
            }
        };
    }

    @Test
    void whoComesFirstIsSeatedFirst() {
        Places places = new Places(2, 3);
        for (int i = 0; i < 5; i++) {
            assertThat(places.enter(guest(i))).isTrue();
        }
        assertThat(places.enter(guest(5))).as("the line is full").isFalse();
        assertThat(seated).containsExactly(0, 1);
        assertThat(places.taken()).isEqualTo(2);
        assertThat(places.waiting()).isEqualTo(3);
        places.leave();
        assertThat(seated).containsExactly(0, 1, 2);
        assertThat(places.taken()).as("handed over").isEqualTo(2);
        for (int i = 0; i < 4; i++) {
            places.leave();
        }
        assertThat(seated).containsExactly(0, 1, 2, 3, 4);
        assertThat(places.taken()).isZero();
        assertThat(places.waiting()).isZero();
    }

    @Test
    void withoutALineOneIsSeatedOrSentAway() {
        Places places = new Places(1, 0);
        assertThat(places.enter(guest(0))).isTrue();
        assertThat(places.enter(guest(1))).isFalse();
        places.leave();
        assertThat(places.enter(guest(2))).isTrue();
        assertThat(seated).containsExactly(0, 2);
    }

    @Test
    void whoGivesUpIsPassedOverAndMakesRoom() {
        Places places = new Places(1, 2);
        Places.Guest first = guest(0);
        Places.Guest second = guest(1);
        places.enter(first);
        places.enter(second);
        places.enter(guest(2));
        assertThat(places.giveUp(first)).as("has a place").isFalse();
        assertThat(places.giveUp(second)).isTrue();
        assertThat(places.giveUp(second)).as("a second time").isFalse();
        assertThat(places.enter(guest(3))).isTrue();
        places.leave();
        places.leave();
        assertThat(seated).containsExactly(0, 2, 3);
    }

    @Test
    void aLineOfGuestsThatAllLeaveAtOnceNeedsNoStack() {
        int many = 100_000;
        Places places = new Places(1, many);
        places.enter(guest(-1));
        AtomicInteger left = new AtomicInteger();
        for (int i = 0; i < many; i++) {
            assertThat(places.enter(new Places.Guest() {
                        @Override
                        public void seat() {
                            left.incrementAndGet();
                            places.leave();
                        }
                    }))
                    .isTrue();
        }
        places.leave();
        assertThat(left).hasValue(many);
        assertThat(places.taken()).isZero();
    }

    @Test
    void manyThreadsLoseNobodyAndSeatNobodyTwice() throws Exception {
        int threads = 8;
        int each = 20_000;
        int atOnce = 3;
        Places places = new Places(atOnce, 5);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger seats = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger gaveUp = new AtomicInteger();
        AtomicInteger twice = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> toLeave = new ConcurrentLinkedQueue<>();
        CountDownLatch begin = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                boolean impatient = t % 2 == 0;
                all.add(pool.submit(() -> {
                    begin.await();
                    for (int i = 0; i < each; i++) {
                        AtomicInteger mine = new AtomicInteger();
                        Places.Guest guest = new Places.Guest() {
                            @Override
                            public void seat() {
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                seats.incrementAndGet();
                                if (mine.incrementAndGet() > 1) {
                                    twice.incrementAndGet();
                                }
                                toLeave.add(1);
                            }
                        };
                        if (!places.enter(guest)) {
                            refused.incrementAndGet();
                        } else if (impatient && places.giveUp(guest)) {
                            gaveUp.incrementAndGet();
                            if (mine.get() != 0) {
                                twice.incrementAndGet();
                            }
                        }
                        if (toLeave.poll() != null) {
                            inside.decrementAndGet();
                            places.leave();
                        }
                    }
                    return null;
                }));
            }
            begin.countDown();
            for (Future<?> one : all) {
                one.get(120, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        while (toLeave.poll() != null) {
            inside.decrementAndGet();
            places.leave();
        }
        assertThat(seats.get() + refused.get() + gaveUp.get()).isEqualTo(threads * each);
        assertThat(twice).hasValue(0);
        assertThat(most.get()).isLessThanOrEqualTo(atOnce);
        assertThat(places.taken()).isZero();
        assertThat(places.waiting()).isZero();
        assertThat(inside).hasValue(0);
    }
}
