package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.overload.SimulatedServer.Call;
import io.moa.governance.overload.SimulatedServer.End;
import io.moa.governance.overload.SimulatedServer.Source;
import io.moa.invoke.Criticality;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RELIABILITY C1, C2, C5 and C9 on virtual time: two processors, 64 threads, calls of 5 ms of a processor, so 400 in a second. */
class OverloadTest {

    private static final double CAPACITY = 400;

    private final SimulatedServer server = new SimulatedServer(2, 64, 1_024, 11);

    private static Source calls(double perSecond) {
        return new Source(perSecond, server -> server.call(5));
    }

    private static Source calls(double perSecond, String caller, Criticality criticality) {
        return new Source(perSecond, server -> server.call(caller, criticality, server.any, 5, 0));
    }

    private static double served(List<Call> calls, Predicate<Call> which) {
        List<Call> some =
                calls.stream().filter(which).filter(call -> call.end != null).toList();
        return some.stream().filter(call -> call.end == End.SERVED).count() / (double) some.size();
    }

    private static double p99(List<Call> calls, End end) {
        List<Double> took = calls.stream()
                .filter(call -> call.end == end)
                .map(call -> call.took)
                .sorted()
                .toList();
        return took.get(took.size() * 99 / 100);
    }

    private static double perSecond(List<Call> calls, double seconds) {
        return calls.stream().filter(call -> call.end == End.SERVED).count() / seconds;
    }

    @Test
    void tenTimesTheCapacityLeavesTheGoodputAndWhoIsServedDoesNotWaitLong() {
        server.load(calls(0.8 * CAPACITY));
        List<Call> before = server.run(60);
        assertThat(served(before, call -> true)).isGreaterThan(0.999);
        for (double times : new double[] {2, 10}) {
            server.load(calls(times * CAPACITY));
            server.run(1); // it could be a burst
            List<Call> during = server.run(60);
            assertThat(perSecond(during, 60)).isGreaterThan(0.9 * CAPACITY);
            assertThat(p99(during, End.SERVED)).isLessThan(3 * p99(before, End.SERVED));
            assertThat(p99(during, End.REFUSED)).isLessThan(5);
        }
    }

    @Test
    void afterASpikeAllIsWellWithinTwoSeconds() {
        server.load(calls(0.8 * CAPACITY));
        server.run(10);
        server.load(calls(10 * CAPACITY));
        server.run(30);
        server.load(calls(0.8 * CAPACITY));
        server.run(2);
        assertThat(served(server.run(60), call -> true)).isGreaterThan(0.999);
    }

    @ParameterizedTest
    @CsvSource({
        "CRITICAL_PLUS, CRITICAL",
        "CRITICAL_PLUS, SHEDDABLE",
        "CRITICAL, SHEDDABLE",
        "SHEDDABLE_PLUS, SHEDDABLE"
    })
    void whatIsCriticalIsServedWhileTheRestIsRefused(Criticality more, Criticality less) {
        server.load(calls(0.93 * CAPACITY, "pay", more), calls(9 * CAPACITY, "batch", less));
        server.run(2);
        List<Call> during = server.run(300);
        assertThat(served(during, call -> call.criticality == more)).isGreaterThan(0.999);
        assertThat(perSecond(during, 300)).isGreaterThan(0.95 * CAPACITY);
    }

    @Test
    void aCallerOfTenTimesItsShareIsRefusedAndTheOthersAreNot() {
        server.load(
                calls(10 * CAPACITY / 4, "loud", Criticality.CRITICAL),
                calls(0.8 * CAPACITY / 4, "a", Criticality.CRITICAL),
                calls(0.8 * CAPACITY / 4, "b", Criticality.CRITICAL),
                calls(0.8 * CAPACITY / 4, "c", Criticality.CRITICAL));
        server.run(2);
        List<Call> during = server.run(60);
        for (String caller : List.of("a", "b", "c")) {
            assertThat(served(during, call -> call.caller.equals(caller)))
                    .as(caller)
                    .isGreaterThan(0.999);
        }
        assertThat(served(during, call -> call.caller.equals("loud"))).isBetween(0.1, 0.5);
    }

    @Test
    void aMethodThatTakesSecondsLeavesTheOthersTheirThreads() {
        FairQueue.Share slow = new FairQueue.Share(32);
        FairQueue.Share fast = new FairQueue.Share(32);
        Source of = new Source(100, server -> server.call("web", Criticality.CRITICAL, fast, 5, 0));
        server.load(of);
        List<Call> alone = server.run(60);
        server.load(of, new Source(1_000, server -> server.call("web", Criticality.CRITICAL, slow, 0.01, 5_000)));
        server.run(2);
        List<Call> beside =
                server.run(60).stream().filter(call -> call.share == fast).toList();
        assertThat(served(beside, call -> true)).isGreaterThan(0.999);
        assertThat(p99(beside, End.SERVED)).isLessThan(1.5 * p99(alone, End.SERVED));
    }

    @Test
    void callsThatWaitForOthersNeedTheirThreadsWhateverElseUsesTheProcessors() {
        Source of = new Source(2_000, server -> server.call("web", Criticality.CRITICAL, server.any, 0.01, 100));
        server.load(of);
        assertThat(perSecond(server.run(30), 30)).isGreaterThan(0.95 * 640);
        server.others(0.97);
        List<Call> beside = server.run(60);
        assertThat(perSecond(beside, 60)).isGreaterThan(0.85 * 640);
    }
}
