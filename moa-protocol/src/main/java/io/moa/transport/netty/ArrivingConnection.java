package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.protocol.frame.HeaderException;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection that comes from another process, first its descriptor, then its state. Belongs to the event loop of the hand-over. */
final class ArrivingConnection implements MoveIn.DescriptorOwner, Elsewhere {
    private final long id;
    private final ArrivingDoor through;
    private final MoveAccount account;
    private final Ticker ticker;
    private final EventLoop loop;
    private final Consumer<HandOverMessage> teller;
    private int descriptor = -1;
    private boolean discarded;
    private @Nullable MovedKind kind;
    private @Nullable Adopted served;
    private long restedNanos;
    private long cameNanos;

    /**
     * @param teller tells the other process, as long as it listens; on the loop
     */
    ArrivingConnection(
            long id,
            ArrivingDoor through,
            MoveAccount account,
            Ticker ticker,
            EventLoop loop,
            Consumer<HandOverMessage> teller) {
        this.id = id;
        this.through = through;
        this.account = account;
        this.ticker = ticker;
        this.loop = loop;
        this.teller = teller;
    }

    @Override
    public void descriptor(int came) {
        if (discarded) {
            Descriptors.close(came);
        } else {
            descriptor = came;
        }
    }

    void state(HandOverMessage message) {
        if (kind != null) {
            throw new HeaderException("The state of a connection comes twice");
        }
        MovedKind known = MovedKind.ofCode((int) message.number());
        long[] rested = MoveAccount.longs(message.second());
        restedNanos = rested.length > 0 ? rested[0] : 0;
        cameNanos = ticker.nanos();
        served = through.door.adopt(known, message.first(), this);
        kind = known;
        account.count(known);
        account.callsInFlight += served == null ? 0 : served.callsElsewhere();
    }

    void prepare() {
        if (kind == null || descriptor < 0) {
            throw new HeaderException("A connection did not come whole");
        }
    }

    CompletableFuture<?> serve() {
        int own = descriptor;
        descriptor = -1;
        return through.door
                .serve(own, served)
                .handle((done, broken) -> ticker.nanos() - cameNanos) // now, and not when the move's own loop has time
                .thenAcceptAsync(
                        restedHere -> {
                            MoveLine.LOG.debug(
                                    "hand-over: a connection rested for {} us there and {} us here",
                                    restedNanos / 1_000,
                                    restedHere / 1_000);
                            account.pauses.record(restedNanos + restedHere);
                        },
                        loop);
    }

    void discard() {
        discarded = true;
        Descriptors.close(descriptor);
        descriptor = -1;
        Adopted connection = served;
        if (connection != null) {
            connection.discard();
        }
    }

    @Override
    public void cancel(long requestId, Cancellation.Reason reason) {
        byte[] code = {(byte) reason.code()};
        MovingConnection.later(
                loop, () -> teller.accept(new HandOverMessage(Step.CANCEL, id, requestId, code, new byte[0])));
    }

    @Override
    public void inquire(long requestId) {
        MovingConnection.later(loop, () -> teller.accept(new HandOverMessage(Step.INQUIRY, id, requestId)));
    }

    /** What goes on with its state; null if there is none, or it has not come. */
    @Nullable
    Adopted served() {
        return served;
    }
}
