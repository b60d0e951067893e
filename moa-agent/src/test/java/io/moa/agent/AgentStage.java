package io.moa.agent;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.stub.ForwardedCalls;
import io.moa.discovery.Address;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.testkit.FakeScheduler;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The client of an agent that no call leaves: it answers each with an empty value. Used by one thread. */
final class AgentStage implements AutoCloseable {

    static final Reply VALUE = new Reply.Value(Payload.EMPTY);

    final FakeScheduler scheduler = new FakeScheduler();

    /** What was passed on. */
    final List<Invocation> passedOn = new ArrayList<>();

    private final InProcessTransport transport =
            new InProcessTransport(TransportConfig.DEFAULT, scheduler.ticker(), scheduler);
    final Moa moa = Moa.builder("web")
            .instance("agent-1")
            .transport(transport)
            .scheduler(scheduler)
            .ticker(scheduler.ticker())
            .callbacks(Runnable::run)
            .build();
    final MoaClient client = MoaClient.builder(moa)
            .withoutMesh()
            .addresses(new Address.InProcess("nobody"))
            .filter((call, next) -> {
                passedOn.add(call);
                return CompletableFuture.completedFuture(VALUE);
            })
            .build();
    final ForwardedCalls calls = client.forwardedCalls(Seat.LOCAL);

    @Override
    public void close() {
        client.close();
        moa.close();
        transport.close();
    }
}
