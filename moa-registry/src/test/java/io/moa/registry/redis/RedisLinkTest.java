package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisLinkTest {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    private final FakeTicker ticker = new FakeTicker();

    @AutoClose
    private final RedisLink link = open(redis.port());

    private RedisLink open(int port) {
        return new RedisLink(
                RedisConfig.standalone("127.0.0.1", port)
                        .socketTimeout(Duration.ofSeconds(10))
                        .build(),
                ticker,
                InstantSource.system(),
                new Random(1));
    }

    @Test
    void aConnectionThatNobodyNeedsIsClosedAndOpenedAgain() {
        assertThat(link.isConnected()).isFalse();
        RedisStage.done(link.ask(connection -> connection.call("PING")));
        assertThat(link.isConnected()).isTrue();
        ticker.advance(Duration.ofSeconds(29));
        RedisStage.done(link.ask(connection -> connection.call("PING")));
        ticker.advance(Duration.ofSeconds(29));
        link.wake();
        RedisStage.done(link.ask(connection -> connection.call("PING")));
        assertThat(link.isConnected()).isTrue();

        ticker.advance(Duration.ofSeconds(31));
        link.wake();
        SOON.until(() -> link.state().equals("idle"), link::toString);
        assertThat(link.isConnected()).isFalse();
        RedisStage.done(link.ask(connection -> connection.call("PING")));
        assertThat(link.isConnected()).isTrue();
    }

    @Test
    void aGoodbyeIsSaidAlsoAfterTheConnectionWasClosedForWantOfUse() {
        RedisConfig config = redis.config()
                .prefix(RedisStage.nextPrefix())
                .socketTimeout(Duration.ofSeconds(10))
                .lease(Duration.ofMinutes(5))
                .heartbeat(Duration.ofMinutes(2))
                .build();
        RedisKeys keys = new RedisKeys(config.prefix());
        try (RedisLink seldom = new RedisLink(config, ticker, InstantSource.system(), new Random(1));
                RedisRegistry registry = RedisRegistry.over(seldom)) {
            RedisStage.done(
                    registry.register(Instances.of("a", ServiceId.of("orders"))).registered());
            ticker.advance(Duration.ofSeconds(31));
            seldom.wake();
            SOON.until(() -> seldom.state().equals("idle"), seldom::toString);
            registry.close();
            seldom.close();
            assertThat(redis.call("HEXISTS", keys.processes(), "a")).isEqualTo(0L);
        }
    }

    /** A hundred changes a second are read ten times a second, and must not wake the thread a hundred times. */
    @Test
    void ofManyHintsOnlyTheFirstWakesTheLink() {
        ServiceId orders = ServiceId.of("orders");
        try (RedisLink away = open(RedisProcess.freePort());
                RedisRegistry registry = RedisRegistry.over(away)) {
            registry.subscribe(orders, told -> {});
            String channel = away.keys().hint(orders);
            assertThat(registry.hint(channel, 1)).isTrue();
            assertThat(registry.hint(channel, 2)).isFalse();
            assertThat(registry.firstLook())
                    .isEqualTo(1 + Duration.ofMillis(100).toNanos());
            assertThat(registry.hint(away.keys().hint(ServiceId.of("other")), 3))
                    .isFalse();
            FollowedService followed = registry.followed().iterator().next();
            assertThat(registry.takeHint(followed, 2, false)).isFalse();
            assertThat(registry.takeHint(followed, 2, true)).isTrue();
            assertThat(registry.hint(channel, 4)).isTrue();
        }
    }

    @Test
    void questionsThatNobodyAnswersAreRefusedInTimeAndInNumber() {
        try (RedisLink away = open(RedisProcess.freePort())) {
            List<CompletableFuture<Object>> asked = new ArrayList<>();
            for (int i = 0; i < 1100; i++) {
                asked.add(away.ask(connection -> connection.call("PING")));
            }
            assertThat(asked.stream().filter(CompletableFuture::isCompletedExceptionally))
                    .as("more than the queue takes")
                    .hasSize(76);
            ticker.advance(Duration.ofSeconds(6));
            away.wake();
            SOON.until(() -> asked.stream().allMatch(CompletableFuture::isDone), away::toString);
            assertThatThrownBy(() -> asked.get(0).join())
                    .hasCauseInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("5 s");
            away.close();
            assertThatThrownBy(() -> away.ask(connection -> 1).join()).hasMessageContaining("closed");
        }
    }

    @Test
    void aQuestionThatFailsHarmsNoOther() {
        CompletableFuture<Object> defect = link.ask(connection -> {
            throw new IllegalStateException("a defect");
        });
        CompletableFuture<Object> refused = link.ask(connection -> connection.call("NOSUCHCOMMAND"));
        CompletableFuture<Object> good = link.ask(connection -> connection.call("PING"));
        RedisStage.done(good);
        assertThatThrownBy(defect::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(refused::join).hasMessageContaining("Redis refused: ERR unknown command");
    }

    @Test
    void aChoreThatFailsIsTriedAgainAndStopsNoOther() {
        AtomicInteger failing = new AtomicInteger();
        AtomicInteger working = new AtomicInteger();
        link.add(chore(failing, new IllegalStateException("a defect")));
        link.add(chore(failing, new RedisError("ERR refused")));
        link.add(chore(working, null));
        SOON.until(
                () -> {
                    ticker.advance(Duration.ofSeconds(1));
                    link.wake();
                    return failing.get() >= 6 && working.get() >= 6;
                },
                () -> failing + " failed, " + working + " worked");
        assertThat(link.isConnected()).isTrue();
    }

    @Test
    void aDefectThatIsAnErrorIsToldToWhoAskedAndTheNextIsAnswered() {
        CompletableFuture<Object> defect = link.ask(connection -> {
            throw new AssertionError("a defect of a test");
        });
        assertThatThrownBy(() -> RedisStage.done(defect)).hasStackTraceContaining("a defect of a test");
        ticker.advance(Duration.ofSeconds(3)); // more than any pause
        CompletableFuture<String> next = link.ask(connection -> "answered");
        assertThat(RedisStage.done(next)).isEqualTo("answered");
    }

    /** A heartbeat does not wait behind a thousand questions. */
    @Test
    void betweenTwoQuestionsWhatIsDueIsDone() {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicInteger chores = new AtomicInteger();
        busyUntil(asked);
        CompletableFuture<Integer> second = link.ask(connection -> chores.get());
        link.add(chore(chores, null));
        asked.countDown();
        assertThat(RedisStage.done(second)).isEqualTo(1);
    }

    @Test
    void whatWasAskedBeforeTheEndIsStillAnswered() throws Exception {
        CountDownLatch ends = new CountDownLatch(1);
        busyUntil(ends);
        CompletableFuture<String> last = link.ask(connection -> "answered");
        Thread closing = new Thread(link::close, "closes-the-link");
        closing.start();
        SOON.until(() -> closing.getState() == Thread.State.TIMED_WAITING, () -> "closing is " + closing.getState());
        ends.countDown();
        assertThat(RedisStage.done(last)).isEqualTo("answered");
        closing.join(TimeUnit.SECONDS.toMillis(60));
        assertThatThrownBy(() -> RedisStage.done(link.ask(connection -> "too late")))
                .hasStackTraceContaining("was closed");
    }

    /** Returns once the link's thread works on a question that takes so long. */
    private void busyUntil(CountDownLatch end) {
        CountDownLatch begun = new CountDownLatch(1);
        link.ask(connection -> {
            begun.countDown();
            await(end);
            return "";
        });
        await(begun);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One that is always due. */
    private Chore chore(AtomicInteger runs, RuntimeException failure) {
        return new Chore() {
            private long due = ticker.nanos();

            @Override
            public long dueIn(long now) {
                return due - now;
            }

            @Override
            public void run(RedisConnection connection, long now) {
                runs.incrementAndGet();
                due = now + 1;
                if (failure != null) {
                    throw failure;
                }
            }

            @Override
            public void connected(long now) {
                due = now;
            }

            @Override
            public Set<String> channels() {
                return Set.of();
            }

            @Override
            public void hinted(String channel) {}
        };
    }

    @Test
    void ofFailuresOneLineAMinuteIsLogged() {
        Complaints complaints = new Complaints("redis://nowhere", ticker);
        for (int second = 0; second < 180; second++) {
            complaints.tell("it is away");
            complaints.tell("it is still away");
            ticker.advance(Duration.ofSeconds(1));
        }
        assertThat(complaints.lines()).isEqualTo(3);
    }

    @Test
    void pausesAreDrawnBetweenATenthOfASecondAndTwoAndAHalf() {
        Random random = new Random(3);
        long longest = 0;
        for (int i = 0; i < 10_000; i++) {
            long pause = Jitter.pause(1 + i % 40, random);
            assertThat(pause).isBetween(100_000_000L, 2_500_000_000L);
            longest = Math.max(longest, pause);
            assertThat(Jitter.around(1_000, random)).isBetween(800L, 1_200L);
            assertThat(Jitter.before(1_000, random)).isBetween(750L, 950L);
        }
        assertThat(longest).isGreaterThan(2_400_000_000L);
        assertThat(Jitter.pause(1, random)).isLessThanOrEqualTo(200_000_000L);
    }
}
