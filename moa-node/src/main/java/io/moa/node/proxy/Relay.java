package io.moa.node.proxy;

import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.node.local.LocalProcess;
import io.moa.node.local.LocalProcessException;
import io.moa.protocol.serialize.JsonReplyReader;
import io.moa.protocol.serialize.JsonRequestWriter;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The end of the route of calls that a local process serves: asks it, as far as it has places, and reads what it answers. Safe for many threads. */
final class Relay implements Invoker {

    /** So long at most is waited for an answer to a call that says no time. */
    private static final long MOST_NANOS = 60_000_000_000L;

    private final LocalProcess process;
    private final Places places;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final JsonRequestWriter requests;
    private final JsonReplyReader replies;
    private final Runnable unreachable;
    private final Supplier<String> trouble;
    private final Map<String, List<String>> parameters = new HashMap<>();

    /**
     * A route.
     *
     * @param methods all of one service
     * @param unreachable run when the process could not be reached, so that its health is looked at
     * @param trouble why it is off, as the end of a sentence; empty while it is well
     */
    Relay(
            LocalProcess process,
            Places places,
            List<NamedMethod> methods,
            Ticker ticker,
            Scheduler scheduler,
            JsonRequestWriter requests,
            JsonReplyReader replies,
            Runnable unreachable,
            Supplier<String> trouble) {
        this.process = process;
        this.places = places;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.requests = requests;
        this.replies = replies;
        this.unreachable = unreachable;
        this.trouble = trouble;
        for (NamedMethod each : methods) {
            List<String> names = each.parameterNames();
            if (names != null) {
                parameters.put(each.id().name(), names);
            }
        }
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        RelayedCall relayed = new RelayedCall(this, call);
        relayed.begin();
        return relayed.reply();
    }

    /** What a call is refused with before anything is sent, as the process is off; null if it is not. One that hangs would keep it until its deadline. */
    Reply.@Nullable Failure off(Invocation call) {
        String why = trouble.get();
        return why.isEmpty()
                ? null
                : Reply.failure(
                        Status.UNAVAILABLE,
                        Executed.NO,
                        call.service() + " " + call.method().name() + ": its process " + process + " is off, as it "
                                + why);
    }

    LocalProcess process() {
        return process;
    }

    Places places() {
        return places;
    }

    Ticker ticker() {
        return ticker;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    JsonRequestWriter requests() {
        return requests;
    }

    /** The names of a method's parameters; null if nobody knows. */
    @Nullable
    List<String> parametersOf(Invocation call) {
        return parameters.get(call.method().name());
    }

    /** How long the process may take from now on; 0 or less if the time is up. */
    long patienceNanos(Invocation call) {
        return call.deadline().isNone()
                ? MOST_NANOS
                : Math.min(MOST_NANOS, call.deadline().remainingNanos(ticker.nanos()));
    }

    /** What an answer says; its reference is taken over. */
    Reply read(ByteBuf answer) throws LocalProcessException {
        try {
            return replies.read(answer);
        } catch (SerializationException e) {
            throw new LocalProcessException(
                    Status.INTERNAL, Executed.YES, "answered what is no reply: " + e.getMessage());
        } finally {
            answer.release();
        }
    }

    /** What a call ends with that the process did not answer. */
    Reply failed(Invocation call, LocalProcessException why) {
        if (why.status() == Status.UNAVAILABLE) {
            unreachable.run();
        }
        return Reply.failure(
                why.status(),
                why.executed(),
                call.service() + " " + call.method().name() + ": its process " + process + " " + why.getMessage());
    }
}
