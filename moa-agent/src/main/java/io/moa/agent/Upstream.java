package io.moa.agent;

import io.moa.Moa;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.mesh.ServedProcess;
import io.moa.protocol.frame.CallHeader;
import io.moa.transport.Connection;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way from an agent to the process whose callers it serves. A connection that breaks is made again at once; if that fails, the process is taken for
 * gone. Safe for many threads.
 */
final class Upstream implements AutoCloseable {

    private static final long PAUSE_NANOS = 50_000_000;

    /** So many tries in a row fail before the process is taken for gone: one that lives listens all the time. */
    private static final int MOST_FAILURES = 3;

    private final Moa moa;
    private final ServedProcess process;
    private final Consumer<Boolean> gone;
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private volatile @Nullable Connection open;
    private volatile boolean silent;
    private volatile int load = Hints.UNKNOWN_LOAD;
    private volatile boolean closed;
    private volatile boolean ended;
    private volatile String trouble = "it was not connected yet";
    private int failures; // one connects at a time

    /**
     * A way that leads nowhere yet.
     *
     * @param gone is told once if the process cannot be reached any more, and whether it has said that it closes, and so answers what it has
     */
    Upstream(Moa moa, ServedProcess process, Consumer<Boolean> gone) {
        this.moa = moa;
        this.process = process;
        this.gone = gone;
    }

    /** Connects; completes when it is, or exceptionally, with the reason, when that fails the first time. */
    CompletableFuture<Void> connect() {
        tryNow();
        return first;
    }

    private void tryNow() {
        if (closed) {
            return;
        }
        moa.transport()
                .connect(
                        process.at(),
                        moa.self(),
                        new Wanted(
                                process.application(),
                                process.instance(),
                                new ArrayList<>(process.services().keySet()),
                                process.secret()))
                .whenComplete((opened, thrown) -> {
                    if (opened == null) {
                        failed(thrown);
                    } else {
                        connected(opened);
                    }
                });
    }

    private void connected(Connection opened) {
        failures = 0;
        silent = false;
        opened.watch(new Connection.SignsOfLife() {
            @Override
            public void silent() {
                silent = true;
            }

            @Override
            public void heard() {
                silent = false;
            }
        });
        open = opened;
        if (closed) {
            opened.close();
            return;
        }
        opened.unusable().thenRun(() -> {
            trouble = opened.isClosing() ? "it has said that it closes" : "its connection broke";
            if (opened.isClosing()) {
                end(true); // it comes back no more
            } else {
                later();
            }
        });
        first.complete(null);
    }

    private void failed(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        trouble = String.valueOf(cause.getMessage());
        if (first.completeExceptionally(cause)) {
            return;
        }
        if (++failures >= MOST_FAILURES) {
            end(false);
            return;
        }
        later();
    }

    private void later() {
        try {
            moa.scheduler().schedule(this::tryNow, PAUSE_NANOS);
        } catch (RejectedExecutionException runtimeClosed) {
            closed = true;
        }
    }

    private void end(boolean inOrder) {
        ended = true;
        if (!closed) {
            closed = true;
            gone.accept(inOrder);
        }
    }

    /** Whether the process could not be reached any more. */
    boolean isEnded() {
        return ended;
    }

    /** Whether the process is connected. */
    boolean isConnected() {
        Connection there = open;
        return there != null && there.usable();
    }

    /** What takes the calls of a method in a serializer. */
    Invoker route(ServiceId service, MethodId method, int serializer) {
        Attributes wire = Attributes.EMPTY.with(
                WireForm.KEY, new WireForm(CallHeader.encodeTarget(service, method, serializer), serializer));
        return call -> forward(call, wire);
    }

    private CompletableFuture<Reply> forward(Invocation call, Attributes wire) {
        Connection there = open;
        if (there == null || !there.usable() || silent) {
            return CompletableFuture.completedFuture(Reply.failure(
                    Status.UNAVAILABLE,
                    Executed.NO,
                    call.service() + " " + call.method() + " was not passed on by the agent: "
                            + (silent
                                    ? "the process behind it says nothing"
                                    : "the process behind it is away, " + trouble)));
        }
        CompletableFuture<Reply> reply =
                there.invoke(call.toBuilder().attributes(wire).build());
        return reply.whenComplete((ended, broken) -> {
            if (ended != null && ended.hints().load() != Hints.UNKNOWN_LOAD) {
                load = ended.hints().load();
            }
        });
    }

    /** How busy the process was with the last reply. */
    int load() {
        return load;
    }

    /** How many calls wait for it. */
    int inFlight() {
        Connection there = open;
        return there == null ? 0 : there.inFlight();
    }

    @Override
    public void close() {
        closed = true;
        Connection there = open;
        if (there != null) {
            there.close();
        }
    }
}
