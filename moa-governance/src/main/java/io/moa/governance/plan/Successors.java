package io.moa.governance.plan;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who listens where somebody listened before: of two processes of one application that announce the same address of the same
 * host, only the one that started later can be there. A process that crashed and was started again stands in the list twice until
 * a watcher has removed the earlier one, and a client that believed in both would connect twice. A list changes often and by little, so
 * this is kept from one to the next. Not safe for threads.
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

    /** Those who say that they are at one place. */
    static final class Site {
        private final Place place;
        private final Map<String, Instance> there = new HashMap<>(2);
        private @Nullable Instance latest;
        private boolean latestLeft; // who is the latest now is found out when it is asked for, once for all who left

        private Site(Place place) {
            this.place = place;
        }

        /** The one that is where this one says it is, if it started later; else null. Of two that started together both are kept. */
        @Nullable
        Instance successorOf(Instance instance) {
            if (latestLeft) {
                latestLeft = false;
                latest = null;
                there.values().forEach(each -> latest = later(latest, each));
            }
            return latest != null && latest.startedAtEpochMillis() > instance.startedAtEpochMillis() ? latest : null;
        }
    }

    private final Map<Place, Site> sites = new HashMap<>();

    /**
     * Takes one that may be called.
     *
     * @return where it is; null if it cannot be compared: who does not say on which host it runs may share an address with a process of
     *     another
     */
    @Nullable
    Site enter(Instance instance) {
        if (instance.host().isEmpty() || instance.addresses().isEmpty()) {
            return null;
        }
        Place place = new Place(
                instance.application(), instance.host(), instance.addresses().get(0));
        Site site = sites.computeIfAbsent(place, Site::new);
        site.there.put(instance.uuid(), instance);
        site.latest = later(site.latest, instance);
        return site;
    }

    /** It may not be called there any more. */
    void leave(Site site, Instance instance) {
        site.there.remove(instance.uuid());
        if (site.there.isEmpty()) {
            sites.remove(site.place);
        }
        site.latestLeft |= instance.equals(site.latest);
    }

    private static Instance later(@Nullable Instance one, Instance other) {
        return one == null || other.startedAtEpochMillis() > one.startedAtEpochMillis() ? other : one;
    }
}
