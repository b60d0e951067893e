package io.moa.registry.combined;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Every process of several registries. */
final class CombinedCatalogue implements Registry.CatalogueSubscription, Followed {

    /** What one registry has told. */
    private static final class Part {
        Registry.@Nullable CatalogueSubscription subscription;
        boolean known;
        boolean answering;
        long asOfNanos;
        final Map<String, Snapshot.Entry> entries = new HashMap<>();
        // Of those listed, for one round of those that are gone, and of those gone from here whom another lists.
        final Set<String> goodbyes = new HashSet<>();
    }

    private final CombinedRegistry registry;
    private final SerialDelivery<CatalogueChange> delivery;

    // Guarded by this.
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, Merged> told = new HashMap<>();
    private final Patience patience;
    private boolean begun;
    private boolean known;
    private boolean closed;

    private final long beganNanos;

    CombinedCatalogue(CombinedRegistry registry, Consumer<CatalogueChange> listener) {
        this.registry = registry;
        this.delivery = new SerialDelivery<>(listener, ListenerLog.of("the catalogue"), registry.insideListeners);
        this.patience = new Patience(registry, this::review);
        this.beganNanos = registry.ticker().nanos();
        registry.followed().forEach(member -> parts.add(new Part()));
    }

    void begin() {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            Registry.CatalogueSubscription subscription =
                    registry.followed().get(i).registry().subscribeAll(change -> update(part, change));
            synchronized (this) {
                part.subscription = subscription;
            }
        }
        synchronized (this) {
            begun = true;
            if (!first()) {
                delivery.offer(CatalogueChange.unknown(beganNanos));
            }
        }
        delivery.drainHeld();
    }

    private void update(Part part, CatalogueChange change) {
        boolean tell;
        synchronized (this) {
            if (change.isUnknown() || closed) {
                return;
            }
            Set<String> touched = apply(part, change);
            for (Part other : parts) {
                if (other != part) { // whoever has moved and is lost where he stands now has not said goodbye there
                    other.goodbyes.removeIf(uuid -> !isListed(uuid));
                }
            }
            tell = begun && (known ? tell(touched, false) : first());
            // A goodbye of one who is gone has been told, or would have been.
            part.goodbyes.removeIf(uuid -> !isListed(uuid));
        }
        if (tell) {
            delivery.drain();
        }
    }

    private static Set<String> apply(Part part, CatalogueChange change) {
        Set<String> touched = new HashSet<>(change.gone());
        part.known = true;
        part.asOfNanos = change.asOfNanos();
        if (change.whole()) {
            touched.addAll(part.entries.keySet());
            part.entries.clear();
            part.goodbyes.clear();
        }
        change.gone().forEach(part.entries::remove);
        part.goodbyes.removeAll(change.gone());
        for (Snapshot.Entry entry : change.changed()) {
            String uuid = entry.instance().uuid();
            touched.add(uuid);
            part.entries.put(uuid, entry);
            part.goodbyes.remove(uuid);
        }
        part.goodbyes.addAll(change.goodbyes());
        touched.addAll(change.goodbyes());
        return touched;
    }

    /** Begins to tell, if enough have answered. */
    private boolean first() {
        Set<String> all = new HashSet<>();
        int silent = 0;
        for (Part part : parts) {
            silent += part.known ? 0 : 1;
            all.addAll(part.entries.keySet());
        }
        if (known || !patience.enough(silent, parts.size(), all.isEmpty())) {
            return false;
        }
        known = true;
        return tell(all, true);
    }

    private boolean tell(Collection<String> uuids, boolean whole) {
        look();
        List<Snapshot.Entry> changed = new ArrayList<>();
        Set<String> gone = new HashSet<>();
        Set<String> goodbyes = new HashSet<>();
        for (String uuid : new TreeSet<>(uuids)) {
            Merged merged = merged(uuid);
            Merged before = told.get(uuid);
            Snapshot.Entry entry = merged.entry();
            if (entry == null) {
                if (told.remove(uuid) == null) {
                    continue;
                }
                gone.add(uuid);
            } else {
                told.put(uuid, merged);
                if (before != null && entry.equals(before.entry()) && merged.goodbye() == before.goodbye()) {
                    continue;
                }
                changed.add(entry);
            }
            if (merged.goodbye()) {
                goodbyes.add(uuid);
            }
        }
        if (!whole && changed.isEmpty() && gone.isEmpty()) {
            return false;
        }
        delivery.offer(new CatalogueChange(
                registry.nextRevision(), whole, changed, gone, goodbyes, newest(), registry.source()));
        return true;
    }

    private boolean isListed(String uuid) {
        for (Part part : parts) {
            if (part.entries.containsKey(uuid)) {
                return true;
            }
        }
        return false;
    }

    private Merged merged(String uuid) {
        List<Merged.Word> words = new ArrayList<>(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            words.add(new Merged.Word(
                    i, registry.distance(i), part.answering, part.entries.get(uuid), part.goodbyes.contains(uuid)));
        }
        return Merged.of(words);
    }

    /** Who answers now; whether that is another than before. */
    private boolean look() {
        boolean other = false;
        long now = registry.ticker().nanos();
        for (Part part : parts) {
            boolean answering = part.known && registry.isAnswering(asOf(part), now);
            other |= answering != part.answering;
            part.answering = answering;
        }
        return other;
    }

    private static long asOf(Part part) {
        return part.subscription == null ? part.asOfNanos : part.subscription.asOfNanos();
    }

    private long newest() {
        long newest = beganNanos;
        for (Part part : parts) {
            if (part.known && asOf(part) - newest > 0) {
                newest = asOf(part);
            }
        }
        return newest;
    }

    @Override
    public void review() {
        boolean tell;
        synchronized (this) {
            if (closed || !begun) {
                return;
            }
            tell = known ? look() && tell(Set.copyOf(told.keySet()), false) : first();
        }
        if (tell) {
            delivery.drain();
        }
    }

    @Override
    public synchronized long asOfNanos() {
        return newest();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            patience.end();
        }
        registry.forget(this);
        boolean inside = registry.insideListeners.contains(Thread.currentThread());
        delivery.close();
        if (inside) {
            registry.later(this::closeParts); // as in CombinedSubscription
        } else {
            closeParts();
        }
    }

    private void closeParts() {
        List<Registry.CatalogueSubscription> all = new ArrayList<>();
        synchronized (this) {
            for (Part part : parts) {
                if (part.subscription != null) {
                    all.add(part.subscription);
                }
            }
        }
        all.forEach(Registry.CatalogueSubscription::close);
    }

    @Override
    public String toString() {
        return "CombinedCatalogue[" + registry + "]";
    }
}
