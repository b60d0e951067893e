package io.moa.transport.inprocess;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.TransportContract;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** The contract within one process. */
class InProcessTransportTest extends TransportContract {

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @Override
    protected Transport open(TransportConfig config) {
        return new InProcessTransport(config, Ticker.system(), (task, delay) -> {
            ScheduledFuture<?> scheduled = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        });
    }

    @Override
    protected Address address() {
        return new Address.InProcess("contract");
    }
}
