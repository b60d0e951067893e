package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.server.health.LoopPulse;
import io.moa.testkit.FakeTicker;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

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
        assertThat(life.offline()).isTrue();
        assertThat(life.offline()).isFalse();
        assertThat(life.online()).isTrue();
        assertThat(life.online()).isFalse();
        life.leave(Duration.ZERO);
        assertThat(life.stage()).isEqualTo(LifeCycle.Stage.LEAVING);
        assertThat(life.online()).isFalse();
        assertThat(life.offline()).isFalse();
        assertThat(life.ready().reasons())
                .containsExactly("it is closing: running calls are finished, new ones go elsewhere");
        life.end();
        assertThat(life.ready().reasons()).containsExactly("it is closed");
        assertThat(life.startup().good()).as("it has started long ago").isTrue();
    }
}
