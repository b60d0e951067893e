package io.moa.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Trace;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallLogTest {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final MethodId METHOD = MethodId.parse("count(java.lang.String)");
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final long MILLIS = 1_000_000;

    private final FakeTicker ticker = new FakeTicker();
    private final List<String> lines = new ArrayList<>();
    private boolean full;

    private CallLog log(CallLogConfig config, boolean atServer) {
        return new CallLog(config, atServer, ticker, lines::add, line -> {
            if (!full) {
                line.run();
            }
            return !full;
        });
    }

    private static Invocation.Builder call() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        ledger.sentTo("uuid-1");
        ledger.sentTo("uuid-2");
        ledger.enter(Phase.WRITE, 2 * MILLIS);
        ledger.settle(12 * MILLIS);
        return Invocation.of(SERVICE, METHOD, Payload.EMPTY, ledger)
                .caller(new Caller("web", "uuid-3"))
                .callKeys(Map.of("customer", "secret"));
    }

    private static Reply failed(Status status) {
        return Reply.failure(status, Executed.MAYBE, "the secret pen");
    }

    private static void end(CallLog log, Invocation call, Reply reply, long millis) {
        log.of(call.service(), call.method()).began(call).ended(call, reply, millis * MILLIS);
    }

    @Test
    void tellsOfAFailedCallAtTheCaller() {
        Invocation call = call().baggage(Baggage.EMPTY.withTrace(new Trace(1, 2, 3, 1, null)))
                .build();
        end(log(CallLogConfig.DEFAULT, false), call, failed(Status.UNAVAILABLE), 12);
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("shop.Stock count(java.lang.String) failed: UNAVAILABLE, may have run, 12.0 ms, at uuid-2,"
                        + " attempts 2, trace 00000000000000010000000000000002 [client queue 2.000 ms, pick 0.000 ms,")
                .contains("write 10.0 ms")
                .doesNotContain("secret");
    }

    @Test
    void tellsOfAFailedCallAtTheServer() {
        Invocation call = call().hop(Hop.DIRECT.withAttempt(1)).build();
        Reply fault = ((Reply.Failure) failed(Status.APPLICATION)).withHints(Hints.FAULT);
        end(log(CallLogConfig.DEFAULT, true), call, fault, 12);
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("shop.Stock count(java.lang.String) failed: APPLICATION, may have run, 12.0 ms,"
                        + " from web uuid-3, attempt 2 [");
    }

    @Test
    void answersOfTheServiceAndWithdrawnCallsAreNoFailures() {
        CallLog log = log(CallLogConfig.DEFAULT, false);
        end(log, call().build(), DONE, 12);
        end(log, call().build(), failed(Status.APPLICATION), 12);
        end(log, call().build(), failed(Status.CANCELLED), 12);
        assertThat(lines).isEmpty();
    }

    @Test
    void tellsOfSlowCallsHoweverTheyEnd() {
        CallLog log = log(CallLogConfig.DEFAULT.withFailures(false).withSlowAfter(Duration.ofMillis(100)), false);
        end(log, call().build(), DONE, 100);
        end(log, call().build(), failed(Status.UNAVAILABLE), 100);
        assertThat(lines).isEmpty();
        end(log, call().build(), DONE, 101);
        end(log, call().build(), failed(Status.APPLICATION), 101);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("shop.Stock count(java.lang.String) was slow, 101.0 ms, at uuid-2");
    }

    @Test
    void aThresholdOfZeroIsNone() {
        end(log(CallLogConfig.DEFAULT.withSlowAfter(Duration.ZERO), false), call().build(), DONE, 3_600_000);
        assertThat(lines).isEmpty();
    }

    @Test
    void tellsSoManyLinesASecondOfAServiceAndHowManyWereLeftOut() {
        CallLog log = log(CallLogConfig.DEFAULT.withLinesPerSecond(3), false);
        for (int i = 0; i < 100; i++) {
            end(log, call().build(), failed(Status.UNAVAILABLE), 12);
        }
        assertThat(lines).hasSize(3);
        Invocation other = Invocation.of(
                        ServiceId.of("shop.Till"), METHOD, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0))
                .build();
        end(log, other, failed(Status.UNAVAILABLE), 12);
        assertThat(lines).hasSize(4);
        ticker.advance(Duration.ofSeconds(1));
        end(log, call().build(), failed(Status.UNAVAILABLE), 12);
        assertThat(lines).hasSize(5);
        assertThat(lines.get(4)).endsWith("; before it 97 such calls were left out");
    }

    @Test
    void tellsHowManyWereLeftOutAlsoIfNoLineFollows() {
        CallLog log = log(CallLogConfig.DEFAULT.withLinesPerSecond(1), false);
        end(log, call().build(), failed(Status.UNAVAILABLE), 12);
        end(log, call().build(), failed(Status.UNAVAILABLE), 12);
        full = true;
        ticker.advance(Duration.ofSeconds(1));
        end(log, call().build(), failed(Status.UNAVAILABLE), 12);
        log.close();
        log.close();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("2 calls of shop.Stock that failed or were slow were left out");
    }

    @Test
    void aNameForgesNoLine() {
        Invocation call = Invocation.of(
                        SERVICE, new MethodId("count\nERROR", "()"), Payload.EMPTY, new Ledger(Phase.SERVER_QUEUE, 0))
                .caller(new Caller("web\nERROR", ""))
                .build();
        CallLog log = log(CallLogConfig.DEFAULT, true);
        log.ofUnknown().began(call).ended(call, failed(Status.UNIMPLEMENTED), 1);
        assertThat(lines).singleElement().asString().doesNotContain("\n").contains("web?ERROR", "count?ERROR");
    }

    @Test
    void linesOfAMillionServicesArePacedTogether() {
        CallLog log = log(CallLogConfig.DEFAULT, false);
        for (int i = 0; i < 1_000_000; i++) {
            Invocation call = call().service(ServiceId.of("s" + i)).build();
            end(log, call, failed(Status.UNAVAILABLE), 1);
        }
        assertThat(lines).hasSize(1_000 + CallLogConfig.DEFAULT.linesPerSecond());
    }

    @Test
    void theWriterWritesOnAThreadOfItsOwnAndRefusesWhatHasNoRoom() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        List<Thread> by = new ArrayList<>();
        try (LineWriter writer = new LineWriter("test-log", () -> {})) {
            boolean taken = true;
            int offered = 0;
            while (taken && offered < 10_000) {
                taken = writer.offer(() -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    by.add(Thread.currentThread());
                    written.countDown();
                });
                offered++;
            }
            assertThat(offered).isBetween(1_024, 1_030);
            go.countDown();
            assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(by.get(0)).isNotSameAs(Thread.currentThread());
            assertThat(by.get(0).isDaemon()).isTrue();
        }
    }

    @Test
    void aSettingOutOfRangeIsRefused() {
        assertThatThrownBy(() -> CallLogConfig.DEFAULT.withLinesPerSecond(0))
                .hasMessage("linesPerSecond is 1 to 1000, not 0");
        assertThatThrownBy(() -> CallLogConfig.DEFAULT.withSlowAfter(Duration.ofMillis(-1)))
                .hasMessageContaining("slowAfter");
    }
}
