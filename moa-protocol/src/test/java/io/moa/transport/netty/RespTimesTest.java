package io.moa.transport.netty;

import static io.moa.transport.netty.OneService.CALL;
import static io.moa.transport.netty.OneService.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** RELIABILITY F4, of RESP: what has begun has to end, and silence between commands is no fault. Time is the test's. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class RespTimesTest {

    private static final TransportConfig CONFIG = TransportConfig.DEFAULT;
    private static final Duration STEP = Duration.ofMillis(250);

    private final List<CompletableFuture<Reply>> calls = new ArrayList<>();
    private final EmbeddedPeer server = new EmbeddedPeer(CONFIG, call -> {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        calls.add(reply);
        return reply;
    });
    private RespEnd channel = server.accept(new OneService(null));

    @AfterEach
    void nothingIsLeft() {
        channel.close();
        answerAll();
        channel.ends(server);
    }

    private void answerAll() {
        calls.forEach(each -> each.complete(new Reply.Value(Payload.EMPTY)));
        calls.clear();
    }

    private void pass(Duration time) {
        server.passes(channel, time, STEP);
    }

    @Test
    void halfACommandIsWaitedForAndThenClosed() {
        channel.hears("*2\r\n$3\r\nGET\r\n$10\r\nab");
        pass(CONFIG.frameTimeout().minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        pass(Duration.ofSeconds(4));
        assertThat(channel.isOpen()).isFalse();
        assertThat(calls).isEmpty();
    }

    @Test
    void bytesThatDribbleDoNotKeepItOpen() {
        channel.hears("*2\r\n$3\r\nGET\r\n$100000\r\n");
        for (int i = 0; i < 60 && channel.isOpen(); i++) {
            channel.hears("x");
            pass(STEP);
        }
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void commandsThatEachComeInTwoPiecesAreFine() {
        channel.hears("*1\r\n");
        for (int i = 0; i < 30; i++) {
            pass(Duration.ofSeconds(2));
            channel.hears("$4\r\nPING\r\n*1\r\n");
            assertThat(channel.taken()).isEqualTo("+PONG\r\n");
        }
        channel.hears("$4\r\nPING\r\n");
    }

    @Test
    void anIdleConnectionOfAPoolStays() {
        channel.hears(command("PING"));
        pass(Duration.ofHours(3));
        assertThat(channel.isOpen()).isTrue();
        channel.hears(command("PING"));
        assertThat(channel.taken()).isEqualTo("+PONG\r\n+PONG\r\n");
    }

    @Test
    void aCallThatTakesLongIsWaitedFor() {
        channel.hears(command("GET", CALL));
        pass(Duration.ofMinutes(50));
        assertThat(channel.isOpen()).isTrue();
        answerAll();
        assertThat(channel.taken()).isEqualTo("$15\r\n{\"result\":null}\r\n");
    }

    @Test
    void whereTheRouteEndsCallsTheClientIsToldWhatItSaysAndWithoutThatALittleLater() {
        RespEnd outbound = server.accept(new OneService(null, true));
        outbound.hears(command("GET", CALL) + command("GET", CALL));
        server.passes(outbound, Duration.ofHours(1), Duration.ofHours(1));
        calls.get(0).complete(Reply.failure(Status.DEADLINE_EXCEEDED, Executed.MAYBE, "it was the wire"));
        outbound.runPendingTasks();
        server.passes(outbound, Duration.ofMillis(50), Duration.ofMillis(10));
        assertThat(outbound.taken()).containsOnlyOnce("DEADLINE_EXCEEDED").contains("it was the wire");
        server.passes(outbound, Duration.ofMillis(100), Duration.ofMillis(10));
        assertThat(outbound.taken()).containsOnlyOnce("DEADLINE_EXCEEDED").contains("timed out");
        answerAll();
        outbound.ends(server);
    }

    @Test
    void aServerThatClosesAnswersWhatItHasAndSaysOfNewCallsThatTheyDidNotRun() {
        channel.hears(command("GET", CALL));
        channel.pipeline().get(RespConnection.class).beginClosing();
        channel.hears(command("GET", CALL) + command("PING"));
        assertThat(calls).hasSize(1);
        answerAll();
        assertThat(channel.taken())
                .startsWith("$15\r\n{\"result\":null}\r\n")
                .contains("\"status\":\"DRAINING\",\"executed\":\"no\"")
                .endsWith("+PONG\r\n");
        pass(CONFIG.closingAckTimeout().minus(STEP));
        assertThat(channel.isOpen()).isTrue();
        pass(STEP.multipliedBy(2));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aServerThatClosesWaitsForTheCallsItHasHoweverLong() {
        channel.hears(command("GET", CALL));
        channel.pipeline().get(RespConnection.class).beginClosing();
        pass(Duration.ofMinutes(1));
        assertThat(channel.isOpen()).isTrue();
        answerAll();
        channel.runPendingTasks();
        assertThat(channel.taken()).isEqualTo("$15\r\n{\"result\":null}\r\n");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void halfACommandBehindCallsThatFillTheConnectionIsNotTheClientsFault() {
        int limit = CONFIG.maxInFlightPerConnection();
        String call = CALL.replace("top", "t".repeat(30)); // of smaller ones fewer fill it
        channel.hears(command("GET", call).repeat(limit) + "*1\r\n");
        assertThat(calls).hasSize(limit);
        pass(Duration.ofMinutes(5));
        assertThat(channel.isOpen()).isTrue();
        answerAll();
        channel.runPendingTasks();
        channel.hears("$4\r\nPING\r\n");
        assertThat(channel.taken()).endsWith("{\"result\":null}\r\n+PONG\r\n");
    }

    @Test
    void aStrangerThatSaysNothingIsClosedAfterTheTimeOfAHandshake() {
        RespEnd stranger = server.accept(new OneService("secret"));
        stranger.hears(command("PING"));
        server.passes(stranger, CONFIG.handshakeTimeout().minusSeconds(1), STEP);
        assertThat(stranger.isOpen()).isTrue();
        server.passes(stranger, Duration.ofSeconds(3), STEP);
        assertThat(stranger.isOpen()).isFalse();
        stranger.ends(server);
    }

    @Test
    void whoHasSaidThePasswordMayBeIdle() {
        RespEnd known = server.accept(new OneService("secret"));
        known.hears(command("AUTH", "secret"));
        server.passes(known, Duration.ofHours(1), STEP);
        assertThat(known.isOpen()).isTrue();
        known.ends(server);
    }
}
