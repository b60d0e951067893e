package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.client.disk.DiskSnapshots;
import io.moa.discovery.ServiceId;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.observe.Observation;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.Vantage;
import io.moa.governance.route.Elsewhere;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Invocation;
import io.moa.invoke.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that one client calls, each followed from the first stub or call on. Names may come out of users' hands, as at a
 * gateway, so a service of which nobody is listed is let go of
 *
 * <ul>
 *   <li>when nobody has called it for {@link #IDLE};
 *   <li>sooner, those unused for longest first, when there are more than {@value #MAX_EMPTY} such services, or when the registry
 *       refuses to follow another one;
 *   <li>never while a call waits for its first answer.
 * </ul>
 *
 * <p>The next call, or a {@link ClusterLink}, begins it anew. A service to which rules lead calls of another one that is followed is
 * followed with it, also while nobody is listed, and as long as they do. Safe for many threads.
 */
public final class Clusters {

    private static final Logger LOG = LoggerFactory.getLogger(Clusters.class);

    /** How long a service of which nobody is listed is followed after its last use. */
    static final Duration IDLE = Duration.ofMinutes(5);

    /** How often it is looked for such services. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    /** So many services of which nobody is listed, or a tenth more, are followed at most, beside those that calls wait for. */
    static final int MAX_EMPTY = 1_000;

    /** How many are let go of when the registry refuses another one: a few, or each further one would be refused first. */
    private static final int FOR_ANOTHER = 10;

    /** Taken down before sorting: calls go on meanwhile. */
    private record Unused(Cluster cluster, long sinceNanos) {}

    private final Moa moa;
    private final Endpoints endpoints;
    private final Discovery discovery;
    private final BeliefConfig belief;
    private final OutlierConfig outliers;
    private final Vantage vantage;
    private final OwnPause pause;
    private final Observation observation;
    private final @Nullable DiskSnapshots disk;
    private final Prober prober;
    private final Map<ServiceId, Cluster> clusters = new ConcurrentHashMap<>();
    private final Elsewhere elsewhere = new KnownServices();
    private volatile int roomUpTo = MAX_EMPTY; // at so many services of any kind it is looked for empty ones
    private volatile Set<ServiceId> targets = Set.of(); // to which rules lead calls of those that are followed
    private volatile boolean closed;

    // Guarded by this.
    private RuleBook rules;
    private Scheduler.@Nullable Timer look;
    private Scheduler.@Nullable Timer beat;

    /** Begins with nothing followed, for a client that knows no zone and calls all instances. */
    public Clusters(
            Moa moa,
            Endpoints endpoints,
            Discovery discovery,
            BeliefConfig belief,
            OutlierConfig outliers,
            @Nullable DiskSnapshots disk) {
        this(moa, endpoints, discovery, belief, outliers, Vantage.ANYWHERE, Observation.NONE, disk);
    }

    /**
     * Begins with nothing followed.
     *
     * @param discovery where every service is followed
     * @param belief when an instance is believed to be gone
     * @param outliers when an instance is ejected because of how calls to it end
     * @param vantage where the client stands among the instances
     * @param observation is told which services are followed, and who is ejected
     * @param disk where what is known is kept and begun with, or null
     */
    public Clusters(
            Moa moa,
            Endpoints endpoints,
            Discovery discovery,
            BeliefConfig belief,
            OutlierConfig outliers,
            Vantage vantage,
            Observation observation,
            @Nullable DiskSnapshots disk) {
        this.moa = moa;
        this.observation = observation;
        this.outliers = outliers;
        this.vantage = vantage;
        this.pause = new OwnPause(moa.ticker().nanos());
        this.endpoints = endpoints;
        this.discovery = discovery;
        this.belief = belief;
        this.disk = disk;
        this.prober = endpoints.prober();
        endpoints.hearing(new Hearing() {
            @Override
            public void silent(String uuid) {
                clusters.values().forEach(cluster -> cluster.silent(uuid));
            }

            @Override
            public void heard(String uuid) {
                clusters.values().forEach(cluster -> cluster.heard(uuid));
            }

            @Override
            public void leaves(String uuid) {
                clusters.values().forEach(cluster -> cluster.leaves(uuid));
            }
        });
        this.rules =
                RuleBook.none(new LocalProcess(moa.self().instance(), moa.self().application(), Map.of()));
    }

    /** Other rules are in force: from the next call on for its route, for services that are followed later too. */
    public synchronized void rules(RuleBook book) { // with begin(), or one that begins just now might miss them
        rules = book;
        clusters.forEach((service, cluster) -> cluster.routes(book.routes(service)));
        followTargets();
    }

    /**
     * The cluster of a service, begun now if need be. It may be let go of later: whoever keeps it keeps a {@link #link}.
     *
     * @throws IllegalStateException if the client is closed, or its registry follows no further service
     */
    public Cluster of(ServiceId service) {
        Cluster known = clusters.get(service);
        if (known != null && !known.isRetired()) {
            return known;
        }
        if (clusters.size() >= roomUpTo) {
            makeRoom();
        }
        try {
            return begin(service);
        } catch (IllegalStateException full) {
            if (closed || letGoOfLongestUnused(emptyOnes(), FOR_ANOTHER) == 0) {
                throw full;
            }
            return begin(service);
        }
    }

    /** The plan of a service that is followed now; null for any other, which does not begin to be followed by it. */
    public @Nullable Plan planOf(ServiceId service) {
        Cluster known = clusters.get(service);
        return known == null || known.isRetired() ? null : known.plan();
    }

    /**
     * The way to the cluster of a service, which is begun now if need be.
     *
     * @throws IllegalStateException as {@link #of} does
     */
    public ClusterLink link(ServiceId service) {
        return new ClusterLink(this, of(service));
    }

    private synchronized Cluster begin(ServiceId service) { // not computeIfAbsent: registries call back in subscribe
        if (closed) {
            throw new IllegalStateException("The client of " + moa.self().application() + " is closed");
        }
        Cluster known = clusters.get(service);
        if (known == null || known.isRetired()) {
            known = new Cluster(
                    service,
                    discovery,
                    belief,
                    outliers,
                    vantage,
                    pause,
                    observation,
                    moa,
                    prober,
                    disk,
                    rules.routes(service),
                    elsewhere,
                    endpoints::list);
            clusters.put(service, known);
            observation.follows(service, known);
            if (beat == null) {
                beat();
            }
            lookLater();
            if (!known.targets().isEmpty()) {
                followTargets();
            }
        }
        return known;
    }

    /**
     * Follows the services to which rules lead calls of those that are followed, so that the first call led there need not wait. One that
     * the registry does not follow now is looked for by the call.
     */
    private synchronized void followTargets() {
        Set<ServiceId> all = new HashSet<>();
        clusters.values().forEach(each -> all.addAll(each.targets()));
        targets = Set.copyOf(all);
        for (ServiceId target : all) {
            Cluster known = clusters.get(target);
            if (closed || (known != null && !known.isRetired())) {
                continue;
            }
            try {
                begin(target);
            } catch (IllegalStateException full) {
                LOG.debug("{}, to which rules lead calls, is not followed yet: {}", target, full.getMessage());
            }
        }
    }

    /** What is known of the services to which rules lead calls. */
    private final class KnownServices implements Elsewhere {
        @Override
        public boolean mayLeadTo(ServiceId service) {
            try {
                Cluster there = of(service);
                return !there.isAnswered() || !there.plan().candidates().isEmpty();
            } catch (IllegalStateException closedOrFull) {
                return false;
            }
        }

        @Override
        public boolean isServing(ServiceId service, Invocation call) {
            Cluster there = clusters.get(service);
            return there == null
                    || !there.isAnswered()
                    || there.plan().candidates().isServing(call);
        }
    }

    private synchronized void lookLater() {
        if (look != null || closed || clusters.isEmpty()) {
            return;
        }
        try {
            look = moa.scheduler().schedule(this::look, LOOK.toNanos());
        } catch (RejectedExecutionException runtimeClosed) {
            closed = true; // nobody calls through a runtime that is closed
        }
    }

    /** Whoever calls nobody needs not know whether this process stood still. */
    private synchronized void beat() {
        if (closed || clusters.isEmpty()) {
            beat = null;
            return;
        }
        pause.beat(moa.ticker().nanos());
        try {
            beat = moa.scheduler().schedule(this::beat, OwnPause.BEAT_NANOS);
        } catch (RejectedExecutionException runtimeClosed) {
            closed = true; // nobody calls through a runtime that is closed
        }
    }

    private void look() {
        synchronized (this) {
            look = null;
        }
        if (letGo(IDLE.toNanos(), emptyOnes(), Integer.MAX_VALUE) > 0) {
            followTargets(); // no longer those of services that nobody calls
        }
        roomUpTo = Math.max(MAX_EMPTY, clusters.size());
        lookLater();
    }

    /** Half of the bound at once, and not for each further service, or each would look at all of them. */
    private void makeRoom() {
        List<Cluster> empty = emptyOnes();
        if (empty.size() >= MAX_EMPTY) {
            letGoOfLongestUnused(empty, empty.size() - MAX_EMPTY / 2);
        }
        roomUpTo = Math.max(MAX_EMPTY, clusters.size() + MAX_EMPTY / 10);
    }

    private int letGoOfLongestUnused(List<Cluster> empty, int most) {
        long now = moa.ticker().nanos(); // the ticker may wrap, so only distances are compared
        List<Cluster> oldestFirst = empty.stream()
                .map(cluster -> new Unused(cluster, cluster.usedAtNanos() - now))
                .sorted(Comparator.comparingLong(Unused::sinceNanos))
                .map(Unused::cluster)
                .toList();
        return letGo(0, oldestFirst, most);
    }

    private List<Cluster> emptyOnes() {
        return clusters.values().stream()
                .filter(cluster -> cluster.isEmpty() && !targets.contains(cluster.service()))
                .toList();
    }

    /** Lets go of some, under no lock: what waits for them goes on, and looks for its service here. */
    private int letGo(long idleNanos, List<Cluster> some, int most) {
        int count = 0;
        for (Cluster cluster : some) {
            if (count >= most) {
                break;
            }
            if (cluster.retire(idleNanos)) {
                if (forget(cluster) && disk != null) {
                    disk.forget(cluster.service());
                }
                cluster.close();
                count++;
            }
        }
        return count;
    }

    private synchronized boolean forget(
            Cluster cluster) { // with begin(), so that its end is not told after its new beginning
        boolean known = clusters.remove(cluster.service(), cluster);
        if (known) {
            observation.letGo(cluster.service());
        }
        return known;
    }

    /** How many services are followed. */
    int followed() {
        return clusters.size();
    }

    /** Follows nothing any more. */
    public void close() {
        synchronized (this) {
            closed = true;
            if (look != null) {
                look.cancel();
                look = null;
            }
            if (beat != null) {
                beat.cancel();
                beat = null;
            }
        }
        prober.close();
        clusters.values().forEach(Cluster::close);
    }
}
