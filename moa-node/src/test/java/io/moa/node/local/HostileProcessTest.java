package io.moa.node.local;

import static io.moa.node.local.DialectWords.REPLY;
import static io.moa.node.local.DialectWords.bytes;
import static io.moa.node.local.DialectWords.good;
import static io.moa.node.local.DialectWords.join;
import static io.moa.node.local.DialectWords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process behind a real socket can do to who asks it: every question ends, with a failure that says why. */
class HostileProcessTest {

    private static final int MAX_BYTES = 100_000;
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(300);

    private static LocalProcess open(String scheme, HostileProcess at) {
        return LocalProcesses.open(scheme + "://127.0.0.1:" + at.port() + "/srv/stock.php", null, MAX_BYTES);
    }

    private static Asked ask(LocalProcess process, Duration patience) {
        return process.ask(Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8), patience);
    }

    /** Asks with more and more patience until the process had been asked before it was over, on whatever machine. */
    private static LocalProcessException failureOnceAsked(LocalProcess process, CompletableFuture<Void> asked) {
        for (Duration patience = SHORT; ; patience = patience.multipliedBy(2)) {
            LocalProcessException failure = failure(ask(process, patience));
            if (asked.isDone()) {
                return failure;
            }
            assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        }
    }

    private static String answer(Asked asked) throws Exception {
        ByteBuf answer = asked.answer().get(60, TimeUnit.SECONDS);
        try {
            return answer.toString(StandardCharsets.UTF_8);
        } finally {
            answer.release();
        }
    }

    private static LocalProcessException failure(Asked asked) {
        Throwable thrown =
                catchThrowable(() -> asked.answer().get(60, TimeUnit.SECONDS).release());
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        assertThat(thrown.getCause()).isInstanceOf(LocalProcessException.class);
        return (LocalProcessException) thrown.getCause();
    }

    private static LocalProcessException failureOf(String scheme, byte[] answer) throws Exception {
        try (HostileProcess process = HostileProcess.answering(answer, Integer.MAX_VALUE >> 1);
                LocalProcess local = open(scheme, process)) {
            return failure(ask(local, PATIENT));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp", "http", "fastcgi"})
    void anAnswerInPiecesOfOneByteIsRead(String scheme) throws Exception {
        try (HostileProcess process = HostileProcess.answering(good(scheme), 1);
                LocalProcess local = open(scheme, process)) {
            assertThat(answer(ask(local, PATIENT))).isEqualTo(REPLY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp", "http", "fastcgi"})
    void anAnswerCutAnywhereIsAFailureThatMayHaveRun(String scheme) throws Exception {
        byte[] whole = good(scheme);
        try (HostileProcess process = HostileProcess.that((number, in, out) -> {
                    HostileProcess.listen(in);
                    out.write(whole, 0, number);
                });
                LocalProcess local = open(scheme, process)) {
            for (int cut = 0; cut < whole.length; cut++) {
                LocalProcessException failure = failure(ask(local, PATIENT));
                assertThat(failure.executed()).as("cut after %s bytes", cut).isEqualTo(Executed.MAYBE);
                assertThat(failure.status())
                        .as("cut after %s bytes: %s", cut, failure)
                        .isEqualTo(Status.UNAVAILABLE);
            }
            assertThat(process.connections()).isEqualTo(whole.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp", "http", "fastcgi"})
    void whoNeverAnswersIsWaitedForNoLongerThanIsSaidAndLeft(String scheme) throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> left = new CompletableFuture<>();
        try (HostileProcess process = HostileProcess.that((number, in, out) -> {
                    HostileProcess.listen(in);
                    begun.complete(null);
                    HostileProcess.untilClosed(in);
                    left.complete(null);
                });
                LocalProcess local = open(scheme, process)) {
            LocalProcessException failure = failureOnceAsked(local, begun);
            assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
            assertThat(failure.getMessage()).matches("gave no answer within \\d+ ms");
            left.get(60, TimeUnit.SECONDS);
        }
    }

    /** What came first may look like the beginning of an answer; then nothing more comes. */
    @ParameterizedTest
    @CsvSource({
        "resp, false",
        "http, false",
        "fastcgi, false",
        "resp, true",
        "http, true",
        "fastcgi, true",
    })
    void whoAnswersHalfIsLeftAtItsTimeOrWhenNobodyWaits(String scheme, boolean withdrawn) throws Exception {
        byte[] whole = good(scheme);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> left = new CompletableFuture<>();
        try (HostileProcess process = HostileProcess.that((number, in, out) -> {
                    HostileProcess.listen(in);
                    out.write(whole, 0, whole.length - 9);
                    out.flush();
                    begun.complete(null);
                    HostileProcess.untilClosed(in);
                    left.complete(null);
                });
                LocalProcess local = open(scheme, process)) {
            if (withdrawn) {
                Asked asked = ask(local, PATIENT);
                begun.get(60, TimeUnit.SECONDS);
                asked.withdraw();
                assertThat(failure(asked).status()).isEqualTo(Status.CANCELLED);
            } else {
                assertThat(failureOnceAsked(local, begun).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            }
            left.get(60, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp", "http", "fastcgi"})
    void whatIsUnderWayFailsWhenTheWayIsClosedAndNothingIsAskedAfter(String scheme) throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        try (HostileProcess process = HostileProcess.that((number, in, out) -> {
            HostileProcess.listen(in);
            begun.complete(null);
            HostileProcess.untilClosed(in);
        })) {
            LocalProcess local = open(scheme, process);
            Asked asked = ask(local, Duration.ofMinutes(10));
            begun.get(60, TimeUnit.SECONDS);
            local.close();
            assertThat(failure(asked).status()).isEqualTo(Status.UNAVAILABLE);
            ByteBuf request = Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8);
            assertThat(failure(local.ask(request, PATIENT)).status()).isNotEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(request.refCnt()).isZero();
        }
    }

    @Test
    void respThatIsNoneIsSaid() throws Exception {
        assertThat(failureOf("resp", bytes("$-1\r\n"))).hasMessageContaining("with null");
        assertThat(failureOf("resp", bytes("$-999999999999\r\n"))).hasMessageContaining("with null");
        assertThat(failureOf("resp", bytes("$x\r\n"))).hasMessageContaining("no number");
        assertThat(failureOf("resp", bytes("$99999999999999999999\r\n"))).hasMessageContaining("no number");
        assertThat(failureOf("resp", bytes("$9223372036854775807\r\n")).status())
                .isEqualTo(Status.TOO_LARGE);
        assertThat(failureOf("resp", bytes("$100001\r\n")).status()).isEqualTo(Status.TOO_LARGE);
        assertThat(failureOf("resp", bytes("$2\r\n{}}}\r\n"))).hasMessageContaining("another length");
        assertThat(failureOf("resp", bytes("+OK\r\n"))).hasMessageContaining("a status, +OK");
        assertThat(failureOf("resp", bytes("*1\r\n"))).hasMessageContaining("another kind");
        assertThat(failureOf("resp", bytes("\n"))).hasMessageContaining("another kind");
        assertThat(failureOf("resp", bytes("-ERR a\u001b[31m\u0007b\r\n")).getMessage())
                .contains("ERR")
                .doesNotContain("\u001b", "\u0007");
        assertThat(failureOf("resp", bytes("$".repeat(5_000)))).hasMessageContaining("a line of more than 1024");
    }

    @Test
    void fastCgiThatIsNoneIsSaid() throws Exception {
        assertThat(failureOf("fastcgi", bytes("HTTP/1.1 200 OK\r\n"))).hasMessageContaining("not answer in FastCGI");
        byte[] end = record(FastCgiDialect.END_REQUEST, new byte[8], 0);
        byte[] overloaded = record(FastCgiDialect.END_REQUEST, new byte[] {0, 0, 0, 0, 2, 0, 0, 0}, 0);
        assertThat(failureOf("fastcgi", end)).hasMessageContaining("without the headers of CGI");
        assertThat(failureOf("fastcgi", overloaded).status()).isEqualTo(Status.OVERLOADED);
        for (String status : new String[] {"", "x", "-12", "999", "+9"}) {
            byte[] headers = record(FastCgiDialect.STDOUT, bytes("Status: " + status + "\r\n\r\n{}"), 0);
            assertThat(failureOf("fastcgi", join(headers, end)).status())
                    .as(status)
                    .isEqualTo(Status.INTERNAL);
        }
        byte[] header = record(FastCgiDialect.STDOUT, bytes("A: b\r\n".repeat(10_000)), 0);
        assertThat(failureOf("fastcgi", join(header, header, header, end)).status())
                .as("endless headers")
                .isEqualTo(Status.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {FastCgiDialect.STDOUT, FastCgiDialect.STDERR, 99})
    void fastCgiWithoutEndIsBounded(int type) throws Exception {
        byte[] record = record(type, new byte[60_000], 200);
        CompletableFuture<Void> left = new CompletableFuture<>();
        try (HostileProcess process = HostileProcess.that((number, in, out) -> {
                    HostileProcess.listen(in);
                    try {
                        while (true) {
                            out.write(record);
                        }
                    } finally {
                        left.complete(null);
                    }
                });
                LocalProcess local = open("fastcgi", process)) {
            assertThat(failure(ask(local, Duration.ofSeconds(1))).status())
                    .isEqualTo(type == FastCgiDialect.STDOUT ? Status.TOO_LARGE : Status.DEADLINE_EXCEEDED);
            left.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void httpThatIsNoAnswerIsSaid() throws Exception {
        assertThat(failureOf("http", bytes("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n")))
                .as("nobody is followed")
                .hasMessageContaining("HTTP status 302");
        assertThat(failureOf("http", bytes("SSH-2.0-x\r\n\r\n")).status()).isEqualTo(Status.UNAVAILABLE);
        byte[] large = new byte[MAX_BYTES + 1];
        Arrays.fill(large, (byte) ' ');
        assertThat(failureOf("http", join(bytes("HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n"), large))
                        .status())
                .isEqualTo(Status.TOO_LARGE);
        assertThat(failureOf("http", join(bytes("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"), large))
                        .status())
                .isEqualTo(Status.TOO_LARGE);
    }

    @Test
    void httpThatSaysSomethingBeforeItsAnswerIsRead() throws Exception {
        byte[] early = bytes("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
        try (HostileProcess process = HostileProcess.answering(join(early, good("http")), 1_000);
                LocalProcess local = open("http", process)) {
            assertThat(answer(ask(local, PATIENT))).isEqualTo(REPLY);
        }
    }

    @Test
    void whoAnswersTwiceIsReadOnceAndItsConnectionEnds() throws Exception {
        CompletableFuture<Void> left = new CompletableFuture<>();
        try (HostileProcess process = HostileProcess.that((number, in, out) -> {
                    HostileProcess.listen(in);
                    out.write(join(good("resp"), bytes("$3\r\n666\r\n")));
                    out.flush();
                    HostileProcess.untilClosed(in);
                    left.complete(null);
                });
                LocalProcess local = open("resp", process)) {
            assertThat(answer(ask(local, PATIENT))).isEqualTo(REPLY);
            left.get(60, TimeUnit.SECONDS);
            assertThat(answer(ask(local, PATIENT))).isEqualTo(REPLY);
            assertThat(process.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resp", "fastcgi", "http"})
    void nobodyThereHasNotRun(String scheme) throws Exception {
        HostileProcess gone = HostileProcess.answering(new byte[0], 1);
        gone.close();
        try (LocalProcess local = open(scheme, gone)) {
            LocalProcessException failure = failure(ask(local, PATIENT));
            assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(failure.executed()).isEqualTo(Executed.NO);
        }
    }
}
