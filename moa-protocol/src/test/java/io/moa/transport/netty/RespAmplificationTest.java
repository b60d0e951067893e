package io.moa.transport.netty;

import static io.moa.transport.netty.OneService.CALL;
import static io.moa.transport.netty.OneService.SMALLEST;
import static io.moa.transport.netty.OneService.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.transport.TransportConfig;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RELIABILITY S15 and F3, of RESP: what a connection costs, in bytes of memory for each byte that came, heap and buffers together. What a connection
 * costs at all is apart: {@value #FIXED_BYTES} bytes, of which most is one large MGET, whose errors are many times as long as its arguments.
 */
@Timeout(300)
class RespAmplificationTest {

    private static final int MOST = 10;
    private static final int FIXED_BYTES = 768 * 1024;
    private static final int STREAM_BYTES = 2 << 20;

    /** What a socket gives at once, at most. */
    private static final int READ_BYTES = 64 * 1024;

    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private final List<CompletableFuture<Reply>> unanswered = new ArrayList<>();
    private final EmbeddedPeer server = new EmbeddedPeer(
            TransportConfig.DEFAULT.toBuilder().maxRequestBytesHeld(1L << 40).build(), call -> {
                Reply.Failure refused = call.attributes().get(OneService.REFUSED);
                if (refused != null) {
                    return CompletableFuture.completedFuture(refused);
                }
                CompletableFuture<Reply> never = new CompletableFuture<>();
                unanswered.add(never);
                return never;
            });
    private final OneService host = new OneService(null);

    /** The records of a leak detector are no memory of ours. */
    @BeforeEach
    void doNotLookForLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void lookForThemAgain() {
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @Test
    void whatWaitsBehindACallThatHangs() {
        amplification("PING", command("PING"));
        amplification("unknown commands", command("x"));
        amplification("INFO", command("INFO"));
        amplification("requests that are none", command("GET", ""));
        amplification("many of them in a command", "*1024\r\n$4\r\nMGET\r\n" + "$0\r\n\r\n".repeat(1_023));
        amplification("unknown services", command("GET", "{\"service\":\"t\",\"method\":\"m\"}"));
        amplification("long texts", command("ECHO", "x".repeat(200_000)));
        amplification("texts of some length", command("ECHO", "x".repeat(700)));
    }

    @Test
    void callsThatHang() {
        measured(command("GET", CALL)); // what is loaded once is nobody's memory
        amplification("small calls", command("GET", CALL));
        amplification("calls that lack an argument", command("GET", CALL.replace("[\"top\"]", "{}")));
        amplification(
                "calls by MGET",
                "*1024\r\n$4\r\nMGET\r\n" + ("$" + CALL.length() + "\r\n" + CALL + "\r\n").repeat(1_023));
    }

    /** A call takes a few hundred bytes however little it says. */
    @Test
    void theSmallestCallsThatCanBeWritten() {
        amplification("the smallest calls", command("GET", SMALLEST));
        amplification(
                "the smallest calls by MGET",
                "*1024\r\n$4\r\nMGET\r\n" + ("$" + SMALLEST.length() + "\r\n" + SMALLEST + "\r\n").repeat(1_023));
    }

    @Test
    void callsThatComeInLargeBuffers() {
        long before = memory();
        RespEnd channel = opened();
        long received = 0;
        byte[] call = command("GET", CALL).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 2_000; i++) {
            channel.hears(call, READ_BYTES);
            received += call.length;
        }
        check("calls in large buffers", memory() - before, received);
        end(channel);
    }

    @Test
    void commandsThatOnlyBegin() {
        amplification(
                "many arguments", "*1024\r\n$4\r\nMGET\r\n" + ("$2100\r\n" + "x".repeat(2_100) + "\r\n").repeat(1_022));
        amplification("a large argument", "*2\r\n$3\r\nGET\r\n$8388608\r\n" + "x".repeat(STREAM_BYTES));
    }

    @Test
    void whatIsOnlyAnnouncedAndComesByteAfterByte() {
        RespEnd channel = opened();
        int fixed = 4 * 1024; // the buffer of answers, once there is one
        byte[] stream = ("*1024\r\n$8388608\r\n" + "x".repeat(200_000)).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < stream.length; i++) {
            channel.hears(new byte[] {stream[i]});
            assertThat(server.usedBytes()).as("after %s bytes", i + 1).isLessThanOrEqualTo(fixed + 2L * (i + 1) + 64);
        }
        end(channel);
    }

    @ParameterizedTest
    @CsvSource({
        "*1\\r\\n*1\\r\\n*1\\r\\n",
        "*2147483647\\r\\n",
        "*1025\\r\\n",
        "*-2\\r\\n",
        "*99999999999999999999999",
        "*2\\r\\n$3\\r\\nGET\\r\\n$2147483647\\r\\n",
        "*2\\r\\n$3\\r\\nGET\\r\\n$8388609\\r\\n",
        "*1\\r\\n$-1\\r\\n",
        "*1\\r\\n:1\\r\\n",
        "*1\\r\\n%1\\r\\n",
    })
    void whatIsNoCommandIsToldAndKeepsNothing(String wire) {
        RespEnd channel = opened();
        String text = wire.replace("\\r", "\r").replace("\\n", "\n");
        channel.hears(text + "*1\r\n".repeat(100_000));
        assertThat(channel.taken()).startsWith("-ERR Protocol error: ").endsWith("\r\n");
        assertThat(channel.isOpen()).isFalse();
        assertThat(server.usedBytes()).isZero();
        assertThat(unanswered).isEmpty();
        end(channel);
    }

    private void amplification(String what, String repeated) {
        Measured measured = measured(repeated);
        check(what, measured.kept, measured.received);
    }

    /** Sends the same again and again, behind a call that hangs, until the server does not ask for more. */
    private Measured measured(String repeated) {
        byte[] stream =
                repeated.repeat(Math.max(1, STREAM_BYTES / repeated.length())).getBytes(StandardCharsets.US_ASCII);
        byte[] first = command("GET", CALL).getBytes(StandardCharsets.US_ASCII);
        long before = memory();
        RespEnd channel = opened();
        channel.hears(first);
        long received = first.length + channel.hearsAllOf(stream, READ_BYTES);
        assertThat(channel.isOpen()).isTrue();
        long kept = memory() - before;
        end(channel);
        return new Measured(kept, received);
    }

    private record Measured(long kept, long received) {}

    private static void check(String what, long kept, long received) {
        System.out.printf(
                "%s: %d bytes came, %d are kept, %.1f for each beyond %d%n",
                what, received, kept, (double) (kept - FIXED_BYTES) / received, FIXED_BYTES);
        assertThat(kept).as(what).isBetween(1L, FIXED_BYTES + MOST * received);
    }

    private RespEnd opened() {
        return server.accept(host);
    }

    private void end(RespEnd channel) {
        channel.close();
        channel.runPendingTasks();
        unanswered.forEach(each -> each.complete(new Reply.Value(Payload.EMPTY)));
        unanswered.clear();
        channel.ends(server);
    }

    /** What is in use after everything that can go has gone, and the buffers that are not on the heap. */
    private long memory() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used + server.memory.metric().usedDirectMemory();
    }
}
