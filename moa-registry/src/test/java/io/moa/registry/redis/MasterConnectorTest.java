package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.RefusingPort;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MasterConnectorTest {

    private final FakeTicker ticker = new FakeTicker();

    /** Somebody who knows where the master is, and is asked. */
    private static final class Knowing implements MasterLocator {
        private final Address.Tcp master;
        private final boolean knowsMore;
        private final List<Address.Tcp> asked = new ArrayList<>();
        private boolean moved;

        Knowing(int port, boolean knowsMore) {
            this.master = new Address.Tcp("127.0.0.1", port);
            this.knowsMore = knowsMore;
        }

        @Override
        public Address.Tcp locate() {
            return master;
        }

        @Override
        public boolean knowsMore() {
            return knowsMore;
        }

        @Override
        public boolean hasMoved(Address.Tcp current, long nowNanos, long everyNanos) {
            assertThat(everyNanos).isLessThanOrEqualTo(Duration.ofMillis(500).toNanos());
            asked.add(current);
            return moved;
        }
    }

    private MasterConnector failing(Knowing knowing) {
        RedisConfig config = RedisConfig.standalone("127.0.0.1", 1).build();
        MasterConnector connector =
                new MasterConnector(config, new RedisKeys(config.prefix()), ticker, new Random(1), knowing);
        assertThat(connector.waitNanos(ticker.nanos())).isZero();
        assertThatThrownBy(connector::connect).isInstanceOf(IOException.class);
        for (int i = 0; i < 20; i++) {
            connector.failed(new IOException("refused"));
        }
        return connector;
    }

    @Test
    void whoLostItsMasterWaitsNoLongerOnceThereIsAnotherOne() throws IOException {
        try (RefusingPort port = RefusingPort.open()) {
            Knowing knowing = new Knowing(port.port(), true);
            MasterConnector connector = failing(knowing);
            long wait = connector.waitNanos(ticker.nanos());
            assertThat(wait)
                    .isPositive()
                    .isLessThanOrEqualTo(Duration.ofMillis(500).toNanos());
            assertThat(knowing.asked).containsOnly(knowing.master);
            knowing.moved = true;
            assertThat(connector.waitNanos(ticker.nanos())).isZero();
        }
    }

    /** Each try to reach one that stands still costs the time in which its successor could be heard of. */
    @Test
    void oneThatAnsweredNothingIsLetAloneForASecondWhereSomebodyElseCanBeAsked() {
        for (boolean knowsMore : List.of(true, false)) {
            RedisConfig config = RedisConfig.standalone("127.0.0.1", 1).build();
            MasterConnector connector = new MasterConnector(
                    config, new RedisKeys(config.prefix()), ticker, new Random(1), new Knowing(1, knowsMore));
            IOException silence = new IOException("no answer", new IllegalStateException(new SocketTimeoutException()));
            long pause = connector.failed(silence);
            assertThat(pause >= Duration.ofMillis(800).toNanos()).isEqualTo(knowsMore);
            assertThat(pause).isLessThanOrEqualTo(Duration.ofMillis(1_200).toNanos());
        }
    }

    @Test
    void whereNobodyKnowsMoreThePauseIsWaitedFor() throws IOException {
        try (RefusingPort port = RefusingPort.open()) {
            Knowing knowing = new Knowing(port.port(), false);
            MasterConnector connector = failing(knowing);
            long wait = connector.waitNanos(ticker.nanos());
            assertThat(wait).isPositive();
            assertThat(knowing.asked).isEmpty();
            ticker.advance(Duration.ofNanos(wait));
            assertThat(connector.waitNanos(ticker.nanos())).isLessThanOrEqualTo(0);
        }
    }
}
