package io.moa.mesh;

import io.moa.Moa;
import io.moa.invoke.Attributes;
import io.moa.invoke.Deadline;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.Connection;
import io.moa.transport.WireForm;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Something that a process asks its agent, in text; the same object for each time it is asked. Safe for many threads. */
public final class AgentQuestion {

    /**
     * An answer.
     *
     * @param given whether the agent gave it
     * @param text what it said, or why there is no answer
     * @param wrong whether it was understood and cannot be answered, however often it is asked
     */
    public record Answer(boolean given, String text, boolean wrong) {}

    private final MethodId method;
    private final Attributes attributes;

    /** A question by its name in {@link MeshProtocol}. */
    public AgentQuestion(MethodId method) {
        this.method = method;
        this.attributes = Attributes.EMPTY.with(
                WireForm.KEY,
                new WireForm(
                        CallHeader.encodeTarget(MeshProtocol.AGENT, method, MeshProtocol.SERIALIZER),
                        MeshProtocol.SERIALIZER));
    }

    /**
     * Asks.
     *
     * @param agent a connection to it
     * @param limit for how long the answer is waited for
     * @return never exceptionally
     */
    public CompletableFuture<Answer> ask(Moa moa, Connection agent, String body, Duration limit) {
        long now = moa.ticker().nanos();
        Invocation call = Invocation.of(
                        MeshProtocol.AGENT,
                        method,
                        new BytesPayload(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8)),
                        new Ledger(Phase.CLIENT_QUEUE, now))
                .deadline(Deadline.after(limit.toNanos(), now))
                .caller(moa.self().asCaller())
                .attributes(attributes)
                .build();
        return agent.invoke(call).handle((reply, broken) -> {
            call.payload().release();
            call.cancellation().detach();
            if (reply instanceof Reply.Value value) {
                try {
                    return new Answer(
                            true,
                            value.payload() instanceof BytesPayload text
                                    ? text.content().toString(StandardCharsets.UTF_8)
                                    : "",
                            false);
                } finally {
                    value.payload().release();
                }
            }
            return reply instanceof Reply.Failure failure
                    ? new Answer(false, failure.message(), failure.status() == Status.INVALID_ARGUMENT)
                    : new Answer(false, String.valueOf(broken), false);
        });
    }
}
