package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.client.disk.DiskSnapshots;
import io.moa.discovery.ServiceId;
import io.moa.governance.belief.BeliefConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The services that one client calls, each followed from the first stub or call on. Safe for many threads. */
public final class Clusters {

    private final Moa moa;
    private final Endpoints endpoints;
    private final Discovery discovery;
    private final BeliefConfig belief;
    private final @Nullable DiskSnapshots disk;
    private final Prober prober;
    private final Map<ServiceId, Cluster> clusters = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Begins with nothing followed.
     *
     * @param discovery where every service is followed
     * @param belief when an instance is believed to be gone
     * @param disk where what is known is kept and begun with, or null
     */
    public Clusters(
            Moa moa, Endpoints endpoints, Discovery discovery, BeliefConfig belief, @Nullable DiskSnapshots disk) {
        this.moa = moa;
        this.endpoints = endpoints;
        this.discovery = discovery;
        this.belief = belief;
        this.disk = disk;
        this.prober = endpoints.prober();
    }

    /**
     * The cluster of a service, begun now if need be.
     *
     * @throws IllegalStateException if the client is closed
     */
    public Cluster of(ServiceId service) {
        Cluster known = clusters.get(service);
        if (known != null) {
            return known;
        }
        synchronized (this) { // not computeIfAbsent: the registry calls back before subscribe returns
            if (closed) {
                throw new IllegalStateException("The client of " + moa.self().application() + " is closed");
            }
            known = clusters.get(service);
            if (known == null) {
                known = new Cluster(service, discovery, belief, moa, prober, disk, endpoints::list);
                clusters.put(service, known);
            }
            return known;
        }
    }

    /** Follows nothing any more. */
    public synchronized void close() {
        closed = true;
        prober.close();
        clusters.values().forEach(Cluster::close);
    }
}
