package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.moa.transport.Listener;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The listeners that a process hands over, and their connections. Belongs to the event loop of the hand-over. */
final class MovingDoors {

    /** What is done with each listener. */
    interface Each {
        void listener(int number, String name, NettyListener listener);
    }

    private final List<String> names = new ArrayList<>();
    private final List<NettyListener> listeners = new ArrayList<>();
    private final Ticker ticker;
    private final EventLoopGroup loops;
    private final EventLoop home;
    private final IdentityHashMap<ServedConnection, MovingConnection> known = new IdentityHashMap<>();
    private final Map<Long, MovingConnection> byId = new HashMap<>();
    private final Queue<MovingConnection> toPass = new ArrayDeque<>();
    private final List<Channel> shut = new ArrayList<>();
    private long lastId;

    MovingDoors(Map<String, NettyListener> offered, Ticker ticker, EventLoopGroup loops, EventLoop home) {
        this.home = home;
        this.ticker = ticker;
        this.loops = loops;
        offered.forEach((name, listener) -> {
            names.add(name);
            listeners.add(listener);
        });
    }

    /**
     * The listeners as this transport knows them.
     *
     * @throws IllegalStateException if one cannot be moved now; the message says why
     */
    static Map<String, NettyListener> movable(Map<String, Listener> offered) {
        Map<String, NettyListener> own = new LinkedHashMap<>();
        offered.forEach((name, any) -> {
            NettyListener listener = (NettyListener) any;
            if (listener.isDraining() || listener.door() == null) {
                throw new IllegalStateException(listener + " is closed, or closes, and is not handed over");
            }
            if (listener.callsElsewhere() > 0) {
                throw new IllegalStateException(
                        listener + " has " + listener.callsElsewhere()
                                + " calls in flight that the process before this one still answers: hand over when that has ended");
            }
            own.put(name, listener);
        });
        return own;
    }

    void each(Each action) {
        for (int i = 0; i < listeners.size(); i++) {
            action.listener(i, names.get(i), listeners.get(i));
        }
    }

    int number(NettyListener listener) {
        return listeners.indexOf(listener);
    }

    /** Whether all of them accept. */
    boolean areOpen() {
        return listeners.stream().noneMatch(each -> each.isDraining() || each.door() == null);
    }

    int descriptor(NettyListener listener) {
        return ((UnixChannel) Objects.requireNonNull(listener.door())).fd().intValue();
    }

    /** Looks for connections that were not there before. */
    void findConnections() {
        for (NettyListener listener : listeners) {
            for (ServedConnection served : listener.served()) {
                if (!known.containsKey(served) && served instanceof Movable movable) {
                    MovingConnection moving =
                            new MovingConnection(++lastId, listener, movable, served.channel(), ticker, home);
                    known.put(served, moving);
                    byId.put(moving.id(), moving);
                    toPass.add(moving);
                }
            }
        }
    }

    List<MovingConnection> connections() {
        return new ArrayList<>(byId.values());
    }

    @Nullable
    MovingConnection moving(long id) {
        return byId.get(id);
    }

    /** One whose descriptor was not passed yet; null if there is none. */
    @Nullable
    MovingConnection nextToPass() {
        return toPass.poll();
    }

    boolean allPassed() {
        return toPass.isEmpty();
    }

    /** Accepts nothing more. Completes when whatever was accepted before is known to its listener. */
    CompletableFuture<Void> shut() {
        List<CompletableFuture<Void>> each = new ArrayList<>();
        for (NettyListener listener : listeners) {
            Channel door = listener.door();
            if (door == null) {
                continue;
            }
            shut.add(door);
            CompletableFuture<Void> done = new CompletableFuture<>();
            door.eventLoop().execute(() -> door.deregister().addListener(watchedNoMore -> done.complete(null)));
            each.add(done);
        }
        return all(each).thenCompose(accepted -> aRound());
    }

    /** An accepted connection is registered by a task on its event loop: what is behind that task finds it. */
    private CompletableFuture<Void> aRound() {
        List<CompletableFuture<Void>> each = new ArrayList<>();
        for (EventExecutor loop : loops) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            loop.execute(() -> done.complete(null));
            each.add(done);
        }
        return all(each);
    }

    /** Everything is served here again. */
    CompletableFuture<Void> goOn() {
        List<CompletableFuture<Void>> each = new ArrayList<>();
        for (MovingConnection moving : byId.values()) {
            each.add(moving.goOn());
        }
        for (Channel door : shut) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            door.eventLoop().execute(() -> {
                if (door.isOpen()) {
                    door.eventLoop().register(door).addListener(watched -> done.complete(null));
                } else {
                    done.complete(null);
                }
            });
            each.add(done);
        }
        return all(each);
    }

    /** Other processes accept now. */
    void leave() {
        listeners.forEach(NettyListener::moved);
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<Void>> each) {
        return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new));
    }
}
