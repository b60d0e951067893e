package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connections of one client, by instance and shared by all services that the instance offers. Safe for many threads. */
public final class Endpoints {

    private final Moa moa;
    private final EndpointConfig config;
    private final Prober prober;
    private final Unreachables unreachables;
    private final Map<String, Endpoint> byInstance = new ConcurrentHashMap<>();
    private final ConnectSpread spread;
    private final Listed listed = new Listed();
    private final Set<String> strays =
            ConcurrentHashMap.newKeySet(); // have an endpoint, and were not listed when it was made
    private volatile boolean closed;
    private volatile Hearing hearing = Hearing.NOBODY;
    private final Set<Endpoint> leaving = ConcurrentHashMap.newKeySet(); // their last calls are being finished

    /** Connections of whose failures nobody is told. */
    public Endpoints(Moa moa, EndpointConfig config) {
        this(moa, config, complaints -> {});
    }

    /**
     * Connections.
     *
     * @param complaints where it is told, in batches, whom this process cannot reach; must not block
     */
    public Endpoints(Moa moa, EndpointConfig config, Consumer<List<Registry.Unreachable>> complaints) {
        this.moa = moa;
        this.config = config;
        this.prober = new Prober(moa, this::isConnected);
        this.spread = new ConnectSpread(moa.chance());
        // A connection that is cut counts as one until its heartbeat has been missed.
        long hold = moa.transportConfig().heartbeatLimit().toNanos()
                + moa.transportConfig().heartbeat().toNanos();
        this.unreachables =
                new Unreachables(moa.ticker(), moa.scheduler(), hold, this::connected, this::probe, complaints);
    }

    private void probe(Instance instance, Prober.Answer answer) {
        if (instance.exports().isEmpty()) {
            answer.postponed(); // nothing is known that it would have to serve
        } else {
            prober.probe(instance, instance.exports().get(0).service(), answer);
        }
    }

    /** Probes of this client's instances, all in one line. */
    Prober prober() {
        return prober;
    }

    private boolean isConnected(String uuid) {
        Endpoint known = byInstance.get(uuid);
        return known != null && known.isConnected();
    }

    private boolean isServed(ServiceId service) {
        for (Endpoint endpoint : byInstance.values()) {
            if (endpoint.serves(service)) {
                return true;
            }
        }
        return false;
    }

    private int connected() {
        int count = 0;
        for (Endpoint endpoint : byInstance.values()) {
            count += endpoint.isConnected() ? 1 : 0;
        }
        return count;
    }

    /** The endpoint of an instance; made, unconnected, if there is none. */
    public Endpoint of(Instance instance) {
        Endpoint known = byInstance.get(instance.uuid());
        if (known == null) {
            known = byInstance.computeIfAbsent(instance.uuid(), any -> make(instance));
            if (closed) {
                known.close(); // it came too late to be closed with the others
            }
        }
        return known;
    }

    private Endpoint make(Instance picked) {
        Listed.Told told = listed.of(picked.uuid());
        if (told == null) {
            strays.add(picked.uuid()); // picked from a list that is over, or one that is just being taken
            told = new Listed.Told(picked, moa.ticker().nanos());
        }
        return endpoint(told);
    }

    private Endpoint endpoint(Listed.Told told) {
        return new Endpoint(
                moa, told.instance(), config, unreachables, spread, this::isServed, told.knownSinceNanos(), told());
    }

    /** Who is told whether instances say anything; one, which replaces an earlier one. */
    void hearing(Hearing told) {
        hearing = told;
    }

    private Hearing told() {
        return new Hearing() { // an endpoint may be made before somebody wants to know
            @Override
            public void silent(String uuid) {
                hearing.silent(uuid);
            }

            @Override
            public void heard(String uuid) {
                hearing.heard(uuid);
            }

            @Override
            public void leaves(String uuid) {
                hearing.leaves(uuid);
            }
        };
    }

    /**
     * Takes who is listed for a service now. Lets go of the endpoints of those that no service lists any more, and of those that
     * listen somewhere else now; their calls in flight are finished.
     */
    void list(ServiceId service, List<Snapshot.Entry> entries) {
        listed.take(service, entries, moa.ticker().nanos()).forEach(this::settle);
        for (String uuid : List.copyOf(strays)) {
            if (strays.remove(uuid)) {
                settle(uuid);
            }
        }
    }

    private void settle(String uuid) {
        AtomicReference<@Nullable Endpoint> over = new AtomicReference<>();
        byInstance.computeIfPresent(uuid, (any, endpoint) -> {
            Listed.Told told = listed.of(uuid);
            if (told != null && endpoint.leadsTo(told.instance())) {
                return endpoint;
            }
            over.set(endpoint);
            return null; // if it is still listed, the next call makes another
        });
        Endpoint left = over.get();
        if (left != null) {
            leaving.removeIf(Endpoint::isIdle);
            leaving.add(left);
            unreachables.left(uuid);
            left.retire();
        }
    }

    /** Which address of an instance is used, or would be, and why; for people. Connects to nobody. */
    public String way(Instance instance) {
        Endpoint known = byInstance.get(instance.uuid());
        return (known != null ? known : endpoint(new Listed.Told(instance, 0))).way();
    }

    /** At which addresses this process would try to reach an instance, the best first; none if it can reach none of them. */
    public List<Address> addressesOf(Instance instance) {
        return Ways.to(moa, instance).addresses();
    }

    /** Whether {@link #close()} was called: no call may be begun any more. */
    public boolean isClosed() {
        return closed;
    }

    /** Closes every connection at once, and those that a racing call may still make. */
    public void close() {
        closed = true;
        unreachables.close();
        byInstance.values().forEach(Endpoint::close);
        leaving.forEach(Endpoint::close);
        leaving.clear();
    }
}
