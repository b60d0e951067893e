package io.moa.testkit.topology;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.memory.MemoryRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The registry as one process holds it. Beyond the registry in memory it knows two things that happen to processes: a
 * process that dies withdraws nothing, and what a registry forgot is announced again with the next heartbeat.
 */
final class NodeRegistry implements Registry {

    private final Loop loop;
    private final MemoryRegistry inner;
    private final List<Announcement> announcements = new ArrayList<>();
    private boolean dead;

    NodeRegistry(Loop loop, MemoryRegistry inner) {
        this.loop = loop;
        this.inner = inner;
    }

    @Override
    public Registration register(Instance instance) {
        Announcement announcement = new Announcement(instance);
        announcements.add(announcement);
        return announcement;
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        return inner.subscribe(service, listener);
    }

    @Override
    public boolean outlivesProcess() {
        return inner.outlivesProcess();
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        return inner.subscribeAll(listener);
    }

    @Override
    public QuotaSource quotas() {
        return inner.quotas();
    }

    /** The process is gone: nothing is withdrawn, and what it announced lasts as long as its lease. */
    void die(long leaseNanos) {
        dead = true;
        inner.abandon();
        List<String> uuids = uuids();
        loop.schedule(() -> inner.store().lose(uuids), leaseNanos);
    }

    /** The registry has forgotten what this process announced; it hears of it again after so long. */
    void forgotten(long againNanos) {
        inner.store().lose(uuids());
        for (Announcement announcement : announcements) {
            announcement.forgotten();
        }
        loop.schedule(() -> announcements.forEach(Announcement::announceAgain), againNanos);
    }

    private List<String> uuids() {
        return announcements.stream()
                .map(announcement -> announcement.instance.uuid())
                .toList();
    }

    @Override
    public void close() {
        if (!dead) {
            inner.close();
        }
    }

    @Override
    public String toString() {
        return "NodeRegistry[" + announcements.size() + " announcements" + (dead ? ", dead" : "") + "]";
    }

    private final class Announcement implements Registration {
        private Instance instance;
        private boolean offline;
        private boolean closed;
        private @Nullable Registration inForce;
        private @Nullable Registration lost;
        private final CompletableFuture<Void> registered = new CompletableFuture<>();

        Announcement(Instance instance) {
            this.instance = instance;
            announce();
        }

        private void announce() {
            Registration registration = inner.register(instance);
            inForce = registration;
            registration.registered().thenRun(() -> registered.complete(null));
            if (offline) {
                registration.offline();
            }
        }

        void forgotten() {
            lost = inForce;
            inForce = null;
        }

        void announceAgain() {
            if (!closed && !dead && inForce == null) {
                announce();
            }
        }

        @Override
        public CompletableFuture<Void> registered() {
            return registered.copy();
        }

        @Override
        public void update(Instance changed) {
            if (!changed.uuid().equals(instance.uuid())) {
                throw new IllegalArgumentException("This registration is of the process " + instance.uuid()
                        + "; another process, " + changed.uuid() + ", needs a registration of its own");
            }
            instance = changed;
            if (inForce != null && !dead) {
                inForce.update(changed);
            }
        }

        @Override
        public void offline() {
            offline = true;
            if (inForce != null && !dead) {
                inForce.offline();
            }
        }

        @Override
        public void online() {
            offline = false;
            if (inForce != null && !dead) {
                inForce.online();
            }
        }

        @Override
        public void close() {
            if (dead) {
                return; // it stays listed until its lease is over, and may be forgotten before
            }
            closed = true;
            announcements.remove(this);
            Registration known = inForce != null ? inForce : lost;
            if (known != null) {
                known.close(); // a goodbye counts, even if the store has forgotten who says it
            }
        }
    }
}
