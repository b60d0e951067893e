package io.moa.transport.netty;

import static io.moa.transport.netty.OneService.CALL;
import static io.moa.transport.netty.OneService.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RELIABILITY S12, of RESP: clients that ask and ask and take no answer. What they hold is bounded, and they are given up. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class RespFloodTest {

    private static final int KIB = 1024;
    private static final int MIB = KIB * KIB;

    /** What a socket gives at once, at most, and how often before it says that this was all. */
    private static final int READ_BYTES = 64 * KIB;

    private static final int READS = 16;

    private final Queue<CompletableFuture<Reply>> calls = new ArrayDeque<>();
    private final EmbeddedPeer server = new EmbeddedPeer(TransportConfig.DEFAULT, call -> {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        calls.add(reply);
        return reply;
    });
    private final List<RespEnd> opened = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        opened.forEach(RespEnd::close);
        answerAll();
        opened.forEach(each -> each.ends(server));
    }

    private RespEnd open(OneService host) {
        RespEnd channel = server.accept(host);
        opened.add(channel);
        return channel;
    }

    private void answerAll() {
        for (CompletableFuture<Reply> each = calls.poll(); each != null; each = calls.poll()) {
            each.complete(new Reply.Value(Payload.EMPTY));
        }
    }

    /** As much as a socket gives before it says that this was all. */
    private void flood(RespEnd channel, String repeated) {
        byte[] piece = repeated.repeat(READ_BYTES / repeated.length()).getBytes(StandardCharsets.US_ASCII);
        Object[] reads = new Object[READS];
        for (int i = 0; i < READS; i++) {
            reads[i] = server.memory.buffer(piece.length).writeBytes(piece);
        }
        channel.writeInbound(reads);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PING", "x", "AUTH", "HELLO", "MGET"})
    void aStrangerThatTakesNoRefusalIsClosedAtOnce(String word) {
        RespEnd channel = open(new OneService("secret"));
        channel.takeNothing();
        long most = 0;
        for (int i = 0; i < 10 * MIB / 100 && channel.isOpen(); i += 1) {
            channel.hears(command(word));
            most = Math.max(most, server.usedBytes());
        }
        assertThat(channel.isOpen()).isFalse();
        assertThat(most).as("bytes kept").isBetween(64L * KIB, 1L * MIB);
        assertThat(calls).isEmpty();
    }

    @Test
    void norDoesItMatterHowMuchComesAtOnce() {
        RespEnd channel = open(new OneService("secret"));
        channel.takeNothing();
        long before = server.usedBytes();
        ByteBuf most = server.memory.buffer(MIB);
        byte[] command = command("GET", "").getBytes(StandardCharsets.US_ASCII);
        while (most.writableBytes() >= command.length) {
            most.writeBytes(command);
        }
        long[] peak = {0};
        channel.watch(() -> peak[0] = Math.max(peak[0], server.usedBytes() - before - MIB));
        channel.writeInbound(most);
        assertThat(channel.isOpen()).isFalse();
        assertThat(peak[0]).as("bytes of answers").isBetween(64L * KIB, 256L * KIB);
    }

    @Test
    void threeWrongPasswordsClose() {
        RespEnd channel = open(new OneService("secret"));
        channel.hears(command("AUTH", "wrong").repeat(10) + command("AUTH", "secret") + command("GET", CALL));
        assertThat(channel.taken())
                .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.\r\n".repeat(3));
        assertThat(channel.isOpen()).isFalse();
        assertThat(calls).isEmpty();
    }

    @Test
    void aRightPasswordOpensAndForgets() {
        RespEnd channel = open(new OneService("secret"));
        for (int i = 0; i < 5; i++) {
            channel.hears(command("AUTH", "wrong").repeat(2) + command("AUTH", "secret"));
        }
        assertThat(channel.taken()).endsWith("+OK\r\n");
        channel.hears(command("GET", CALL));
        assertThat(calls).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING", "INFO", "x", "COMMAND"})
    void oneThatMayCallAndTakesNothingIsHeardNoMoreAndThenGivenUp(String word) {
        RespEnd channel = open(new OneService(null));
        channel.takeNothing();
        long most = 0;
        for (int i = 0; i < 1_000 && channel.config().isAutoRead(); i++) {
            flood(channel, command(word));
            most = Math.max(most, server.usedBytes());
        }
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(most).as("bytes kept").isBetween(1L * MIB, 2L * MIB + READS * READ_BYTES);
        isGivenUpBecauseItTakesNothing(channel);
    }

    @Test
    void callsInFlightAreAsManyAsAConnectionMayHave() {
        RespEnd channel = open(new OneService(null));
        String request = command("GET", CALL.replace("top", "t".repeat(30))); // of smaller ones fewer are begun
        flood(channel, request);
        int limit = TransportConfig.DEFAULT.maxInFlightPerConnection();
        assertThat(calls).hasSize(limit);
        assertThat(channel.config().isAutoRead()).isFalse();
        int sent = READS * (READ_BYTES / request.length());
        String answer = "$15\r\n{\"result\":null}\r\n";
        int answers = 0;
        while (!calls.isEmpty()) { // what was left unread goes on as soon as there is room
            assertThat(calls.size()).isLessThanOrEqualTo(limit);
            answerAll();
            channel.runPendingTasks();
            String taken = channel.taken();
            assertThat(taken).isEqualTo(answer.repeat(taken.length() / answer.length()));
            answers += taken.length() / answer.length();
        }
        assertThat(answers).isEqualTo(sent);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void resultsThatNobodyTakesAreBoundedAndTheClientIsGivenUp() {
        RespEnd channel = open(new OneService(null));
        channel.takeNothing();
        for (int i = 0; i < 100 && channel.config().isAutoRead(); i++) {
            flood(channel, command("GET", CALL));
            answerAll();
            channel.runPendingTasks();
        }
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(calls).isEmpty();
        assertThat(server.usedBytes()).isLessThan(2L * MIB + READS * READ_BYTES);
        isGivenUpBecauseItTakesNothing(channel);
    }

    @Test
    void whoTakesItsAnswersAgainIsHeardAgainAndMissesNone() {
        RespEnd channel = open(new OneService(null));
        channel.takeNothing();
        int floods = 0;
        while (channel.config().isAutoRead()) {
            flood(channel, command("PING"));
            floods++;
        }
        int sent = floods * READS * (READ_BYTES / command("PING").length());
        channel.takeAgain();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(channel.taken()).isEqualTo("+PONG\r\n".repeat(sent));
    }

    @Test
    void largeTextsBehindACallThatHangsAreHeardNoMoreAndAnsweredInTheEnd() {
        RespEnd channel = open(new OneService(null));
        channel.hears(command("GET", CALL));
        String echo = command("ECHO", "x".repeat(60 * KIB));
        int sent = 0;
        while (channel.config().isAutoRead()) {
            channel.hears(echo);
            sent++;
        }
        assertThat(sent).isLessThanOrEqualTo(3);
        assertThat(server.listener.heldBytes()).as("counted").isBetween(60L * KIB, 512L * KIB);
        answerAll();
        assertThat(channel.taken())
                .isEqualTo("$15\r\n{\"result\":null}\r\n"
                        + ("$" + 60 * KIB + "\r\n" + "x".repeat(60 * KIB) + "\r\n").repeat(sent));
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void whatIsKeptBackLeavesWhenTheClientTakesTheRest() {
        RespEnd channel = open(new OneService(null));
        channel.takeNothing();
        channel.hears(command("PING")); // waits for the client
        channel.hears(command("GET", CALL));
        channel.hears(command("ECHO", "x".repeat(60 * KIB)));
        answerAll();
        channel.takeAgain();
        String all = "+PONG\r\n$15\r\n{\"result\":null}\r\n$" + 60 * KIB + "\r\n" + "x".repeat(60 * KIB) + "\r\n";
        assertThat(channel.taken()).isEqualTo(all);
        channel.hears(command("PING"));
        assertThat(channel.taken()).isEqualTo("+PONG\r\n");
    }

    @Test
    void largeCommandsThatOnlyBeginAreCounted() {
        RespEnd channel = open(new OneService(null));
        String begun = "*2\r\n$4\r\nECHO\r\n$" + 4 * MIB + "\r\n" + "x".repeat(2 * MIB);
        channel.hears(begun);
        assertThat(server.listener.heldBytes()).isBetween(1L * MIB, 4L * MIB);
        channel.hears("x".repeat(2 * MIB) + "\r\n");
        assertThat(server.listener.heldBytes()).isZero();
        assertThat(channel.taken()).startsWith("$" + 4 * MIB + "\r\nxxx");
        int others = 0;
        RespEnd last = channel;
        while (last.isOpen() && others++ < 1_000) { // until the server has no room for one more
            last = open(new OneService(null));
            last.hears(begun);
        }
        assertThat(last.taken()).startsWith("-ERR This server holds nearly as many bytes of requests");
        assertThat(server.listener.heldBytes()).isLessThanOrEqualTo(TransportConfig.DEFAULT.maxRequestBytesHeld());
        channel.hears(command("PING"));
        assertThat(channel.taken()).isEqualTo("+PONG\r\n");
    }

    private void isGivenUpBecauseItTakesNothing(RespEnd channel) {
        Duration limit = TransportConfig.DEFAULT.stallTimeout();
        server.passes(channel, limit.minusSeconds(1), Duration.ofMillis(250));
        assertThat(channel.isOpen()).isTrue();
        server.passes(channel, Duration.ofSeconds(3), Duration.ofMillis(250));
        assertThat(channel.isOpen()).isFalse();
    }
}
