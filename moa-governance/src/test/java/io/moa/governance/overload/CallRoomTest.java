package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Criticality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CallRoomTest {

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(200);

    private final List<String> ran = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final FairQueue.Share any = new FairQueue.Share(Integer.MAX_VALUE);
    private long now;

    private final class Call implements Waiting {
        private final String name;
        private final FairQueue.Share share;
        private final Criticality criticality;
        private final AtomicInteger ended = new AtomicInteger();
        private volatile boolean over;

        Call(String name, FairQueue.Share share) {
            this(name, share, Criticality.CRITICAL);
        }

        Call(String name, FairQueue.Share share, Criticality criticality) {
            this.name = name;
            this.share = share;
            this.criticality = criticality;
        }

        @Override
        public String caller() {
            return name.substring(0, 1);
        }

        @Override
        public Criticality criticality() {
            return criticality;
        }

        @Override
        public boolean isOver(long nowNanos) {
            return over;
        }

        @Override
        public FairQueue.Share share() {
            return share;
        }
    }

    private CallRoom<Call> room(int threads, int waiting) {
        return new CallRoom<>(
                1,
                threads,
                waiting,
                Duration.ofMillis(100),
                new CallRoom.Desk<>() {
                    @Override
                    public void run(Call call) {
                        ran.add(call.name);
                    }

                    @Override
                    public void refuse(Call call, CallRoom.Refusal why) {
                        refused.add(call.name + (why.isOver() ? ", over" : ", " + why.waiting() + " wait"));
                    }
                },
                0);
    }

    private Call call(String name) {
        return new Call(name, any);
    }

    private static @Nullable String left(CallRoom<Call> room, Call call, long now) {
        Call next = room.leave(call, now);
        return next == null ? null : next.name;
    }

    @Test
    void onlyTheTimeInWhichCallsWaitTellsHowManyAreServed() {
        CallRoom<Call> room = room(1, 1_000);
        Call runs = call("a0");
        room.enter(runs, now);
        for (int step = 0; step < 20; step++) {
            room.enter(call("a1"), now);
            room.enter(call("a2"), now);
            for (int i = 0; i < 2; i++) { // each takes 10 ms
                now += TimeUnit.MILLISECONDS.toNanos(10);
                room.leave(runs, now);
            }
            now += STEP - TimeUnit.MILLISECONDS.toNanos(20);
            room.step(0.1, false, now);
            assertThat(room.mostWaiting()).as("calls waited for 20 ms of 200").isEqualTo(1_000);
        }
        for (int step = 0; step < 20; step++) {
            room.enter(call("a1"), now);
            room.enter(call("a2"), now);
            now += STEP / 2;
            room.leave(runs, now);
            now += STEP / 2;
            room.step(0.1, false, now);
            room.leave(runs, now);
        }
        assertThat(room.mostWaiting()).as("now somebody always waits").isEqualTo(2);
    }

    @Test
    void whereMemoryIsShortNobodyWaits() {
        CallRoom<Call> room = room(1, 10);
        Call runs = call("a1");
        room.enter(runs, now);
        room.enter(call("a2"), now);
        room.enter(call("a3"), now);
        room.step(0.1, true, now += STEP);
        assertThat(refused).hasSize(2);
        assertThat(room.mostWaiting()).isZero();
        room.enter(call("a4"), now);
        assertThat(refused).hasSize(3);
        room.step(0.1, false, now += STEP);
        room.enter(call("a5"), now);
        assertThat(refused).hasSize(3);
        assertThat(left(room, runs, now)).isEqualTo("a5");
    }

    @Test
    void aMethodThatHasTakenItsShareDoesNotTakeWhatIsLeftWhenFewerRun() {
        CallRoom<Call> room = room(8, 10);
        FairQueue.Share slow = room.newShare(4);
        FairQueue.Share fast = room.newShare(4);
        for (int i = 0; i < 5; i++) {
            room.enter(new Call("s" + i, slow), now);
        }
        assertThat(ran).containsExactly("s0", "s1", "s2", "s3");
        room.step(1, false, now += STEP);
        assertThat(room.limit()).isEqualTo(1);
        Call first = new Call("f1", fast);
        room.enter(first, now);
        assertThat(ran).as("one of each method always runs").contains("f1").hasSize(5);
        room.enter(new Call("f2", fast), now);
        assertThat(ran)
                .as("one of those that sleep is counted too, and one is the limit")
                .hasSize(5);
        room.step(0.5, false, now += STEP);
        room.step(0.5, false, now += STEP);
        room.step(0.5, false, now += STEP);
        assertThat(ran)
                .as("the limit is larger, and they are still four")
                .contains("f2")
                .hasSize(6);
    }

    @Test
    void asManyRunAsThereAreThreadsAndTheOthersWaitOrAreRefused() {
        CallRoom<Call> room = room(2, 1);
        Call first = call("a1");
        room.enter(first, now);
        room.enter(call("a2"), now);
        room.enter(call("a3"), now);
        assertThat(ran).containsExactly("a1", "a2");
        assertThat(room.running()).isEqualTo(2);
        assertThat(room.waiting()).isEqualTo(1);
        room.enter(call("a4"), now);
        assertThat(refused).containsExactly("a4, 1 wait");
        assertThat(left(room, first, now)).isEqualTo("a3");
        assertThat(room.running()).isEqualTo(2);
        assertThat(room.waiting()).isZero();
    }

    @Test
    void whoIsOverIsRefusedInPlaceOfRunning() {
        CallRoom<Call> room = room(1, 10);
        Call first = call("a1");
        Call second = call("a2");
        room.enter(first, now);
        room.enter(second, now);
        room.enter(call("a3"), now);
        second.over = true;
        assertThat(left(room, first, now)).isEqualTo("a3");
        assertThat(refused).containsExactly("a2, over");
    }

    @Test
    void whoComesWhileOthersAreHeldByTheirSharesAloneRunsAtOnce() {
        CallRoom<Call> room = room(2, 10);
        FairQueue.Share one = new FairQueue.Share(1);
        Call slow = new Call("s1", one);
        room.enter(slow, now);
        room.enter(new Call("s2", one), now);
        assertThat(ran).containsExactly("s1");
        room.enter(call("a1"), now);
        assertThat(ran).containsExactly("s1", "a1");
        assertThat(left(room, slow, now)).isEqualTo("s2");
    }

    @Test
    void whoMayRunIsNotRefusedBecauseMoreImportantOnesThatMayNotFillTheQueue() {
        CallRoom<Call> room = room(2, 1);
        FairQueue.Share one = new FairQueue.Share(1);
        room.enter(new Call("s1", one), now);
        room.enter(new Call("s2", one), now);
        room.enter(new Call("b1", any, Criticality.SHEDDABLE), now);
        assertThat(ran).containsExactly("s1", "b1");
        assertThat(refused).isEmpty();
        assertThat(room.waiting()).isEqualTo(1);
    }

    @Test
    void aLimitThatGrowsLetsThoseWaitingRun() {
        CallRoom<Call> room = room(4, 100);
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Call call = call("a" + i);
            calls.add(call);
            room.enter(call, now);
        }
        room.step(1, false, now += STEP);
        assertThat(room.limit()).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            assertThat(left(room, calls.get(i), now)).as("too many run").isNull();
        }
        assertThat(left(room, calls.get(3), now)).isEqualTo("a4");
        room.step(0.5, false, now += STEP);
        assertThat(room.limit()).isEqualTo(2);
        assertThat(room.running()).isEqualTo(room.limit());
        assertThat(ran).contains("a5");
    }

    @Test
    void thoseThatCameBeforeItWasKnownHowManyAreServedAreRefusedThen() {
        CallRoom<Call> room = room(1, 1_000);
        Call runs = call("a0");
        room.enter(runs, now);
        for (int i = 1; i <= 100; i++) {
            room.enter(call("a" + i), now);
        }
        assertThat(left(room, runs, now)).isEqualTo("a1");
        room.step(0.5, false, now += STEP); // one call in a fifth of a second
        assertThat(room.waiting()).as("a burst").isEqualTo(8);
        assertThat(refused).hasSize(91).first().isEqualTo("a100, 8 wait");
        for (int step = 0; step < 3; step++) {
            room.step(0.5, false, now += STEP);
            assertThat(room.waiting()).isEqualTo(8);
        }
        room.step(0.5, false, now += STEP);
        assertThat(room.waiting()).as("somebody always waited").isEqualTo(2);
    }

    @Test
    void moreMayWaitOfABurstThanOfAnOverload() {
        CallRoom<Call> room = busyRoom();
        for (int i = 0; i < 20; i++) {
            room.enter(call("a" + i), now);
        }
        assertThat(room.waiting()).as("twice those that run, four times").isEqualTo(8);
        now += TimeUnit.SECONDS.toNanos(1);
        room.enter(call("b"), now);
        assertThat(room.waiting()).as("nobody has been served for a second").isEqualTo(8);
        room.step(0.1, false, now);
        assertThat(room.waiting()).isEqualTo(2);
    }

    @Test
    void aBurstOfWhatMattersIsOneWhateverFloodThereIsOfWhatMattersLess() {
        CallRoom<Call> room = busyRoom();
        for (int second = 0; second < 3; second++) {
            now += TimeUnit.SECONDS.toNanos(1);
            for (int i = 0; i < 20; i++) {
                room.enter(new Call("b" + i, any, Criticality.SHEDDABLE), now);
            }
        }
        assertThat(room.waiting()).as("a flood").isLessThanOrEqualTo(8);
        refused.clear();
        for (int i = 0; i < 20; i++) {
            room.enter(new Call("p" + i, any, Criticality.CRITICAL), now);
        }
        assertThat(room.waiting()).isEqualTo(8);
        assertThat(refused.stream().filter(each -> each.startsWith("p"))).hasSize(12);
        assertThat(refused.stream().filter(each -> each.startsWith("b")).count())
                .as("all of the flood made room")
                .isPositive();
        now += TimeUnit.SECONDS.toNanos(1);
        refused.clear();
        room.enter(new Call("c", any, Criticality.CRITICAL_PLUS), now);
        assertThat(refused)
                .as("what matters more is a burst for itself, and those before stand")
                .singleElement()
                .asString()
                .startsWith("p");
    }

    /** One that serves a call in 200 ms, of which it knows it. */
    private CallRoom<Call> busyRoom() {
        CallRoom<Call> room = room(1, 1_000);
        Call runs = call("a0");
        room.enter(runs, now);
        for (int step = 0; step < 20; step++) {
            room.enter(call("a1"), now);
            now += STEP;
            room.leave(runs, now);
            room.step(0.1, false, now);
        }
        assertThat(room.mostWaiting()).isEqualTo(2);
        assertThat(room.waiting()).isZero();
        refused.clear();
        return room;
    }

    @Test
    @Timeout(60)
    void everyCallEndsOnceWhateverThreadsDo() throws InterruptedException {
        int threads = 4;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ConcurrentLinkedQueue<Call> started = new ConcurrentLinkedQueue<>();
        CallRoom<Call> room = new CallRoom<>(
                1,
                threads,
                8,
                Duration.ofMillis(100),
                new CallRoom.Desk<>() {
                    @Override
                    public void run(Call call) {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        started.add(call);
                    }

                    @Override
                    public void refuse(Call call, CallRoom.Refusal why) {
                        call.ended.incrementAndGet();
                    }
                },
                0);
        List<Call> all = new ArrayList<>();
        List<Thread> workers = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        for (int i = 0; i < 2; i++) {
            Random chance = new Random(i);
            workers.add(new Thread(() -> {
                while (!done.get() || !started.isEmpty() || room.running() > 0) {
                    Call call = started.poll();
                    while (call != null) {
                        call.ended.incrementAndGet();
                        running.decrementAndGet();
                        if (chance.nextInt(50) == 0) {
                            room.step(chance.nextDouble(), false, System.nanoTime());
                        }
                        call = room.leave(call, System.nanoTime());
                        if (call != null) {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        }
                    }
                    Thread.onSpinWait();
                }
            }));
        }
        workers.forEach(Thread::start);
        Random chance = new Random(9);
        for (int i = 0; i < 100_000; i++) {
            Call call = call("abcdefg".charAt(chance.nextInt(7)) + "" + i);
            call.over = chance.nextInt(20) == 0;
            all.add(call);
            room.enter(call, System.nanoTime());
        }
        done.set(true);
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(all).allMatch(call -> call.ended.get() == 1);
        assertThat(room.running()).isZero();
        assertThat(room.waiting()).isZero();
        assertThat(most.get()).isLessThanOrEqualTo(threads);
    }
}
