package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Criticality;
import io.moa.invoke.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private static final int ROOM = 1_000;

    private final FairQueue<Call> queue = new FairQueue<>();
    private final FairQueue.Share any = new FairQueue.Share(Integer.MAX_VALUE);
    private final List<Call> over = new ArrayList<>();

    private record Call(String name, String caller, Criticality criticality, Deadline deadline, FairQueue.Share share)
            implements Waiting {
        @Override
        public boolean isOver(long nowNanos) {
            return deadline.expired(nowNanos);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Call call(String caller, int number) {
        return new Call(caller + number, caller, Criticality.CRITICAL, Deadline.NONE, any);
    }

    private Call call(String name, Criticality criticality) {
        return new Call(name, name, criticality, Deadline.NONE, any);
    }

    private void wait(Call... calls) {
        for (Call call : calls) {
            assertThat(queue.offer(call, any -> ROOM, 0)).isNull();
        }
    }

    private List<String> taken(long now) {
        List<String> names = new ArrayList<>();
        for (Call call = queue.poll(now, over::add); call != null; call = queue.poll(now, over::add)) {
            names.add(call.name());
        }
        return names;
    }

    @Test
    void callersTakeTurnsAndEachOnesCallsKeepTheirOrder() {
        wait(call("a", 1), call("a", 2), call("a", 3), call("b", 1), call("c", 1), call("b", 2));
        assertThat(taken(0)).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
        assertThat(queue.size()).isZero();
        assertThat(queue.poll(0, over::add)).isNull();
    }

    @Test
    void theImportantGoFirstAndTheUnimportantMakeRoom() {
        wait(
                call("batch", Criticality.SHEDDABLE),
                call("web", Criticality.CRITICAL),
                call("login", Criticality.CRITICAL_PLUS),
                call("report", Criticality.SHEDDABLE_PLUS));
        Call pays = call("pay", Criticality.CRITICAL_PLUS);
        assertThat(queue.offer(pays, any -> 4, 0)).hasToString("batch");
        assertThat(queue.offer(call("batch", Criticality.SHEDDABLE), any -> 4, 0))
                .hasToString("batch");
        assertThat(taken(0)).containsExactly("login", "pay", "web", "report");
    }

    @Test
    void whoWaitsWithMostMakesRoomWithTheLatest() {
        wait(call("a", 1), call("a", 2), call("a", 3), call("b", 1));
        assertThat(queue.offer(call("b", 2), any -> 4, 0)).hasToString("a3");
        assertThat(queue.offer(call("c", 1), any -> 4, 0))
                .as("of two with as many, the one that began first")
                .hasToString("a2");
        assertThat(queue.offer(call("b", 3), any -> 4, 0)).as("itself").hasToString("b3");
        assertThat(taken(0)).containsExactly("a1", "b1", "c1", "b2");
    }

    @Test
    void whoSendsAFewTogetherDoesNotMakeRoomForOneWhoAlwaysWaits() {
        wait(call("loud", 1), call("loud", 2));
        long later = TimeUnit.SECONDS.toNanos(1);
        for (int i = 1; i <= 3; i++) {
            assertThat(queue.offer(call("b", i), any -> 5, later)).isNull();
        }
        assertThat(queue.offer(call("b", 4), any -> 5, later))
                .as("four, counted as one")
                .hasToString("loud2");
        for (int i = 5; i <= 8; i++) {
            assertThat(queue.offer(call("b", i), any -> 5, later))
                    .as("they are no longer a few")
                    .hasToString("b" + i);
        }
        assertThat(queue.offer(call("loud", 3), any -> 5, later + later))
                .as("nor did they come just now")
                .hasToString("b4");
    }

    @Test
    void nothingIsKeptOfCallersThatDoNotWaitHoweverLongAMethodHangs() {
        FairQueue.Share hangs = new FairQueue.Share(1);
        hangs.begin(); // and never ends
        for (int i = 0; i < 10_000; i++) {
            queue.offer(new Call("h" + i, "caller " + i, Criticality.CRITICAL, Deadline.NONE, hangs), any -> 8, i);
            assertThat(queue.poll(i, over::add)).isNull();
        }
        assertThat(queue.size()).isEqualTo(8);
        assertThat(queue.callers()).isEqualTo(8);
        assertThat(hangs.held()).isEqualTo(8);
        hangs.end();
        assertThat(taken(0)).hasSize(1);
        assertThat(queue.callers()).isEqualTo(7);
        hangs.end();
        for (int i = 0; i < 7; i++) {
            assertThat(taken(0)).hasSize(1);
            hangs.end();
        }
        assertThat(queue.callers()).isZero();
        assertThat(hangs.held()).isZero();
    }

    @Test
    void aCallerTakesItsTurnsAndMakesRoomAsOneWhateverMethodsItCalls() {
        FairQueue.Share other = new FairQueue.Share(Integer.MAX_VALUE);
        Call b2 = new Call("b2", "b", Criticality.CRITICAL, Deadline.NONE, other);
        Call b4 = new Call("b4", "b", Criticality.CRITICAL, Deadline.NONE, other);
        wait(call("a", 1), call("a", 2), call("b", 1), b2, call("b", 3), b4);
        assertThat(queue.offer(call("c", 1), any -> 6, 0))
                .as("of its two lines the first")
                .hasToString("b3");
        assertThat(taken(0)).containsExactly("a1", "b1", "c1", "a2", "b2", "b4");
    }

    @Test
    void whoseTimeIsOverMakesRoomFirstAndTakesNobodysTurn() {
        Call late = new Call("late", "a", Criticality.CRITICAL_PLUS, Deadline.after(0, 10), any);
        wait(late, call("a", 1), call("b", 1));
        assertThat(queue.offer(call("b", 2), any -> 3, 10)).isSameAs(late);
        Call alsoLate = new Call("also late", "b", Criticality.CRITICAL, Deadline.after(0, 10), any);
        wait(alsoLate);
        assertThat(taken(10)).containsExactly("a1", "b1", "b2");
        assertThat(over).containsExactly(alsoLate);
    }

    @Test
    void whoseShareIsFullWaitsAndHoldsNobodyUp() {
        FairQueue.Share one = new FairQueue.Share(1);
        Call first = new Call("first", "a", Criticality.CRITICAL_PLUS, Deadline.NONE, one);
        Call second = new Call("second", "a", Criticality.CRITICAL_PLUS, Deadline.NONE, one);
        Call third = new Call("third", "b", Criticality.CRITICAL, Deadline.NONE, one);
        wait(first, second, third, call("c", 1), call("c", 2));
        assertThat(taken(0)).containsExactly("first", "c1", "c2");
        assertThat(queue.size()).isEqualTo(2);
        wait(call("c", 3));
        assertThat(taken(0)).containsExactly("c3");
        one.end();
        assertThat(one.hasRoom()).isTrue();
        assertThat(taken(0)).containsExactly("second");
        one.end();
        assertThat(taken(0)).containsExactly("third");
        assertThat(one.running()).isEqualTo(1);
    }

    @Test
    void aLineThatIsHeldAndGivenUpIsForgotten() {
        FairQueue.Share one = new FairQueue.Share(1);
        one.begin();
        Call waits = new Call("waits", "a", Criticality.SHEDDABLE, Deadline.NONE, one);
        wait(waits);
        assertThat(queue.poll(0, over::add)).isNull();
        assertThat(queue.give(0)).isSameAs(waits);
        one.end();
        assertThat(queue.poll(0, over::add)).isNull();
        wait(waits);
        assertThat(taken(0)).containsExactly("waits");
        assertThatThrownBy(() -> queue.give(0)).hasMessage("nobody waits");
    }

    @Test
    void nobodyIsLostOrGivenTwiceWhateverComes() {
        Random chance = new Random(5);
        List<FairQueue.Share> shares = List.of(any, new FairQueue.Share(1), new FairQueue.Share(3));
        List<Call> runs = new ArrayList<>();
        List<Call> gone = new ArrayList<>();
        int offered = 0;
        for (int now = 0; now < 100_000; now++) {
            switch (chance.nextInt(4)) {
                case 0, 1 -> {
                    Call call = new Call(
                            "" + now,
                            "caller" + chance.nextInt(7),
                            Criticality.values()[chance.nextInt(4)],
                            chance.nextBoolean() ? Deadline.NONE : Deadline.after(now, chance.nextInt(100)),
                            shares.get(chance.nextInt(3)));
                    offered++;
                    Call yields = queue.offer(call, any -> 20, now);
                    if (yields != null) {
                        gone.add(yields);
                    }
                }
                case 2 -> {
                    Call next = queue.poll(now, gone::add);
                    if (next != null) {
                        runs.add(next);
                        gone.add(next);
                    }
                }
                default -> {
                    if (!runs.isEmpty()) {
                        runs.remove(chance.nextInt(runs.size())).share().end();
                    }
                }
            }
            assertThat(queue.size()).isBetween(0, 20);
        }
        runs.forEach(call -> call.share().end());
        for (int now = 100_000; queue.size() > 0; now++) {
            Call next = queue.poll(now, gone::add);
            if (next != null) {
                gone.add(next);
                next.share().end();
            }
        }
        assertThat(gone).hasSize(offered).doesNotHaveDuplicates();
    }
}
