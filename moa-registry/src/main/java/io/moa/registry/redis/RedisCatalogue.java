package io.moa.registry.redis;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows every process of the registry, whatever it offers, by the one log of all: a change costs its followers one entry
 * and one reading, however many services it concerns. While nobody follows, it reads nothing.
 *
 * <p>{@link #follow} is safe for many threads; all the rest belongs to the link's thread.
 */
final class RedisCatalogue implements Chore, AutoCloseable {

    private static final int LOG_READ = 1_000;
    private static final int LOG_ROUNDS = 10;
    private static final int MAX_PROCESSES = 500_000;
    private static final String BEGINNING = "0-0";

    private final RedisLink link;
    private final RedisKeys keys;
    private final EntryReader reader;
    private final String source;
    private final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final List<Following> followers = new ArrayList<>(); // guarded by lock
    private final TreeMap<String, Snapshot.Entry> entries = new TreeMap<>(); // written under lock, by the link's thread
    private final Set<String> withdrawn = new HashSet<>(); // as entries
    private long revision; // guarded by lock
    private volatile long asOfNanos;
    private volatile boolean hinted;
    private volatile long hintedAt;

    // The link's thread's own.
    private String lastId = "";
    private boolean fullDue = true;
    private long fullAt;
    private long pollAt;

    RedisCatalogue(RedisLink link, BadEntries bad) {
        this.link = link;
        this.keys = link.keys();
        this.reader = new EntryReader(keys, bad, link.config().allow());
        this.source = "redis " + link.where();
        this.asOfNanos = link.ticker().nanos();
        link.add(this);
    }

    /**
     * Follows everything.
     *
     * @param listener told first what is known, before this returns, then each change, in order and one at a time
     * @return a handle that ends it
     */
    Following follow(Consumer<CatalogueChange> listener) {
        Following following;
        synchronized (lock) {
            following = new Following(listener);
            followers.add(following);
            following.delivery.offer(new CatalogueChange(
                    revision, true, List.copyOf(entries.values()), Set.of(), withdrawn, asOfNanos, source));
        }
        link.wake();
        following.delivery.drainHeld();
        return following;
    }

    /** When Redis confirmed last what is known. */
    long asOfNanos() {
        return asOfNanos;
    }

    /** How many processes are known. */
    int size() {
        synchronized (lock) {
            return entries.size();
        }
    }

    private boolean isFollowed() {
        synchronized (lock) {
            return !followers.isEmpty();
        }
    }

    @Override
    public long dueIn(long now) {
        if (!isFollowed()) {
            return Long.MAX_VALUE;
        }
        long due = fullDue ? 0 : Math.min(fullAt, pollAt) - now;
        return hinted ? Math.min(due, hintedAt + link.config().coalesce().toNanos() - now) : due;
    }

    @Override
    public void run(RedisConnection connection, long now) throws IOException {
        boolean told = hinted;
        hinted = false;
        String from = lastId;
        pollAt = now + Jitter.around(link.config().poll().toNanos(), link.random());
        try {
            if (!fullDue && fullAt - now > 0) {
                readLog(connection, told, now);
                if (fullDue) {
                    lastId = from; // who left is told by the reading of everything
                }
            }
            if (fullDue || fullAt - now <= 0) {
                readAll(connection, now);
            }
        } catch (IOException | RedisError e) {
            fullDue = true; // what was read of the log may not have been followed to its end
            lastId = from;
            throw e;
        }
    }

    private void readAll(RedisConnection connection, long now) throws IOException {
        // The log's end first: what changes while everything is read stands behind it, and is read again.
        String top = FollowedService.topOf(connection.call("XREVRANGE", keys.logOfAll(), "+", "-", "COUNT", 1));
        List<String> uuids = reader.uuids(connection.call("HKEYS", keys.processes()));
        uuids = reader.bounded("list of all processes", uuids, MAX_PROCESSES);
        Map<String, Snapshot.Entry> read = new TreeMap<>(reader.read(connection, null, uuids));
        Set<String> left = new HashSet<>();
        readBetween(connection, top == null ? BEGINNING : top, read, left);
        Set<String> changed = new LinkedHashSet<>(entries.keySet());
        changed.addAll(read.keySet());
        apply(changed, read, left, now);
        reader.retain(read.keySet());
        fullDue = false;
        fullAt = now + Jitter.around(link.config().fullRead().toNanos(), link.random());
    }

    /**
     * Reads what the log holds between the last reading and the end of this one: it tells apart who is missing because he left. It
     * is read behind the records, so that nobody can be missing there whose goodbye is not in the log yet.
     *
     * @param top the log's end before the records were read
     */
    private void readBetween(RedisConnection connection, String top, Map<String, Snapshot.Entry> read, Set<String> left)
            throws IOException {
        if (lastId.isEmpty() || FollowedService.compareIds(top, lastId) < 0) {
            lastId = top; // nothing was known before, or this is another log
            return;
        }
        Set<String> changed = new LinkedHashSet<>();
        for (int round = 0; round < LOG_ROUNDS; round++) {
            int items = readEntries(connection, changed, left);
            if (items < LOG_READ) {
                Map<String, Snapshot.Entry> again = reader.read(connection, null, changed);
                read.keySet().removeAll(changed);
                read.putAll(again);
                return;
            }
        }
        lastId = top; // what stands between was read; only goodbyes may be missing
    }

    /** Takes the next entries of the log; returns how many there were. */
    private int readEntries(RedisConnection connection, Set<String> changed, Set<String> left) throws IOException {
        List<@Nullable Object> answers =
                Replies.list(connection.call("XREAD", "COUNT", LOG_READ, "STREAMS", keys.logOfAll(), lastId));
        List<@Nullable Object> items = answers.isEmpty()
                ? List.of()
                : Replies.list(Replies.list(answers.get(0)).get(1));
        for (Object item : items) {
            if (item != BoundedConnection.OVERSIZED) {
                take(Replies.list(item), changed, left);
            }
        }
        return FollowedService.isCut(items) ? LOG_READ : items.size();
    }

    private void readLog(RedisConnection connection, boolean told, long now) throws IOException {
        Set<String> changed = new LinkedHashSet<>();
        Set<String> left = new HashSet<>();
        for (int round = 0; round < LOG_ROUNDS; round++) {
            if (readEntries(connection, changed, left) < LOG_READ) {
                if (changed.isEmpty() && told) {
                    // Told to look, and nothing is there: it was read before, or this is another log.
                    String top =
                            FollowedService.topOf(connection.call("XREVRANGE", keys.logOfAll(), "+", "-", "COUNT", 1));
                    fullDue |= !lastId.equals(top == null ? BEGINNING : top);
                }
                apply(changed, reader.read(connection, null, changed), left, now);
                return;
            }
        }
        fullDue = true; // so much has happened that some of it may have been cut off
    }

    private void take(List<@Nullable Object> item, Set<String> changed, Set<String> left) {
        String id = item.isEmpty() ? null : Replies.text(item.get(0));
        if (id == null || item.size() < 2) {
            return;
        }
        lastId = id;
        Map<String, String> fields = Replies.pairs(item.get(1));
        String uuid = fields.get(ChangeLog.UUID);
        if (uuid == null || !InstanceRecord.isUuid(uuid)) {
            return;
        }
        changed.add(uuid);
        if (ChangeLog.LEFT.equals(fields.get(ChangeLog.WORD))) {
            left.add(uuid);
        } else {
            left.remove(uuid);
        }
    }

    /** Takes what was read of the processes that may have changed, and tells what did. */
    private void apply(Set<String> uuids, Map<String, Snapshot.Entry> read, Set<String> left, long now) {
        List<Snapshot.Entry> changed = new ArrayList<>();
        Set<String> gone = new HashSet<>();
        Set<String> goodbyes = new HashSet<>();
        List<Following> told;
        synchronized (lock) {
            asOfNanos = now;
            boolean first = revision == 0;
            for (String uuid : uuids) {
                Snapshot.Entry entry = read.get(uuid);
                if (entry == null) {
                    if (entries.remove(uuid) != null) {
                        gone.add(uuid);
                        if (left.contains(uuid)) {
                            goodbyes.add(uuid);
                        }
                    }
                    withdrawn.remove(uuid);
                    continue;
                }
                boolean leaves = reader.isWithdrawn(uuid);
                boolean newly = leaves ? withdrawn.add(uuid) : withdrawn.remove(uuid);
                if (!entry.equals(entries.put(uuid, entry)) || newly) {
                    changed.add(entry);
                    if (leaves) {
                        goodbyes.add(uuid);
                    }
                }
            }
            if (!first && changed.isEmpty() && gone.isEmpty()) {
                return;
            }
            revision++;
            CatalogueChange news = new CatalogueChange(revision, first, changed, gone, goodbyes, now, source);
            followers.forEach(following -> following.delivery.offer(news));
            told = List.copyOf(followers);
        }
        told.forEach(following -> following.delivery.drain());
    }

    @Override
    public void connected(long now) {
        // This may be another Redis than before; what is known holds meanwhile, and not everybody need read at once.
        long soon = now + (long) (1_000_000_000L * link.random().nextDouble());
        fullAt = fullAt - soon > 0 ? soon : fullAt;
        pollAt = now;
    }

    @Override
    public Set<String> channels() {
        return isFollowed() ? Set.of(keys.hintOfAll()) : Set.of();
    }

    @Override
    public void hinted(String channel) {
        if (channel.equals(keys.hintOfAll())) {
            if (!hinted) {
                hintedAt = link.ticker().nanos();
                hinted = true;
            }
            link.wake();
        }
    }

    @Override
    public void close() {
        List<Following> ending;
        synchronized (lock) {
            ending = List.copyOf(followers);
        }
        link.remove(this);
        ending.forEach(Following::close);
    }

    @Override
    public String toString() {
        return "The catalogue";
    }

    /** One listener. */
    final class Following implements Registry.CatalogueSubscription {

        private final SerialDelivery<CatalogueChange> delivery;
        private final long begunNanos = link.ticker().nanos();

        private Following(Consumer<CatalogueChange> listener) {
            this.delivery = new SerialDelivery<>(listener, ListenerLog.of("the catalogue"), insideListeners);
        }

        @Override
        public long asOfNanos() {
            synchronized (lock) {
                return revision == 0 ? begunNanos : asOfNanos;
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                followers.remove(this);
            }
            delivery.close();
        }
    }
}
