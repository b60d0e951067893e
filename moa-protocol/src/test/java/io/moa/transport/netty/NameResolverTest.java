package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.testkit.Eventually;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NameResolverTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));

    private final CountDownLatch silence = new CountDownLatch(1);
    private final AtomicInteger questions = new AtomicInteger();

    /** A name server that says nothing until the test lets it. */
    private InetAddress silent(String name) throws UnknownHostException {
        questions.incrementAndGet();
        try {
            silence.await();
        } catch (InterruptedException closed) {
            throw new UnknownHostException(name);
        }
        if (name.startsWith("nobody")) {
            throw new UnknownHostException(name);
        }
        return InetAddress.getLoopbackAddress();
    }

    @Test
    void aSilentNameServerHoldsFewThreadsAndABoundedNumberOfNames() {
        try (NameResolver names = new NameResolver(this::silent)) {
            List<CompletableFuture<InetAddress>> answers = new ArrayList<>();
            for (int i = 0; i < NameResolver.THREADS + NameResolver.WAITING; i++) {
                answers.add(names.resolve("host-" + i));
            }
            SOON.until(() -> questions.get() == NameResolver.THREADS, () -> questions + " names asked for");
            assertThat(answers).noneMatch(CompletableFuture::isDone);
            assertThatThrownBy(() -> names.resolve("one-more").join())
                    .hasCauseInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("the name server answers slowly");

            silence.countDown();
            SOON.until(() -> answers.stream().allMatch(CompletableFuture::isDone), () -> "some are not answered");
            assertThat(names.resolve("one-more").join()).isEqualTo(InetAddress.getLoopbackAddress());
        }
    }

    @Test
    void whoAsksForTheSameNameMeanwhileSharesTheAnswerAndALaterOneAsksAgain() {
        try (NameResolver names = new NameResolver(this::silent)) {
            CompletableFuture<InetAddress> first = names.resolve("nobody");
            CompletableFuture<InetAddress> second = names.resolve("nobody");
            assertThat(second).isSameAs(first);
            silence.countDown();
            assertThatThrownBy(first::join).hasCauseInstanceOf(UnknownHostException.class);
            assertThatThrownBy(() -> names.resolve("nobody").join()).hasCauseInstanceOf(UnknownHostException.class);
            assertThat(questions).hasValue(2);
        }
    }

    @Test
    void aClosedResolverAnswersNobody() {
        NameResolver names = new NameResolver(this::silent);
        names.close();
        assertThatThrownBy(() -> names.resolve("host").join()).hasCauseInstanceOf(RejectedExecutionException.class);
    }
}
