package io.moa.client.stub;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Filter;
import io.moa.testkit.FakeScheduler;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;

/** A client that no call leaves: what the test gives answers each. Used by one thread. */
final class StubStage implements AutoCloseable {

    final FakeScheduler scheduler = new FakeScheduler();
    private final InProcessTransport transport =
            new InProcessTransport(TransportConfig.DEFAULT, scheduler.ticker(), scheduler);
    private final Moa moa = Moa.builder("caller")
            .transport(transport)
            .scheduler(scheduler)
            .ticker(scheduler.ticker())
            .callbacks(Runnable::run)
            .build();
    final MoaClient client;

    StubStage(Filter answers) {
        client = MoaClient.builder(moa)
                .addresses(new Address.InProcess("nobody"))
                .filter(answers)
                .build();
    }

    @Override
    public void close() {
        client.close();
        moa.close();
        transport.close();
    }
}
