package io.moa.governance.plan;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who listens where somebody listened before: of two processes of one application that announce the same address of the same
 * host, only the one that started later can be there. A process that crashed and was started again stands in the list twice until
 * a watcher has removed the earlier one, and a client that believed in both would connect twice. Immutable.
 */
final class Successors {

    private record Place(String application, String host, Address address) {

        // By hand, as is hashCode: every process waits for it when it starts (decision 0014).
        @Override
        public boolean equals(Object other) {
            return other instanceof Place place
                    && place.application.equals(application)
                    && place.host.equals(host)
                    && place.address.equals(address);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * application.hashCode() + host.hashCode()) + address.hashCode();
        }
    }

    private final Map<Place, Instance> latest;

    private Successors(Map<Place, Instance> latest) {
        this.latest = latest;
    }

    /** Those among the entries that may be called. */
    static Successors of(List<Snapshot.Entry> entries) {
        Map<Place, Instance> latest = new HashMap<>(entries.size() * 2);
        for (Snapshot.Entry entry : entries) {
            Place place = place(entry.instance());
            if (place != null && entry.usable()) {
                latest.merge(place, entry.instance(), Successors::later);
            }
        }
        return new Successors(latest);
    }

    /** The one that is where this one says it is, if it started later; else null. Of two that started together both are kept. */
    @Nullable
    Instance successorOf(Instance instance) {
        Place place = place(instance);
        Instance there = place == null ? null : latest.get(place);
        return there != null && there.startedAtEpochMillis() > instance.startedAtEpochMillis() ? there : null;
    }

    private static Instance later(Instance one, Instance other) {
        return other.startedAtEpochMillis() > one.startedAtEpochMillis() ? other : one;
    }

    /** Null if it cannot be compared: who does not say on which host it runs may share an address with a process of another. */
    private static @Nullable Place place(Instance instance) {
        return instance.host().isEmpty() || instance.addresses().isEmpty()
                ? null
                : new Place(
                        instance.application(),
                        instance.host(),
                        instance.addresses().get(0));
    }
}
