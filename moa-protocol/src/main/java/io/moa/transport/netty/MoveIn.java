package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.protocol.frame.HeaderException;
import io.moa.transport.Listener;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.HandOverFailedException;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Successor;
import io.moa.transport.handover.Takeover;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that takes over what {@link MoveOut} offers. It reads from nothing before its word that it has taken all lies in the
 * other process's socket: until then it can die at any moment, and nothing has happened.
 *
 * <p>Belongs to one event loop.
 */
final class MoveIn implements MoveLine.Ear {

    private static final Logger LOG = LoggerFactory.getLogger(MoveIn.class);

    private enum Phase {
        OFFERED,
        HOLDING,
        TAKING,
        TAKEN,
        ENDED
    }

    private final Successor successor;
    private final HandOverConfig config;
    private final Ticker ticker;
    private final EventLoop loop;
    private final BiFunction<Address, io.moa.transport.Host, ServerDoor> opener;
    private final MoveAlarm alarm;
    private final MoveAccount account = new MoveAccount();
    private final CompletableFuture<Takeover> taken = new CompletableFuture<>();
    private final CompletableFuture<HandOverLedger> ended = new CompletableFuture<>();
    private final Map<Long, ArrivingDoor> doors = new LinkedHashMap<>();
    private final Map<Long, ArrivingConnection> connections = new HashMap<>();
    private final Queue<DescriptorOwner> awaited = new ArrayDeque<>();
    private final Queue<Integer> early = new ArrayDeque<>();
    private @Nullable MoveLine line;
    private Phase phase = Phase.OFFERED;
    private CompletableFuture<?> serving = CompletableFuture.completedFuture(null);
    private int held;
    private int states;

    /** What a descriptor is of. */
    interface DescriptorOwner {
        void descriptor(int descriptor);
    }

    /**
     * @param opener makes the door of a listener
     */
    MoveIn(
            Successor successor,
            HandOverConfig config,
            Ticker ticker,
            EventLoop loop,
            BiFunction<Address, io.moa.transport.Host, ServerDoor> opener) {
        this.successor = successor;
        this.config = config;
        this.ticker = ticker;
        this.loop = loop;
        this.opener = opener;
        this.alarm = new MoveAlarm(loop, this::late);
        alarm.expect("an offer", config.stepTimeout());
    }

    CompletableFuture<Takeover> taken() {
        return taken;
    }

    /** The other process let this one in. */
    void entered(MoveLine to) {
        line = to;
    }

    private MoveLine line() {
        MoveLine known = line;
        if (known == null) {
            throw new IllegalStateException("this process was not let in");
        }
        return known;
    }

    // ---- the steps

    @Override
    public void heard(HandOverMessage message) {
        if (phase == Phase.ENDED || (phase == Phase.TAKING && message.step() != Step.REFUSAL)) {
            return;
        }
        try {
            switch (message.step()) {
                case DOOR -> door(message);
                case OFFER -> offered();
                case DOOR_DESCRIPTOR -> awaits(known(doors.get(message.number())));
                case DESCRIPTOR -> {
                    ArrivingConnection arriving = new ArrivingConnection(
                            message.connection(),
                            known(doors.get(message.number())),
                            account,
                            ticker,
                            loop,
                            this::tell);
                    connections.put(message.connection(), arriving);
                    awaits(arriving);
                }
                case GONE -> {
                    ArrivingConnection gone = connections.remove(message.connection());
                    if (gone != null && phase == Phase.HOLDING) {
                        gone.discard();
                    }
                }
                case STATE -> {
                    known(connections.get(message.connection())).state(message);
                    states++;
                }
                case LUGGAGE -> successor.luggage(message.text(), message.first());
                case COMMIT -> commit(message.number());
                case LATE -> late(message);
                case BYE -> bye(message);
                case REFUSAL -> fail("the process that offers refuses: " + message.text());
                default -> refuse("it says " + message.step() + ", which is not for it to say");
            }
        } catch (RuntimeException e) {
            LOG.debug("{} cannot be followed", message, e);
            String why = e.getMessage();
            refuse(why == null ? e.toString() : why);
        }
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw new HeaderException("It speaks of what was not offered");
        }
        return value;
    }

    private void door(HandOverMessage message) {
        Address address = Address.parse(new String(message.first(), StandardCharsets.UTF_8));
        ServerDoor door = opener.apply(address, successor.host(message.text(), address));
        doors.put(message.connection(), new ArrivingDoor(message.text(), address, door));
    }

    private void offered() {
        alarm.off();
        successor
                .ready()
                .whenCompleteAsync(
                        (warm, not) -> {
                            if (phase != Phase.OFFERED) {
                                return;
                            }
                            if (not != null) {
                                refuse("it is not ready: " + not.getMessage());
                                return;
                            }
                            phase = Phase.HOLDING;
                            alarm.expect("all connections", config.stepTimeout().plus(config.commitTimeout()));
                            line().say(new HandOverMessage(Step.READY));
                        },
                        loop);
    }

    private void awaits(DescriptorOwner owner) {
        Integer descriptor = early.poll();
        if (descriptor == null) {
            awaited.add(owner);
        } else {
            give(owner, descriptor);
        }
    }

    @Override
    public void descriptor(int descriptor) {
        DescriptorOwner owner = awaited.poll();
        if (phase != Phase.HOLDING) {
            Descriptors.close(descriptor);
        } else if (owner == null) {
            early.add(descriptor);
        } else {
            give(owner, descriptor);
        }
    }

    private void give(DescriptorOwner owner, int descriptor) {
        owner.descriptor(descriptor);
        held++;
        line().say(new HandOverMessage(Step.HELD, 0, held));
    }

    private void commit(long expected) {
        if (phase != Phase.HOLDING || expected != states || connections.size() != states || !awaited.isEmpty()) {
            refuse("it commits " + expected + " connections, of which " + states + " came");
            return;
        }
        doors.values().forEach(ArrivingDoor::prepare);
        connections.values().forEach(ArrivingConnection::prepare);
        phase = Phase.TAKING;
        alarm.off(); // a word that was said cannot be taken back: it is waited for what becomes of it
        line().say(new HandOverMessage(Step.TAKEN)).addListener(told -> {
            if (phase == Phase.TAKING && told.isSuccess()) {
                takeAll();
            } // else a refusal follows if the other process lives, and the end of the line if not
        });
    }

    private void takeAll() {
        phase = Phase.TAKEN;
        alarm.off();
        // Connections first: who waits at the door has waited longer already, and does not know.
        List<CompletableFuture<?>> each = new ArrayList<>();
        for (ArrivingConnection connection : connections.values()) {
            each.add(connection.serve());
        }
        Map<String, Listener> listeners = new HashMap<>();
        for (ArrivingDoor door : doors.values()) {
            each.add(door.serve());
            listeners.put(door.name, door.door.listener());
        }
        serving = CompletableFuture.allOf(each.toArray(CompletableFuture[]::new));
        serving.whenComplete((all, broken) -> taken.complete(new Takeover(listeners, ended)));
    }

    // ---- calls that the other process still serves

    private void late(HandOverMessage message) {
        ArrivingConnection connection = connections.get(message.connection());
        Adopted served = connection == null ? null : connection.served();
        if (served != null) {
            byte[] frame = message.first();
            served.late(message.number(), message.last(), frame.length == 0 ? null : Unpooled.wrappedBuffer(frame));
        }
        if (message.last()) {
            if (message.first().length > 0) {
                account.callsFinished++;
            } else {
                account.callsUnanswered++;
            }
        }
    }

    private void bye(HandOverMessage message) {
        if (phase != Phase.TAKEN) {
            refuse("it says farewell too early");
            return;
        }
        account.read(message.first());
        serving.whenCompleteAsync(
                (all, broken) -> {
                    if (phase != Phase.TAKEN) {
                        return;
                    }
                    byte[] pauses = MoveAccount.bytes(account.pauses.toLongs());
                    line().say(new HandOverMessage(Step.BYE, 0, 0, pauses, new byte[0]));
                    end("The process that served this call before, and moved its connection here, did not answer it in"
                            + " time");
                },
                loop);
    }

    private void end(String why) {
        phase = Phase.ENDED;
        alarm.off();
        account.callsLost = Math.max(0, account.callsInFlight - account.callsFinished - account.callsUnanswered);
        for (ArrivingConnection connection : connections.values()) {
            Adopted served = connection.served();
            if (served != null) {
                served.elsewhereEnds(why);
            }
        }
        line().close();
        ended.complete(account.ledger());
    }

    // ---- the ends

    private void late(String what) {
        refuse(what);
    }

    @Override
    public void cut(String why) {
        if (phase == Phase.TAKING
                && !line().isClosed()) { // it has given everything away, and ended before it could hear that it was
            // taken
            takeAll();
        }
        if (phase == Phase.TAKEN) {
            end("The process that served this call before, and moved its connection here, has ended without an answer");
        } else {
            fail(why);
        }
    }

    private void refuse(String why) {
        if (phase == Phase.TAKEN) {
            LOG.warn("The process that handed over cannot be understood any more: {}", why);
            end("The process that served this call before, and moved its connection here, cannot be understood");
        } else if (phase != Phase.ENDED) {
            if (line != null) {
                line.say(HandOverMessage.refusal(why));
            }
            fail(why);
        }
    }

    /** Nothing was taken. */
    void fail(String why) {
        if (phase == Phase.ENDED || phase == Phase.TAKEN) {
            return;
        }
        phase = Phase.ENDED;
        alarm.off();
        if (line != null) {
            line.close();
        }
        early.forEach(Descriptors::close);
        doors.values().forEach(ArrivingDoor::discard);
        connections.values().forEach(ArrivingConnection::discard);
        taken.completeExceptionally(new HandOverFailedException("Nothing was taken over: " + why));
    }

    private void tell(HandOverMessage message) {
        if (phase == Phase.TAKEN) {
            account.callsForwarded++;
            line().say(message);
        }
    }
}
