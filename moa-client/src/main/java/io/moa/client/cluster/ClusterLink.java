package io.moa.client.cluster;

import io.moa.discovery.ServiceId;
import io.moa.governance.outcome.RetryBudget;
import io.moa.invoke.Attributes;

/**
 * A stub's way to the cluster of its service, for as long as the stub lives: a cluster that was let go of because nobody used it
 * is begun anew by the next call. Finding it costs two volatile reads, and no look-up while it is in use. Safe for many threads.
 */
public final class ClusterLink {

    /** Under this key a stub hands a call the way to its service's cluster, so that nobody looks it up. */
    public static final Attributes.Key<ClusterLink> KEY = new Attributes.Key<>("cluster");

    private final Clusters clusters;
    private final ServiceId service;
    private volatile Cluster cluster;

    ClusterLink(Clusters clusters, Cluster cluster) {
        this.clusters = clusters;
        this.service = cluster.service();
        this.cluster = cluster;
    }

    public ServiceId service() {
        return service;
    }

    /** How many calls of this client to the service may be sent again. */
    public RetryBudget retries() {
        return cluster.retries();
    }

    /**
     * The cluster of the service, begun now if it was let go of.
     *
     * @throws IllegalStateException if it was let go of, and the client is closed or its registry follows no further service
     */
    Cluster cluster() {
        Cluster known = cluster;
        if (!known.isRetired()) {
            return known;
        }
        Cluster fresh = clusters.of(service);
        cluster = fresh;
        return fresh;
    }

    @Override
    public String toString() {
        return "ClusterLink[" + service + "]";
    }
}
