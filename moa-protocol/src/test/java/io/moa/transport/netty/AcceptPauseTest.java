package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.moa.testkit.FakeTicker;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptPauseTest {

    @Test
    void listenerLooksAwayForAMomentAndThenLooksAgain() {
        EmbeddedChannel door = new EmbeddedChannel(new AcceptPause(new FakeTicker()));
        door.freezeTime();
        for (int i = 0; i < 3; i++) {
            door.pipeline().fireExceptionCaught(new IOException("Too many open files"));
            assertThat(door.config().isAutoRead()).isFalse();
            door.advanceTimeBy(AcceptPause.PAUSE_MILLIS - 1, TimeUnit.MILLISECONDS);
            door.runScheduledPendingTasks();
            assertThat(door.config().isAutoRead()).isFalse();
            door.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            door.runScheduledPendingTasks();
            assertThat(door.config().isAutoRead()).isTrue();
        }
        assertThatCode(door::checkException).as("nothing reaches the end").doesNotThrowAnyException();
    }
}
