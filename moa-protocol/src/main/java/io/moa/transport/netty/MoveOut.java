package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverEditions;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.HandOverFailedException;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.PauseHistogram;
import io.moa.transport.handover.Predecessor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that hands its listeners over.
 *
 * <pre>
 *   WAITING ─▶ OFFERED ─▶ PASSING ─▶ RESTING ─▶ COMMITTED ─▶ TAKEN ─▶ ENDED
 *              doors      descrip-   states      nobody       late
 *                         tors, all             knows yet     replies
 *                         served
 *      any of these but the last two ── the other process fails ──▶ everything goes on here
 * </pre>
 *
 * <p>Descriptors go ahead while everything is served, so that in the short time in which nothing is, only states travel. The other
 * process reads nothing before {@link Step#TAKEN} lies in the socket of this one: so at any moment it is certain who serves, whoever of
 * the two dies.
 *
 * <p>Belongs to one event loop.
 */
final class MoveOut implements HandOver, MoveLine.Ear {

    private static final Logger LOG = LoggerFactory.getLogger(MoveOut.class);

    private enum Phase {
        WAITING,
        OFFERED,
        PASSING,
        RESTING,
        COMMITTED,
        TAKEN,
        ENDED
    }

    private final Path socket;
    private final Predecessor predecessor;
    private final EventLoopGroup loops;
    private MovingDoors doors; // none before the other process has come
    private final HandOverConfig config;
    private final Ticker ticker;
    private final EventLoop loop;
    private final MoveEntrance entrance;
    private final MoveAlarm alarm;
    private final UnaryOperator<MoveLine> wiring;
    private final MoveAccount account = new MoveAccount();
    private final CompletableFuture<HandOverLedger> taken = new CompletableFuture<>();
    private final CompletableFuture<HandOverLedger> ended = new CompletableFuture<>();
    private CompletableFuture<Void> left = CompletableFuture.completedFuture(null); // by all connections that moved
    private @Nullable MoveLine line;
    private Phase phase = Phase.WAITING;
    private int passed;
    private int held;
    private int toRest;
    private int states;
    private int openCalls;

    /**
     * @param editions what this process speaks
     * @param wiring what stands between this and the line, for tests
     */
    MoveOut(
            Path socket,
            byte[] nonce,
            Predecessor predecessor,
            HandOverConfig config,
            Ticker ticker,
            EventLoopGroup loops,
            HandOverEditions editions,
            UnaryOperator<MoveLine> wiring) {
        this.socket = socket;
        this.predecessor = predecessor;
        this.loops = loops;
        this.config = config;
        this.ticker = ticker;
        this.loop = loops.next();
        this.wiring = wiring;
        this.doors = new MovingDoors(Map.of(), ticker, loops, loop);
        this.entrance = new MoveEntrance(editions, socket, nonce, loop, config.stepTimeout(), this::entered);
        this.alarm = new MoveAlarm(loop, this::late);
    }

    void open() throws IOException {
        entrance.open();
    }

    @Override
    public Path socket() {
        return socket;
    }

    @Override
    public CompletableFuture<HandOverLedger> taken() {
        return taken;
    }

    @Override
    public CompletableFuture<HandOverLedger> ended() {
        return ended;
    }

    @Override
    public void close() {
        loop.execute(() -> late("the offer was taken back"));
    }

    // ---- the steps

    private MoveLine.Ear entered(MoveLine to) {
        MoveLine wired = wiring.apply(to);
        line = wired;
        phase = Phase.OFFERED;
        alarm.expect("that the new process is ready", config.readyTimeout());
        try {
            doors = new MovingDoors(MovingDoors.movable(predecessor.listeners()), ticker, loops, loop);
            pack(predecessor.before());
        } catch (RuntimeException e) {
            LOG.debug("nothing can be offered", e);
            fail(String.valueOf(e.getMessage()));
            return this;
        }
        doors.each((number, name, listener) -> wired.say(new HandOverMessage(
                Step.DOOR,
                number,
                0,
                false,
                name,
                listener.address().toString().getBytes(StandardCharsets.UTF_8),
                new byte[0])));
        wired.say(new HandOverMessage(Step.OFFER));
        return this;
    }

    private MoveLine line() {
        MoveLine known = line;
        if (known == null) {
            throw new IllegalStateException("nobody was let in");
        }
        return known;
    }

    @Override
    public void heard(HandOverMessage message) {
        switch (message.step()) {
            case READY -> {
                if (phase == Phase.OFFERED) {
                    pass();
                }
            }
            case HELD -> {
                held = (int) message.number();
                passMore();
            }
            case TAKEN -> {
                if (phase == Phase.COMMITTED) {
                    leave();
                } else {
                    fail("the new process takes what was not given");
                }
            }
            case CANCEL -> {
                account.callsForwarded++;
                MovingConnection moving = doors.moving(message.connection());
                if (moving != null && message.first().length == 1) {
                    moving.cancel(message.number(), Cancellation.Reason.ofCode(message.first()[0]));
                }
            }
            case INQUIRY -> {
                account.callsForwarded++;
                MovingConnection moving = doors.moving(message.connection());
                if (moving != null) {
                    moving.inquire(message.number());
                }
            }
            case BYE -> bye(message);
            case REFUSAL -> fail("the new process refuses: " + message.text());
            default -> fail("the new process says " + message.step() + ", which is not for it to say");
        }
    }

    private void pass() {
        phase = Phase.PASSING;
        alarm.expect("that the new process holds all descriptors", config.stepTimeout());
        if (!doors.areOpen()) {
            fail("a listener is closed, or closes");
            return;
        }
        doors.each((number, name, listener) -> {
            passed++;
            line().say(new HandOverMessage(Step.DOOR_DESCRIPTOR, 0, number));
            line().pass(doors.descriptor(listener));
        });
        doors.findConnections();
        passMore();
    }

    /** Passes descriptors on, no more at a time than the system lets be under way. */
    private void passMore() {
        if (phase != Phase.PASSING && phase != Phase.RESTING) {
            return;
        }
        while (passed - held < config.descriptorsUnderWay()) {
            MovingConnection next = doors.nextToPass();
            if (next == null) {
                break;
            }
            passed++;
            line().say(new HandOverMessage(Step.DESCRIPTOR, next.id(), doors.number(next.listener())));
            line().pass(next.descriptor());
            next.whenEnded(() -> {
                if (phase == Phase.PASSING || phase == Phase.RESTING) {
                    line().say(new HandOverMessage(Step.GONE, next.id(), 0));
                }
            });
        }
        if (passed == held && doors.allPassed()) {
            if (phase == Phase.PASSING) {
                rest();
            } else {
                commitIfAllRest();
            }
        }
    }

    /** From here on nobody serves, until it is clear who does. */
    private void rest() {
        phase = Phase.RESTING;
        toRest = -1;
        alarm.expect("that the new process takes all", config.commitTimeout());
        doors.shut()
                .thenRunAsync(
                        () -> {
                            if (phase != Phase.RESTING) {
                                return;
                            }
                            doors.findConnections();
                            List<MovingConnection> all = doors.connections();
                            toRest = all.size();
                            for (MovingConnection moving : all) {
                                moving.rest().whenCompleteAsync((rest, broken) -> rested(moving, rest, broken), loop);
                            }
                            passMore();
                        },
                        loop);
    }

    private void rested(MovingConnection moving, MovingConnection.@Nullable Resting rest, @Nullable Throwable broken) {
        if (phase != Phase.RESTING) {
            return;
        }
        toRest--;
        if (broken != null) {
            LOG.warn("{} cannot be moved", moving.channel(), broken);
            fail("the state of a connection could not be taken: " + broken);
            return;
        }
        if (rest == null) {
            account.kept += moving.channel().isOpen() ? 1 : 0;
            line().say(new HandOverMessage(Step.GONE, moving.id(), 0));
        } else {
            states++;
            openCalls += rest.rest().openCalls();
            account.rested(rest.rest());
            line().say(new HandOverMessage(
                    Step.STATE,
                    moving.id(),
                    rest.rest().kind().code(),
                    rest.rest().state(),
                    MoveAccount.bytes(ticker.nanos() - rest.sinceNanos())));
            moving.moves();
        }
        commitIfAllRest();
    }

    private void commitIfAllRest() {
        if (phase != Phase.RESTING || toRest != 0 || passed != held || !doors.allPassed()) {
            return;
        }
        try {
            pack(predecessor.luggage());
        } catch (RuntimeException e) {
            LOG.warn("what goes along could not be taken", e);
            fail("what goes along could not be taken: " + e);
            return;
        }
        phase = Phase.COMMITTED;
        line().say(new HandOverMessage(Step.COMMIT, 0, states));
    }

    private void pack(Map<String, byte[]> luggage) {
        luggage.forEach(
                (name, bytes) -> line().say(new HandOverMessage(Step.LUGGAGE, 0, 0, false, name, bytes, new byte[0])));
    }

    private void leave() {
        phase = Phase.TAKEN;
        alarm.off();
        entrance.close();
        List<CompletableFuture<Void>> leaving = new ArrayList<>();
        for (MovingConnection moving : doors.connections()) {
            if (moving.isMoving()) {
                leaving.add(moving.leave(new Passing(moving.id())));
            }
        }
        left = CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new));
        doors.leave();
        taken.complete(account.ledger());
        if (openCalls == 0) {
            sayBye();
        } else {
            alarm.expect("the end of all calls in flight", config.lateLimit());
        }
    }

    /** Passes on what open calls are answered. */
    private final class Passing implements LateFrames {
        private final long connection;

        Passing(long connection) {
            this.connection = connection;
        }

        @Override
        public void frame(long requestId, boolean last, ByteBuf frame) {
            byte[] bytes = ByteBufUtil.getBytes(frame);
            frame.release();
            MovingConnection.later(loop, () -> pass(requestId, last, bytes));
        }

        @Override
        public void ended(long requestId) {
            MovingConnection.later(loop, () -> pass(requestId, true, new byte[0]));
        }

        private void pass(long requestId, boolean last, byte[] frame) {
            if (phase != Phase.TAKEN) {
                return;
            }
            line().say(new HandOverMessage(Step.LATE, connection, requestId, last, "", frame, new byte[0]));
            if (last) {
                openCalls--;
                if (frame.length > 0) {
                    account.callsFinished++;
                } else {
                    account.callsUnanswered++;
                }
                if (openCalls == 0) {
                    sayBye();
                }
            }
        }
    }

    private void sayBye() {
        account.callsLost = openCalls;
        openCalls = 0;
        alarm.expect("a farewell", config.stepTimeout());
        line().say(new HandOverMessage(Step.BYE, 0, 0, account.encode(), new byte[0]));
    }

    private void bye(HandOverMessage message) {
        if (phase != Phase.TAKEN) {
            fail("the new process says farewell too early");
            return;
        }
        try {
            account.pauses = PauseHistogram.of(MoveAccount.longs(message.first()));
        } catch (IllegalArgumentException e) {
            LOG.debug("the pauses of a hand-over cannot be read", e);
        }
        end();
    }

    // ---- the ends

    /** Something took too long, or the offer is taken back. */
    private void late(String what) {
        switch (phase) {
            case COMMITTED -> {
                if (line != null) {
                    line.silence(); // then it is either taken already, or never will be
                }
            }
            case TAKEN -> {
                if (openCalls > 0) {
                    sayBye();
                } else {
                    end();
                }
            }
            case ENDED -> {}
            default -> fail(what);
        }
    }

    @Override
    public void cut(String why) {
        if (phase == Phase.TAKEN) {
            account.callsLost = openCalls;
            end();
        } else {
            fail(why);
        }
    }

    @Override
    public void descriptor(int descriptor) {
        throw new IllegalStateException("descriptors go one way");
    }

    private void end() {
        phase = Phase.ENDED;
        alarm.off();
        line().close();
        HandOverLedger ledger = account.ledger();
        left.whenComplete(
                (all, never) -> ended.complete(ledger)); // whoever hears of it finds no connection here any more
    }

    /** Everything goes on here. */
    private void fail(String why) {
        if (phase == Phase.TAKEN || phase == Phase.ENDED) {
            return;
        }
        boolean nobodyCame = phase == Phase.WAITING;
        phase = Phase.ENDED;
        alarm.off();
        entrance.close();
        if (line != null) {
            line.say(HandOverMessage.refusal(
                    why)); // always: who hears nothing after the commit takes this process for dead
            line.close();
        }
        doors.goOn().whenComplete((done, broken) -> {
            if (nobodyCame) {
                LOG.debug("an offer ended before anybody came: {}", why);
            } else {
                LOG.warn("A hand-over failed, and this process serves on: {}", why);
            }
            HandOverFailedException failure =
                    new HandOverFailedException("The hand-over failed, and this process serves on: " + why);
            taken.completeExceptionally(failure);
            ended.completeExceptionally(failure);
        });
    }
}
