package io.moa.registry.combined;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One service followed in several registries. */
final class CombinedSubscription implements Registry.Subscription, Followed {

    private final CombinedRegistry registry;
    private final ServiceId service;
    private final SerialDelivery<Snapshot> delivery;
    private final List<RegistryMember> members;

    // Guarded by this.
    private final Snapshot[] said;
    private final Registry.@Nullable Subscription[] parts;
    private boolean[] answering;
    private final Patience patience;
    private boolean begun;
    private boolean closed;
    private Map<String, Integer> sources = Map.of();

    private volatile Snapshot known;

    CombinedSubscription(CombinedRegistry registry, ServiceId service, Consumer<Snapshot> listener) {
        this.registry = registry;
        this.service = service;
        this.members = registry.followed();
        this.delivery = new SerialDelivery<>(listener, ListenerLog.of(service), registry.insideListeners);
        this.said = new Snapshot[members.size()];
        this.parts = new Registry.Subscription[members.size()];
        this.answering = new boolean[members.size()];
        this.known = Snapshot.unknown(service, registry.ticker().nanos());
        this.patience = new Patience(registry, this::review);
        for (int i = 0; i < said.length; i++) {
            said[i] = known;
        }
    }

    /** Follows in each, and tells what is known then, on this thread. */
    void begin() {
        for (int i = 0; i < members.size(); i++) {
            int member = i;
            Registry.Subscription part =
                    members.get(i).registry().subscribe(service, snapshot -> update(member, snapshot));
            synchronized (this) {
                parts[i] = part;
            }
        }
        synchronized (this) {
            begun = true;
            if (!merge()) {
                delivery.offer(known);
            }
        }
        delivery.drainHeld();
    }

    private void update(int member, Snapshot snapshot) {
        boolean told;
        synchronized (this) {
            said[member] = snapshot;
            told = begun && merge();
        }
        if (told) {
            delivery.drain();
        }
    }

    /** Looks whether it matters who answers now. */
    @Override
    public void review() {
        boolean told;
        synchronized (this) {
            told = begun && merge();
        }
        if (told) {
            delivery.drain();
        }
    }

    /** Computes what holds, with the lock held, and queues it if it is something new. */
    private boolean merge() {
        if (closed) {
            return false;
        }
        long now = registry.ticker().nanos();
        SortedSet<String> uuids = new TreeSet<>();
        List<Map<String, Snapshot.Entry>> lists = new ArrayList<>(said.length);
        Set<String> left = new HashSet<>();
        int silent = 0;
        for (int i = 0; i < said.length; i++) {
            silent += said[i].isUnknown() ? 1 : 0;
            answering[i] = registry.isAnswering(current(i), now);
            Map<String, Snapshot.Entry> list = new HashMap<>();
            said[i].entries().forEach(entry -> list.put(entry.instance().uuid(), entry));
            lists.add(list);
            uuids.addAll(list.keySet());
            left.addAll(said[i].goodbyes());
        }
        if (known.isUnknown() && !patience.enough(silent, said.length, uuids.isEmpty())) {
            return false;
        }
        List<Snapshot.Entry> entries = new ArrayList<>(uuids.size());
        Map<String, Integer> distances = new HashMap<>();
        Map<String, Integer> from = new HashMap<>();
        for (String uuid : uuids) {
            List<Merged.Word> words = new ArrayList<>(said.length);
            for (int i = 0; i < said.length; i++) {
                words.add(new Merged.Word(
                        i,
                        registry.distance(i),
                        answering[i],
                        lists.get(i).get(uuid),
                        said[i].goodbyes().contains(uuid)));
            }
            Merged merged = Merged.of(words);
            Snapshot.Entry entry = merged.entry();
            if (entry != null) {
                entries.add(entry);
                from.put(uuid, merged.member());
                if (merged.distance() > 0) {
                    distances.put(uuid, merged.distance());
                }
                if (!merged.goodbye()) {
                    left.remove(uuid);
                }
            }
        }
        sources = from;
        bound(left, lists);
        if (!known.isUnknown()
                && entries.equals(known.entries())
                && left.equals(known.goodbyes())
                && distances.equals(known.distances())) {
            return false;
        }
        known = new Snapshot(service, registry.nextRevision(), entries, now(), registry.source(), left, distances);
        delivery.offer(known);
        return true;
    }

    /** Each registry remembers so many who are gone; together they are not to be more. */
    private static void bound(Set<String> left, List<Map<String, Snapshot.Entry>> lists) {
        int most = Snapshot.MAX_GOODBYES;
        for (Iterator<String> each = left.iterator(); each.hasNext(); ) {
            String uuid = each.next();
            if (lists.stream().noneMatch(list -> list.containsKey(uuid)) && --most < 0) {
                each.remove();
            }
        }
    }

    /** What the registry says now: the same as it told, perhaps confirmed since. */
    private Snapshot current(int member) {
        Registry.Subscription part = parts[member];
        return part == null ? said[member] : part.current();
    }

    /** When one of them confirmed last what it says; with the lock held. */
    private long now() {
        Long newest = null;
        for (int i = 0; i < said.length; i++) {
            Snapshot current = current(i);
            if (!current.isUnknown() && (newest == null || current.asOfNanos() - newest > 0)) {
                newest = current.asOfNanos();
            }
        }
        return newest == null ? known.asOfNanos() : newest;
    }

    @Override
    public Snapshot current() {
        Snapshot snapshot = known;
        if (snapshot.isUnknown() || delivery.isClosed()) {
            return snapshot;
        }
        long asOf;
        String source;
        synchronized (this) {
            snapshot = known;
            asOf = now();
            source = describe();
        }
        return new Snapshot(
                service,
                snapshot.revision(),
                snapshot.entries(),
                asOf,
                source,
                snapshot.goodbyes(),
                snapshot.distances());
    }

    /** Each registry, what it lists and how old that is. */
    private String describe() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < said.length; i++) {
            texts.add(describe(i) + ", lists " + said[i].entries().size());
        }
        return String.join("; ", texts);
    }

    private String describe(int member) {
        Snapshot current = current(member);
        String name = members.get(member).name();
        if (current.isUnknown()) {
            return name + " has not answered yet";
        }
        long age = registry.ticker().nanos() - current.asOfNanos();
        return name + " (" + current.source() + ") confirmed " + TimeUnit.NANOSECONDS.toMillis(Math.max(0, age))
                + " ms ago";
    }

    @Override
    public synchronized String sourceOf(String uuid) {
        Integer member = sources.get(uuid);
        return member == null ? describe() : describe(member);
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
            // Each registry waits for its own listeners; two of ours that close each other would wait crosswise.
            registry.later(this::closeParts);
        } else {
            closeParts();
        }
    }

    private void closeParts() {
        List<Registry.Subscription> all = new ArrayList<>();
        synchronized (this) {
            for (Registry.Subscription part : parts) {
                if (part != null) {
                    all.add(part);
                }
            }
        }
        all.forEach(Registry.Subscription::close);
    }

    @Override
    public String toString() {
        return "CombinedSubscription[" + service + "@" + known.revision() + "]";
    }
}
