package io.moa.registry.watch;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A watch store in memory, for tests and for the parts of one JVM, with the hands of processes and of fate upon it. Its
 * futures are complete when they are returned. Safe for many threads.
 */
public final class MemoryWatchStore implements WatchStore {

    /** How long the lease of a process lasts without renewal. */
    public static final Duration PROCESS_LEASE = Duration.ofSeconds(10);

    private record Row(Registered registered, long revision) {}

    private static final class Seat {
        long untilNanos;
        boolean fit;
        final Deque<Letter> letters = new ArrayDeque<>();
    }

    private record Heard(Complaint complaint, long atNanos) {}

    private final Ticker ticker;
    private final BiConsumer<String, Liveness> follower;
    private final Object lock = new Object();

    // All guarded by lock.
    private final Map<String, Row> records = new HashMap<>();
    private final Map<String, Long> leases = new HashMap<>(); // uuid → renewed at
    private final Map<String, Liveness> marks = new HashMap<>();
    private final Map<String, Seat> seats = new HashMap<>();
    private final Map<Integer, Round.Holding> parts = new HashMap<>();
    private final Map<String, Deque<Evidence>> evidence = new HashMap<>();
    private final Map<String, Map<String, Heard>> complaints = new HashMap<>();
    private final Map<String, Deque<Long>> removals = new HashMap<>();
    private long revision;
    private long fence;

    /** An empty store that tells nobody of its marks. */
    public MemoryWatchStore(Ticker ticker) {
        this(ticker, (uuid, liveness) -> {});
    }

    /**
     * An empty store.
     *
     * @param follower told of each mark that is set or taken away, under the store's lock; it must not block
     */
    public MemoryWatchStore(Ticker ticker, BiConsumer<String, Liveness> follower) {
        this.ticker = ticker;
        this.follower = follower;
    }

    // ---- what processes do

    /** Registers a process, or changes what it says, and renews its lease. */
    public void register(Instance instance) {
        register(new Registered(instance, false));
    }

    /** The same for a process that may have withdrawn itself. */
    public void register(Registered registered) {
        Instance instance = registered.instance();
        synchronized (lock) {
            Row before = records.get(instance.uuid());
            if (before == null || !before.registered.equals(registered)) {
                records.put(instance.uuid(), new Row(registered, ++revision));
            }
            leases.put(instance.uuid(), ticker.nanos());
        }
    }

    /** Takes a process and its mark away, as its goodbye does. */
    public void deregister(String uuid) {
        synchronized (lock) {
            forget(uuid);
        }
    }

    // ---- what fate does

    /** Empties the store of everything, fences included. */
    public void clear() {
        synchronized (lock) {
            records.clear();
            leases.clear();
            marks.clear();
            seats.clear();
            parts.clear();
            evidence.clear();
            complaints.clear();
            removals.clear();
            fence = 0;
        }
    }

    /** Lets everything that has an expiry expire at once, as a jump of the store's clock does. */
    public void expireAll() {
        synchronized (lock) {
            leases.clear();
            seats.clear();
            complaints.clear();
            removals.clear();
        }
    }

    // ---- what tests look at

    /** What the watchers say of an instance. */
    public Liveness liveness(String uuid) {
        synchronized (lock) {
            return marks.getOrDefault(uuid, Liveness.ONLINE);
        }
    }

    /** Whether the store has a record of this process. */
    public boolean registered(String uuid) {
        synchronized (lock) {
            return records.containsKey(uuid);
        }
    }

    // ---- the contract

    @Override
    public CompletableFuture<Round> renew(String watcher, boolean fit, Duration lease) {
        synchronized (lock) {
            Seat seat = seats.computeIfAbsent(watcher, absent -> new Seat());
            if (!alive(seat)) {
                seat.letters.clear();
            }
            seat.untilNanos = ticker.nanos() + lease.toNanos();
            seat.fit = fit;
            seats.values().removeIf(each -> !alive(each));
            Map<String, Boolean> watchers = new HashMap<>();
            seats.forEach((name, each) -> watchers.put(name, each.fit));
            List<Letter> letters = List.copyOf(seat.letters);
            seat.letters.clear();
            return CompletableFuture.completedFuture(new Round(watchers, parts, letters));
        }
    }

    private boolean alive(@Nullable Seat seat) {
        return seat != null && seat.untilNanos - ticker.nanos() > 0;
    }

    @Override
    public CompletableFuture<Map<Integer, Long>> claim(String watcher, Set<Integer> wanted, long floor) {
        Map<Integer, Long> given = new HashMap<>();
        synchronized (lock) {
            if (alive(seats.get(watcher))) {
                fence = Math.max(fence, floor) + 1;
                for (int part : wanted) {
                    checkPart(part);
                    Round.Holding held = parts.get(part);
                    if (held == null || held.watcher().equals(watcher) || !alive(seats.get(held.watcher()))) {
                        parts.put(part, new Round.Holding(watcher, fence));
                        given.put(part, fence);
                    }
                }
            }
        }
        return CompletableFuture.completedFuture(Collections.unmodifiableMap(new LinkedHashMap<>(given)));
    }

    private static void checkPart(int part) {
        if (part < 0 || part >= PARTS) {
            throw new IllegalArgumentException("A part is 0 to " + (PARTS - 1) + ", not " + part);
        }
    }

    @Override
    public CompletableFuture<Void> release(String watcher, Map<Integer, Long> given) {
        synchronized (lock) {
            given.forEach((part, under) -> parts.remove(part, new Round.Holding(watcher, under)));
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> leave(String watcher) {
        synchronized (lock) {
            seats.remove(watcher);
            parts.values().removeIf(held -> held.watcher().equals(watcher));
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Listing> list() {
        synchronized (lock) {
            Map<String, Long> revisions = new HashMap<>();
            records.forEach((uuid, each) -> revisions.put(uuid, each.revision));
            return CompletableFuture.completedFuture(new Listing(revisions, marks));
        }
    }

    @Override
    public CompletableFuture<Map<String, Registered>> read(Collection<String> uuids) {
        Map<String, Registered> read = new HashMap<>();
        synchronized (lock) {
            for (String uuid : uuids) {
                Row found = records.get(uuid);
                if (found != null) {
                    read.put(uuid, found.registered);
                }
            }
        }
        return CompletableFuture.completedFuture(Collections.unmodifiableMap(new LinkedHashMap<>(read)));
    }

    @Override
    public CompletableFuture<Map<String, Signs>> signs(Collection<String> uuids) {
        Map<String, Signs> signs = new HashMap<>();
        synchronized (lock) {
            long now = ticker.nanos();
            for (String uuid : uuids) {
                signs.put(uuid, new Signs(leaseAge(uuid, now), 0, heard(uuid, now)));
            }
        }
        return CompletableFuture.completedFuture(Collections.unmodifiableMap(new LinkedHashMap<>(signs)));
    }

    private long leaseAge(String uuid, long now) {
        Long renewed = leases.get(uuid);
        return renewed == null || now - renewed >= PROCESS_LEASE.toNanos()
                ? Signs.NO_LEASE
                : (now - renewed) / 1_000_000;
    }

    private List<Complaint> heard(String uuid, long now) {
        Map<String, Heard> about = complaints.get(uuid);
        if (about == null) {
            return List.of();
        }
        about.values().removeIf(each -> now - each.atNanos >= COMPLAINT_LIFE.toNanos());
        if (about.isEmpty()) {
            complaints.remove(uuid);
        }
        return about.values().stream().map(Heard::complaint).toList();
    }

    @Override
    public CompletableFuture<List<Written>> write(String watcher, List<Verdict> verdicts) {
        List<Written> written = new ArrayList<>();
        synchronized (lock) {
            for (Verdict verdict : verdicts) {
                written.add(write(watcher, verdict));
            }
        }
        return CompletableFuture.completedFuture(List.copyOf(written));
    }

    private Written write(String watcher, Verdict verdict) {
        String uuid = verdict.uuid();
        if (!alive(seats.get(watcher))
                || !new Round.Holding(watcher, verdict.fence()).equals(parts.get(verdict.part()))
                || verdict.part() != WatchStore.partOf(uuid)) {
            return Written.STALE;
        }
        Row row = records.get(uuid);
        if (row == null) {
            return Written.GONE;
        }
        Liveness before = marks.getOrDefault(uuid, Liveness.ONLINE);
        switch (verdict.change()) {
            case SUSPECT -> mark(uuid, before, Liveness.SUSPECT);
            case REINSTATE -> mark(uuid, before, Liveness.ONLINE);
            case REMOVE -> {
                if (before != Liveness.OFFLINE) {
                    for (Allowance allowance : verdict.allowances()) {
                        if (recent(allowance.scope()).size() >= allowance.limit()) {
                            return Written.fuse(allowance.scope());
                        }
                    }
                    verdict.allowances()
                            .forEach(allowance -> recent(allowance.scope()).add(ticker.nanos()));
                    mark(uuid, before, Liveness.OFFLINE);
                }
            }
            case FORGET -> {
                boolean left = row.registered.withdrawn() && leaseAge(uuid, ticker.nanos()) == Signs.NO_LEASE;
                if (before != Liveness.OFFLINE && !left) {
                    return Written.GONE;
                }
                forget(uuid);
            }
        }
        Deque<Evidence> kept = evidence.computeIfAbsent(uuid, absent -> new ArrayDeque<>());
        kept.addFirst(verdict.evidence());
        if (kept.size() > MAX_EVIDENCE) {
            kept.removeLast();
        }
        return Written.APPLIED;
    }

    private Deque<Long> recent(String scope) {
        Deque<Long> times = removals.computeIfAbsent(scope, absent -> new ArrayDeque<>());
        while (!times.isEmpty() && ticker.nanos() - times.getFirst() >= FUSE_WINDOW.toNanos()) {
            times.removeFirst();
        }
        return times;
    }

    private void mark(String uuid, Liveness before, Liveness now) {
        if (now == Liveness.ONLINE) {
            marks.remove(uuid);
        } else {
            marks.put(uuid, now);
        }
        if (now != before) {
            follower.accept(uuid, now);
        }
    }

    private void forget(String uuid) {
        records.remove(uuid);
        leases.remove(uuid);
        marks.remove(uuid);
    }

    @Override
    public CompletableFuture<Void> send(List<Letter> letters) {
        synchronized (lock) {
            for (Letter letter : letters) {
                Seat seat = seats.get(letter.to());
                if (seat != null && alive(seat)) {
                    seat.letters.addLast(letter);
                    if (seat.letters.size() > MAX_LETTERS) {
                        seat.letters.removeFirst();
                    }
                }
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> complain(List<Complaint> more) {
        synchronized (lock) {
            long now = ticker.nanos();
            for (Complaint complaint : more) {
                heard(complaint.uuid(), now);
                Map<String, Heard> about = complaints.computeIfAbsent(complaint.uuid(), none -> new LinkedHashMap<>());
                if (about.size() < MAX_COMPLAINTS || about.containsKey(complaint.consumer())) {
                    about.put(complaint.consumer(), new Heard(complaint, now));
                }
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<List<Evidence>> evidence(String uuid) {
        synchronized (lock) {
            return CompletableFuture.completedFuture(List.copyOf(evidence.getOrDefault(uuid, new ArrayDeque<>())));
        }
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "MemoryWatchStore[" + records.size() + " instances, " + marks.size() + " marks, " + seats.size()
                    + " watchers]";
        }
    }
}
