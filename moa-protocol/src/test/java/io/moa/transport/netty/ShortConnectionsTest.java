package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Ticker;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that come and go, politely or with a reset: the server forgets each of them, and rests afterwards. */
@ExtendWith(LeakCheck.class)
@Timeout(300)
class ShortConnectionsTest {

    /** {@code -Dmoa.test.connections=100000} for the long run. */
    private static final int CONNECTIONS = Integer.getInteger("moa.test.connections", 10_000);

    private static final Duration PERIOD = Duration.ofMillis(25); // a quarter of the shortest limit below
    private static final TransportConfig CONFIG = TransportConfig.DEFAULT.toBuilder()
            .handshakeTimeout(Duration.ofMillis(100))
            .frameTimeout(PERIOD.multipliedBy(4))
            .build();

    private static final int STRETCHES = 20;

    private final LongAdder readings = new LongAdder();
    private final Ticker counted = () -> {
        readings.increment();
        return System.nanoTime();
    };

    /** RELIABILITY S17, a tenth of it. */
    @Test
    void halfCloseAndResetLeaveNoChannelAndNoWork() throws InterruptedException {
        try (OpenDoor door = new OpenDoor(CONFIG, OpenDoor::echo, counted)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                try (RawPeer peer = RawPeer.connect(door.address())) {
                    if (i % 2 == 0) {
                        peer.send(RawPeer.hello(1));
                    }
                    peer.resetOnClose();
                    if (i % 3 != 0) {
                        peer.finish(); // FIN, and then RST
                    }
                }
            }
            restsWhenAllAreGone(door);
        }
    }

    @Test
    void connectionsThatLivedLongerThanTheHandshakeMayTakeAreForgottenToo() throws InterruptedException {
        try (OpenDoor door = new OpenDoor(CONFIG, OpenDoor::echo, counted)) {
            RawPeer[] peers = new RawPeer[20];
            for (int i = 0; i < peers.length; i++) {
                peers[i] = RawPeer.connect(door.address()).introduced(1);
            }
            passes(door, CONFIG.handshakeTimeout().multipliedBy(3));
            for (RawPeer peer : peers) {
                peer.close();
            }
            restsWhenAllAreGone(door);
        }
    }

    private void restsWhenAllAreGone(OpenDoor door) throws InterruptedException {
        Eventually.within(OpenDoor.PATIENCE)
                .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
        // Some may have waited to be accepted until now. Whoever watches a connection that is gone reads the time once
        // a period, for ever; so a stretch without a reading comes only if nobody does.
        long before;
        long after;
        int stretches = 0;
        do {
            passes(
                    door,
                    CONFIG.handshakeTimeout().multipliedBy(2)); // whatever was to look at the handshakes has looked
            before = readings.sum();
            passes(door, PERIOD.multipliedBy(8));
            after = readings.sum();
        } while (after != before && ++stretches < STRETCHES);
        assertThat(after - before)
                .as("how often somebody looked after connections that are gone")
                .isZero();
    }

    /** Time passes on the event loops themselves, so that whatever is due there earlier has run. */
    private static void passes(OpenDoor door, Duration time) throws InterruptedException {
        CountDownLatch passed = new CountDownLatch(OpenDoor.LOOPS);
        for (int i = 0; i < OpenDoor.LOOPS; i++) { // the loops take turns
            door.transport.scheduler().schedule(passed::countDown, time.toNanos());
        }
        assertThat(passed.await(OpenDoor.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }
}
