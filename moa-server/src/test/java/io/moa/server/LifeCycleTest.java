package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.server.health.LoopPulse;
import io.moa.testkit.FakeTicker;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LifeCycleTest {

    private final FakeTicker ticker = new FakeTicker();
    private final LifeCycle life = new LifeCycle(
            "it", ticker, new LoopPulse(List.of(), ticker, Duration.ofSeconds(10)), Duration.ofMinutes(1));
    private final CompletableFuture<Void> registered = new CompletableFuture<>();
    private final Listener nothing = new Doors(List.of());

    private final Registry.Registration registration = new Registry.Registration() {
        @Override
        public CompletableFuture<Void> registered() {
            return registered;
        }

        @Override
        public void update(Instance instance) {}

        @Override
        public void offline() {}

        @Override
        public void online() {}

        @Override
        public void close() {}
    };

    @Test
    void aServerIsReadyWhenTheRegistryHasTakenItsAnnouncement() {
        assertThat(life.ready().reasons()).containsExactly("it is starting");
        assertThat(life.startup().good()).isFalse();
        life.begin(nothing, registration);
        assertThat(life.ready().reasons()).containsExactly("the registry has not taken its announcement yet");
        assertThat(life.startup().good()).isFalse();
        registered.complete(null);
        assertThat(life.ready().good()).isTrue();
        assertThat(life.startup().good()).isTrue();
        assertThat(life.live().good()).isTrue();
    }

    @Test
    void aRegistryThatIsAwayKeepsAServerFromReadinessAndHasItRestartedByNobody() {
        life.begin(nothing, registration);
        ticker.advance(Duration.ofSeconds(59));
        assertThat(life.startup().good()).isFalse();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(life.startup().good()).isTrue();
        assertThat(life.ready().good()).isFalse();
        assertThat(life.live().good()).isTrue();
    }

    @Test
    void withoutARegistryAServerIsReadyOnceItsDoorIsOpen() {
        life.begin(nothing, null);
        assertThat(life.ready().good()).isTrue();
        assertThat(life.startup().good()).isTrue();
    }

    @Test
    void nobodyComesBackFromLeaving() {
        life.begin(nothing, null);
        assertThat(life.offline("", null)).isTrue();
        assertThat(life.offline("", null)).isFalse();
        assertThat(life.online(null)).isTrue();
        assertThat(life.online(null)).isFalse();
        life.leave(Duration.ZERO);
        assertThat(life.stage()).isEqualTo(LifeCycle.Stage.LEAVING);
        assertThat(life.online(null)).isFalse();
        assertThat(life.offline("", null)).isFalse();
        assertThat(life.ready().reasons())
                .containsExactly("it is closing: running calls are finished, new ones go elsewhere");
        life.end();
        assertThat(life.ready().reasons()).containsExactly("it is closed");
        assertThat(life.startup().good()).as("it has started long ago").isTrue();
    }

    /** A door that forgets to say when it is drained, as one does whose event loops ended before it. */
    private static final class Forgetful implements Listener {
        private boolean closed;

        @Override
        public Address address() {
            return new Address.InProcess("forgetful");
        }

        @Override
        public int connections() {
            return 1;
        }

        @Override
        public int inFlight() {
            return 1;
        }

        @Override
        public long heldBytes() {
            return 0;
        }

        @Override
        public CompletableFuture<Integer> drain(Duration limit) {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    @Timeout(60)
    void aRuntimeThatIsClosedMeanwhileIsNotWaitedFor() {
        Forgetful door = new Forgetful();
        Executor ended = task -> {
            throw new RejectedExecutionException();
        };
        LifeCycle left = new LifeCycle(
                "it",
                ticker,
                new LoopPulse(List.of(Runnable::run, ended), ticker, Duration.ofSeconds(10)),
                Duration.ofMinutes(1));
        left.begin(door, null);
        left.leave(Duration.ofHours(1));
        left.end();
        assertThat(left.stage()).isEqualTo(LifeCycle.Stage.CLOSED);
        assertThat(door.closed).isTrue();
    }

    @Test
    @Timeout(60)
    void aDoorThatSaysNothingIsNotWaitedForLongerThanItsLimit() {
        Forgetful door = new Forgetful();
        life.begin(door, null);
        life.leave(Duration.ZERO);
        life.end();
        assertThat(door.closed).isTrue();
    }
}
