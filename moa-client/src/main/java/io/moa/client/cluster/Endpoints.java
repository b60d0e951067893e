package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Instance;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of one client, by instance and shared by all services that the instance offers. Safe for many threads. */
public final class Endpoints {

    private final Moa moa;
    private final EndpointConfig config;
    private final Map<String, Endpoint> byInstance = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private final Set<Endpoint> leaving = ConcurrentHashMap.newKeySet(); // their last calls are being finished

    public Endpoints(Moa moa, EndpointConfig config) {
        this.moa = moa;
        this.config = config;
    }

    /** The endpoint of an instance; made, unconnected, if there is none. */
    public Endpoint of(Instance instance) {
        Endpoint known = byInstance.get(instance.uuid());
        if (known == null) {
            known = byInstance.computeIfAbsent(instance.uuid(), any -> new Endpoint(moa, instance, config));
            if (closed) {
                known.close(); // it came too late to be closed with the others
            }
        }
        return known;
    }

    /** Lets go of the endpoints of all other instances; their calls in flight are finished. */
    void retain(Set<String> uuids) {
        byInstance.forEach((uuid, endpoint) -> {
            if (!uuids.contains(uuid) && byInstance.remove(uuid, endpoint)) {
                leaving.removeIf(Endpoint::isIdle);
                leaving.add(endpoint);
                endpoint.retire();
            }
        });
    }

    /** Which address of an instance is used, or would be, and why; for people. Connects to nobody. */
    public String way(Instance instance) {
        Endpoint known = byInstance.get(instance.uuid());
        return (known != null ? known : new Endpoint(moa, instance, config)).way();
    }

    /** Whether {@link #close()} was called: no call may be begun any more. */
    public boolean isClosed() {
        return closed;
    }

    /** Closes every connection at once, and those that a racing call may still make. */
    public void close() {
        closed = true;
        byInstance.values().forEach(Endpoint::close);
        leaving.forEach(Endpoint::close);
        leaving.clear();
    }
}
