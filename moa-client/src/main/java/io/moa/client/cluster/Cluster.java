package io.moa.client.cluster;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.invoke.Attributes;
import java.util.function.Consumer;

/**
 * One service as this client sees it: followed in the registry, compiled when it changes (one writer, rarely), read by
 * every call (one volatile read).
 */
public final class Cluster {

    /** Under this key a stub hands a call the cluster of its service, so that nobody looks it up. */
    public static final Attributes.Key<Cluster> KEY = new Attributes.Key<>("cluster");

    private final ServiceId service;
    private final PlanCompiler compiler;
    private final Consumer<Snapshot> changed;
    private volatile Plan plan;
    private final Registry.Subscription subscription;

    Cluster(ServiceId service, Discovery discovery, PlanCompiler compiler, long nowNanos, Consumer<Snapshot> changed) {
        this.service = service;
        this.compiler = compiler;
        this.changed = changed;
        this.plan = compiler.compile(Snapshot.unknown(service, nowNanos));
        this.subscription = discovery.subscribe(service, this::update);
    }

    public ServiceId service() {
        return service;
    }

    /** The plan in force. */
    public Plan plan() {
        return plan;
    }

    // The registry tells one change at a time, so this has one writer.
    private void update(Snapshot snapshot) {
        plan = compiler.compile(snapshot);
        changed.accept(snapshot);
    }

    void close() {
        subscription.close();
    }
}
