package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.testkit.FakeTicker;
import io.moa.transport.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A call that was handed to an agent, which does what the test says. Used by one thread. */
final class MeshedCallStage {

    static final Announcement.Named NAMED =
            new Announcement.Named("7f", Attributes.EMPTY.with(new Attributes.Key<>("named"), "7f"));
    static final Reply VALUE = new Reply.Value(Payload.EMPTY);

    final FakeTicker ticker = new FakeTicker();
    final StagedAgent agent = new StagedAgent("agent-uuid");

    /** Connections of which it was told that they heard nothing. */
    final List<Connection> toldSilent = new ArrayList<>();

    /** What went the next way, and how it ends there. */
    final List<Invocation> wentOn = new ArrayList<>();

    CompletableFuture<Reply> nextWay = CompletableFuture.completedFuture(VALUE);

    Invocation.Builder call(boolean idempotent) {
        return Calls.of(ticker, Duration.ofSeconds(1)).attributes(Calls.policy(idempotent, 1));
    }

    MeshedCall begun(Invocation call) {
        MeshedCall meshed = new MeshedCall(
                call,
                agent,
                (again, before) -> {
                    wentOn.add(again);
                    return nextWay;
                },
                ticker,
                toldSilent::add);
        meshed.begin(NAMED);
        return meshed;
    }

    static Reply.Failure failure(MeshedCall ended) {
        assertThat(ended).isCompleted();
        return (Reply.Failure) ended.join();
    }
}
