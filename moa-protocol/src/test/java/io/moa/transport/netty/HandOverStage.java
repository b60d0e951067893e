package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverEditions;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Successor;
import io.moa.transport.handover.Takeover;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Two transports in one process, of which one takes the other's connections over, through real Unix sockets. Both must hold nothing in the
 * end.
 */
final class HandOverStage implements AutoCloseable {

    static final byte[] NONCE = new byte[MoveProof.LEAST_NONCE_BYTES];
    static final HandOverConfig LIMITS = HandOverConfig.DEFAULT.withCommitTimeout(OpenDoor.PATIENCE);

    final OpenDoor old;
    final NettyTransport heirs;
    final Path folder;
    final Path socket;
    private final TransportConfig config;
    private volatile Invoker heirsRoute;
    private @Nullable NettyListener taken;

    HandOverStage(TransportConfig config, Invoker oldRoute, Invoker heirsRoute) {
        this.config = config;
        this.old = new OpenDoor(config, oldRoute);
        this.heirs = new NettyTransport(config, OpenDoor.LOOPS, Ticker.system(), "heir");
        this.heirsRoute = heirsRoute;
        try {
            this.folder = Files.createTempDirectory("moa-move");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.socket = folder.resolve("s");
    }

    /** Answers with a letter and what it was asked. */
    static CompletableFuture<Reply> answer(char letter, Invocation call) {
        ByteBuf body = Unpooled.buffer().writeByte(letter);
        if (call.payload() instanceof BytesPayload bytes) {
            body.writeBytes(bytes.content().duplicate());
        }
        return CompletableFuture.completedFuture(new Reply.Value(new BytesPayload(body)));
    }

    static CompletableFuture<Reply> old(Invocation call) {
        return answer('O', call);
    }

    static CompletableFuture<Reply> heir(Invocation call) {
        return answer('H', call);
    }

    Address address() {
        return old.address();
    }

    NettyListener taken() {
        if (taken == null) {
            throw new IllegalStateException("nothing was taken over");
        }
        return taken;
    }

    HandOver offer() {
        return offer(LIMITS, UnaryOperator.identity());
    }

    HandOver offer(HandOverConfig limits, UnaryOperator<MoveLine> wiring) {
        return old.transport.offer(socket, NONCE, () -> Map.of("door", old.listener), limits, wiring);
    }

    /** As a release that speaks these. */
    HandOver offer(HandOverEditions editions) {
        return old.transport.offer(
                socket, NONCE, () -> Map.of("door", old.listener), LIMITS, editions, UnaryOperator.identity());
    }

    CompletableFuture<Takeover> takeOver(HandOverEditions editions) {
        return heirs.takeOver(socket, NONCE, successor(), LIMITS, editions, UnaryOperator.identity());
    }

    CompletableFuture<Takeover> takeOver(UnaryOperator<MoveLine> wiring) {
        return heirs.takeOver(socket, NONCE, successor(), LIMITS, wiring);
    }

    Successor successor() {
        return new Successor() {
            @Override
            public Host host(String name, Address address) {
                return new OneRoute(call -> heirsRoute.invoke(call));
            }
        };
    }

    /** Moves everything; the ledger is that of the end. */
    CompletableFuture<HandOverLedger> move() {
        HandOver offer = offer();
        Takeover takeover = takeOver(UnaryOperator.identity()).join();
        offer.taken().join();
        taken(takeover);
        return offer.ended();
    }

    void taken(Takeover takeover) {
        Listener listener = takeover.listeners().get("door");
        taken = (NettyListener) listener;
    }

    @Override
    public void close() {
        try (OpenDoor closing = old) {
            NettyListener listener = taken;
            if (listener != null) {
                Eventually.within(OpenDoor.PATIENCE)
                        .until(
                                () -> listener.inFlight() == 0 && listener.heldBytes() == 0,
                                () -> listener.inFlight() + " in flight, " + listener.heldBytes()
                                        + " bytes held by the heir");
                listener.close();
                Eventually.within(OpenDoor.PATIENCE)
                        .until(() -> listener.connections() == 0, () -> listener.connections() + " connections");
            }
        } finally {
            heirs.close();
            try {
                Files.deleteIfExists(socket);
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
