package io.moa.server;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.server.mesh.Front;
import io.moa.server.resp.OwnAddress;
import io.moa.transport.Listener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What a server announces of itself, and whom its own doors take. Safe for many threads. */
final class ServerFront implements Front {

    /** Under this name the metadata of an instance say that its agent serves its callers. */
    static final String BY_AGENT = "served by agent";

    private final Instance own;
    private final Listener doors;
    private final LifeCycle life;
    private final OwnAddress told;
    private final AtomicReference<@Nullable String> shut;
    private volatile Instance announced;

    /**
     * One that serves itself.
     *
     * @param own as it announces itself then
     * @param shut why newcomers are refused; null while they are not
     */
    ServerFront(Instance own, Listener doors, LifeCycle life, OwnAddress told, AtomicReference<@Nullable String> shut) {
        this.own = own;
        this.doors = doors;
        this.life = life;
        this.told = told;
        this.shut = shut;
        this.announced = own;
    }

    /** What is announced now. */
    Instance instance() {
        return announced;
    }

    @Override
    public CompletableFuture<Void> announce(@Nullable Address agent) {
        Instance next = agent == null
                ? own
                : own.toBuilder()
                        .addresses(List.of(agent))
                        .metadata(BY_AGENT, "yes")
                        .build();
        announced = next;
        told.announce(next);
        return life.announced(next);
    }

    @Override
    public void away(@Nullable String why) {
        life.away(why, announced);
    }

    @Override
    public void shut(@Nullable String why) {
        shut.set(why);
    }

    @Override
    public CompletableFuture<Integer> dismiss() {
        return doors.dismiss();
    }
}
