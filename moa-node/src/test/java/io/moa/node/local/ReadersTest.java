package io.moa.node.local;

import static io.moa.node.local.DialectWords.good;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes on a connection, without a socket: by chance, without end, and after the end. */
class ReadersTest {

    private static final int MAX_BYTES = 10_000;

    private static Dialect dialect(String scheme) {
        return scheme.equals("resp") ? new RespDialect(MAX_BYTES) : new FastCgiDialect("/srv/a.php", MAX_BYTES);
    }

    private static SocketProcess process(String scheme) {
        return new SocketProcess(scheme, new io.moa.discovery.Address.Tcp("127.0.0.1", 1), dialect(scheme));
    }

    private static SocketQuestion begin(EmbeddedChannel channel, Exchange exchange, SocketProcess process) {
        SocketQuestion question = new SocketQuestion(process, Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8));
        question.failAfter(Duration.ofMinutes(5).toNanos());
        exchange.begin(question);
        channel.runPendingTasks();
        channel.releaseOutbound();
        return question;
    }

    @ParameterizedTest
    @CsvSource({"resp, 1", "resp, 2", "fastcgi, 3", "fastcgi, 4"})
    void bytesByChanceEndInAnAnswerOrAFailureAndLeaveNothing(String scheme, long seed) {
        Random random = new Random(seed);
        byte[] good = good(scheme);
        try (SocketProcess process = process(scheme)) {
            for (int round = 0; round < 2_000; round++) {
                Exchange exchange = new Exchange(process);
                EmbeddedChannel channel = new EmbeddedChannel(exchange);
                SocketQuestion question = begin(channel, exchange, process);
                byte[] bytes = good.clone();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                if (random.nextInt(4) == 0) {
                    random.nextBytes(bytes);
                    bytes[0] = random.nextBoolean() ? good[0] : bytes[0];
                }
                ByteBuf came = null;
                for (int at = 0; at < bytes.length && channel.isOpen(); ) {
                    int length = 1 + random.nextInt(bytes.length - at);
                    came = channel.alloc().buffer().writeBytes(bytes, at, length);
                    channel.writeInbound(came);
                    at += length;
                }
                channel.close().syncUninterruptibly();
                channel.finishAndReleaseAll();
                channel.checkException();
                assertThat(question.isOver())
                        .as("seed %s, round %s", seed, round)
                        .isTrue();
                question.answer().whenComplete((answer, failed) -> {
                    if (answer != null) {
                        answer.release();
                        assertThat(answer.refCnt()).isZero();
                    } else {
                        assertThat(failed).isInstanceOf(LocalProcessException.class);
                    }
                });
                assertThat(came.refCnt()).as("seed %s, round %s", seed, round).isZero();
            }
        }
    }

    @Test
    void whatIsPassedOverDoesNotPileUp() {
        try (SocketProcess process = process("fastcgi")) {
            Exchange exchange = new Exchange(process);
            EmbeddedChannel channel = new EmbeddedChannel(exchange);
            SocketQuestion question = begin(channel, exchange, process);
            byte[] record = DialectWords.record(FastCgiDialect.STDERR, new byte[60_000], 0);
            ByteBuf kept = channel.alloc().buffer().writeBytes(record).writeBytes(record, 0, 9);
            channel.writeInbound(kept); // always some bytes more than a whole record
            for (int i = 0; i < 500; i++) {
                channel.writeInbound(channel.alloc()
                        .buffer()
                        .writeBytes(record, 9, record.length - 9)
                        .writeBytes(record, 0, 9));
            }
            assertThat(kept.refCnt()).isEqualTo(1);
            assertThat(kept.capacity()).as("of 30 MB").isLessThan(1 << 20);
            question.withdraw();
            channel.runPendingTasks();
            channel.finishAndReleaseAll();
            assertThat(kept.refCnt()).isZero();
        }
    }

    @Test
    void aConnectionThatEndedWhileItWasIdleFailsNoCall() throws Exception {
        try (HostileProcess other = HostileProcess.answering(good("resp"), 1_000);
                SocketProcess process = new SocketProcess(
                        "resp", new io.moa.discovery.Address.Tcp("127.0.0.1", other.port()), dialect("resp"))) {
            Exchange exchange = new Exchange(process);
            EmbeddedChannel channel = new EmbeddedChannel(exchange);
            SocketQuestion first = begin(channel, exchange, process);
            channel.writeInbound(Unpooled.wrappedBuffer(good("resp")));
            first.answer().join().release();
            channel.close().syncUninterruptibly(); // somebody has taken it already, and does not see it

            SocketQuestion second = begin(channel, exchange, process);
            second.answer().get(60, java.util.concurrent.TimeUnit.SECONDS).release();
            assertThat(other.connections()).isEqualTo(1);
        }
    }

    @Test
    void aNewConnectionThatEndsBeforeItIsUsedIsAFailureAndNotAskedAnewForEver() {
        try (SocketProcess process = process("resp")) {
            Exchange exchange = new Exchange(process);
            EmbeddedChannel channel = new EmbeddedChannel(exchange);
            channel.close().syncUninterruptibly();
            SocketQuestion question = begin(channel, exchange, process);
            assertThat(question.answer()).isCompletedExceptionally();
            question.answer().whenComplete((answer, failed) -> assertThat(((LocalProcessException) failed).executed())
                    .isEqualTo(Executed.NO));
        }
    }
}
