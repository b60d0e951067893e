package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.filter.SpanFilter;
import io.moa.client.stub.StubConfig;
import io.moa.invoke.CallScope;
import io.moa.invoke.Trace;
import io.moa.server.ExportConfig;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each of several servers, one behind the other, sees of the trace that the first caller gave. */
@Timeout(120)
class TraceTest {

    private static final Trace GIVEN =
            Trace.parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"); // the example of the specification

    /** A server that asks the next one. */
    @MoaService(name = "traced.Desk")
    @io.moa.annotation.Timeout(millis = 60_000)
    public interface Desk {
        @Idempotent
        String ask();

        @Idempotent
        @Hedge(afterMillis = 20)
        String askTwice();
    }

    /** The first arrival at the last desk fails, or stays until the second one is there. */
    private enum Last {
        ANSWERS,
        FAILS_ONCE,
        STAYS_ONCE
    }

    /** One desk. */
    private static final class Asked implements Desk {
        private final @Nullable Desk next;
        private final List<Trace> seen;
        private final Last last;
        private final AtomicInteger arrivals;
        private final CountDownLatch second;

        Asked(@Nullable Desk next, List<Trace> seen, Last last, AtomicInteger arrivals, CountDownLatch second) {
            this.next = next;
            this.seen = seen;
            this.last = last;
            this.arrivals = arrivals;
            this.second = second;
        }

        @Override
        public String ask() {
            return next == null ? answer() : look(next.ask());
        }

        @Override
        public String askTwice() {
            return next == null ? answer() : look(next.askTwice());
        }

        private String look(String answer) {
            seen.add(trace());
            return answer;
        }

        private static Trace trace() {
            return Objects.requireNonNull(
                    Objects.requireNonNull(CallScope.current()).baggage().trace());
        }

        private String answer() {
            seen.add(trace());
            if (arrivals.getAndIncrement() > 0) {
                second.countDown();
            } else if (last == Last.FAILS_ONCE) {
                throw new IllegalStateException("the first time");
            } else if (last == Last.STAYS_ONCE) {
                try {
                    second.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return "done";
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<Trace> first = new CopyOnWriteArrayList<>();
    private final List<Trace> second = new CopyOnWriteArrayList<>();
    private final List<Trace> third = new CopyOnWriteArrayList<>();

    /** A caller of three servers, one behind the other, of which the last is there twice. */
    private Desk caller(Last last, boolean spans) {
        AtomicInteger arrivals = new AtomicInteger();
        CountDownLatch again = new CountDownLatch(1);
        serve("third", null, third, last, arrivals, again, spans);
        serve("third", null, third, last, arrivals, again, spans);
        serve("second", "third", second, last, arrivals, again, spans);
        serve("first", "second", first, last, arrivals, again, spans);
        MoaClient client = client(processes.moa("caller"), spans);
        return client.with(
                client.stub(Desk.class, StubConfig.ANNOTATED.withGroup("first")), CallOptions.NONE.withTrace(GIVEN));
    }

    private void serve(
            String group,
            @Nullable String next,
            List<Trace> seen,
            Last last,
            AtomicInteger arrivals,
            CountDownLatch again,
            boolean spans) {
        Moa moa = processes.moa(group);
        Desk desk = next == null ? null : client(moa, spans).stub(Desk.class, StubConfig.ANNOTATED.withGroup(next));
        Asked asked = new Asked(desk, seen, last, arrivals, again);
        processes.serve(moa, server -> server.export(Desk.class, asked, ExportConfig.DEFAULT.withGroup(group)));
    }

    private MoaClient client(Moa moa, boolean spans) {
        return processes.client(moa, client -> spans ? client.filter(new SpanFilter(moa.chance())) : client);
    }

    private static void areOfTheGivenTrace(List<Trace> seen) {
        assertThat(seen).allSatisfy(each -> {
            assertThat(each.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(each.flags()).isEqualTo(1);
        });
    }

    private void eachHopHasAParentOfItsOwn(int arrivalsAtTheThird) {
        areOfTheGivenTrace(first);
        areOfTheGivenTrace(second);
        areOfTheGivenTrace(third);
        assertThat(first).hasSize(1);
        assertThat(second).hasSize(1);
        assertThat(third).hasSize(arrivalsAtTheThird);
        assertThat(List.of(
                        GIVEN.spanId(),
                        first.get(0).spanId(),
                        second.get(0).spanId(),
                        third.get(0).spanId()))
                .doesNotHaveDuplicates();
        assertThat(third).extracting(Trace::spanId).containsOnly(third.get(0).spanId());
    }

    @Test
    void theThirdServerSeesTheTraceOfTheFirstCallerUnderAParentOfItsOwn() {
        assertThat(caller(Last.ANSWERS, true).ask()).isEqualTo("done");
        eachHopHasAParentOfItsOwn(1);
    }

    @Test
    void aCallThatIsSentAgainStaysInItsTrace() {
        assertThat(caller(Last.FAILS_ONCE, true).ask()).isEqualTo("done");
        eachHopHasAParentOfItsOwn(2);
    }

    @Test
    void bothAttemptsOfAHedgedCallAreInItsTrace() {
        assertThat(caller(Last.STAYS_ONCE, true).askTwice()).isEqualTo("done");
        // More than two, where the servers before took so long that they were asked twice as well.
        areOfTheGivenTrace(third);
        assertThat(third).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void withoutAFilterThatNamesCallsEveryHopSeesTheParentThatWasGiven() {
        assertThat(caller(Last.ANSWERS, false).ask()).isEqualTo("done");
        assertThat(first).containsExactly(GIVEN);
        assertThat(second).containsExactly(GIVEN);
        assertThat(third).containsExactly(GIVEN);
    }
}
