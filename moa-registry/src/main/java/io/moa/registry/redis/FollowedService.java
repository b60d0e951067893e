package io.moa.registry.redis;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a registry knows of one service that it follows. Subscriptions, the hint and the snapshot are guarded by the
 * registry's lock; all the rest belongs to the link's thread.
 */
final class FollowedService {

    /** More entries than this of one log in one reading, and some may have been cut off before they were read. */
    static final int LOG_READ = 1000;

    private static final int MAX_ENTRIES = 100_000;
    private static final String BEGINNING = "0-0";

    final ServiceId service;
    final List<RedisSubscription> subscriptions = new ArrayList<>();
    Snapshot snapshot;
    boolean hinted;
    long lookAt;
    final ChangePace pace;

    private String lastId = "";
    private NavigableMap<String, Snapshot.Entry> entries = new TreeMap<>();
    private final Set<String> left = new LinkedHashSet<>(); // the latest last; none of the listed
    private final Set<String> withdrawn = new LinkedHashSet<>(); // of the listed
    private Set<String> goodbyes = Set.of();
    private boolean goodbyesChanged;
    private long fullAt;
    private boolean fullDue = true;
    private long retryAt;
    private int failures;

    FollowedService(ServiceId service, Snapshot unknown, Duration coalesce) {
        this.service = service;
        this.pace = new ChangePace(coalesce);
        this.snapshot = unknown;
    }

    /** Nanoseconds until the whole list is to be read. */
    long fullIn(long now) {
        long due = fullDue ? 0 : fullAt - now;
        return failures > 0 ? Math.max(due, retryAt - now) : due;
    }

    /** Has the whole list read after so long, at the latest. */
    void readFullIn(long now, long nanos) {
        if (!fullDue && fullAt - now > nanos) {
            fullAt = now + nanos;
        }
    }

    /** Lets a service whose keys are no lists wait, so that it disturbs no other; next its whole list is read, and not its log. */
    void failed(long now, long pauseNanos) {
        failures++;
        retryAt = now + pauseNanos;
        fullDue = true;
    }

    /** Whether its log can be followed: its whole list was read, and nothing has failed since. */
    boolean followsLog() {
        return !lastId.isEmpty() && failures == 0;
    }

    int failures() {
        return failures;
    }

    /** Up to where the log was read; empty before the first full reading. */
    String lastId() {
        return lastId;
    }

    /** The processes of the entries. */
    Set<String> uuids() {
        return entries.keySet();
    }

    /** Reads the whole list; returns it. */
    List<Snapshot.Entry> readFull(
            RedisConnection connection, RedisKeys keys, EntryReader reader, long nextNanos, long now)
            throws IOException {
        // The log's end first: what changes while the list is read stands behind it, and is read again.
        // Asked for apart: a long entry of the log must not take the room of the list.
        String top = topOf(connection.call("XREVRANGE", keys.log(service), "+", "-", "COUNT", 1));
        List<String> uuids = reader.uuids(connection.call("HKEYS", keys.members(service)));
        if (uuids.size() > MAX_ENTRIES) {
            uuids = reader.bounded("list of " + service, reader.registered(connection, uuids), MAX_ENTRIES);
        }
        entries = reader.read(connection, service, uuids);
        left.removeAll(entries.keySet());
        withdrawn.clear();
        entries.keySet().forEach(uuid -> noteWithdrawn(uuid, reader));
        goodbyesChanged = true;
        takeWhatHappened(connection, keys, reader, top == null ? BEGINNING : top);
        fullDue = false;
        failures = 0;
        fullAt = now + nextNanos;
        return List.copyOf(entries.values());
    }

    /**
     * The log between the last reading and now tells apart who is missing from the list because he left. It is read behind the
     * list, so that nobody can be missing from the list whose goodbye is not in the log yet.
     *
     * @param top the log's end before the list was read
     */
    private void takeWhatHappened(RedisConnection connection, RedisKeys keys, EntryReader reader, String top)
            throws IOException {
        if (lastId.isEmpty() || compareIds(top, lastId) < 0) {
            lastId = top; // nothing was known before, or this is another log
            return;
        }
        List<@Nullable Object> answers =
                Replies.list(connection.call("XREAD", "COUNT", LOG_READ, "STREAMS", keys.log(service), lastId));
        List<@Nullable Object> items = answers.isEmpty()
                ? List.of()
                : Replies.list(Replies.list(answers.get(0)).get(1));
        Set<String> uuids = changed(items);
        if (isCut(items)) {
            lastId = top; // what stands between is in the list; only goodbyes may be missing
        } else {
            take(uuids, reader, reader.read(connection, service, uuids));
        }
    }

    /**
     * Takes what its log holds behind {@link #lastId}.
     *
     * @param items the answer's list; empty if there is nothing new
     * @return the processes that changed
     */
    private Set<String> changed(List<@Nullable Object> items) {
        Set<String> uuids = new LinkedHashSet<>();
        if (isCut(items)) {
            fullDue = true;
        }
        for (Object item : items) {
            if (item == BoundedConnection.OVERSIZED) {
                continue;
            }
            List<@Nullable Object> parts = Replies.list(item);
            String id = parts.isEmpty() ? null : Replies.text(parts.get(0));
            if (id == null || parts.size() < 2) {
                continue;
            }
            lastId = id;
            Map<String, String> fields = Replies.pairs(parts.get(1));
            String uuid = fields.get(ChangeLog.UUID);
            if (uuid != null && InstanceRecord.isUuid(uuid)) {
                uuids.add(uuid);
                noteWord(uuid, fields.get(ChangeLog.WORD));
            }
        }
        return uuids;
    }

    /** Whether there may be more in a log than was read of it: it was too much, in number or in bytes. */
    static boolean isCut(List<@Nullable Object> items) {
        return items.size() >= LOG_READ || items.contains(BoundedConnection.OVERSIZED);
    }

    private void noteWord(String uuid, @Nullable String word) {
        goodbyesChanged |= left.remove(uuid);
        if (ChangeLog.LEFT.equals(word)) {
            goodbyesChanged = true;
            left.add(uuid);
            if (left.size() > Snapshot.MAX_GOODBYES) {
                left.remove(left.iterator().next());
            }
        }
    }

    private void noteWithdrawn(String uuid, EntryReader reader) {
        goodbyesChanged |= reader.isWithdrawn(uuid) ? withdrawn.add(uuid) : withdrawn.remove(uuid);
    }

    /** Who said that it takes no new calls, as of the last reading. */
    Set<String> goodbyes() {
        if (goodbyesChanged) {
            goodbyesChanged = false;
            List<String> all = new ArrayList<>(left);
            for (String uuid : withdrawn) {
                if (!left.contains(uuid)) { // a log was read, and then the connection broke
                    all.add(uuid);
                }
            }
            goodbyes = Set.of(all.toArray(String[]::new)); // not copyOf, which would look for the same one twice
        }
        return goodbyes;
    }

    /**
     * Takes what its log holds behind {@link #lastId} and reads the entries of those who changed; returns the whole list. If that
     * fails, the log is as if it had not been read: what it told is not lost.
     */
    List<Snapshot.Entry> readChanged(RedisConnection connection, EntryReader reader, List<@Nullable Object> items)
            throws IOException {
        String from = lastId;
        try {
            Set<String> uuids = changed(items);
            take(uuids, reader, reader.read(connection, service, uuids));
        } catch (IOException | RedisError e) {
            lastId = from;
            throw e;
        }
        return List.copyOf(entries.values());
    }

    /** Who is listed has not left, whatever the log says; and who asks for no calls has said goodbye as well. */
    private void take(Set<String> uuids, EntryReader reader, Map<String, Snapshot.Entry> fresh) {
        for (String uuid : uuids) {
            Snapshot.Entry entry = fresh.get(uuid);
            if (entry != null && (entries.containsKey(uuid) || entries.size() < MAX_ENTRIES)) {
                entries.put(uuid, entry);
                goodbyesChanged |= left.remove(uuid);
                noteWithdrawn(uuid, reader);
            } else {
                entries.remove(uuid);
                goodbyesChanged |= withdrawn.remove(uuid);
            }
        }
    }

    /** Compares the log's end with what was read: a log that ends before that is another one. */
    void compareTop(@Nullable String top) {
        if (top == null ? !lastId.equals(BEGINNING) : compareIds(top, lastId) < 0) {
            fullDue = true;
        }
    }

    /** The id of the last entry of a log; null if there is none. */
    static @Nullable String topOf(@Nullable Object answer) {
        List<@Nullable Object> items = Replies.list(answer);
        if (items.isEmpty()) {
            return null;
        }
        List<@Nullable Object> first = Replies.list(items.get(0));
        return first.isEmpty() ? null : Replies.text(first.get(0));
    }

    /** Compares two ids of a log. */
    static int compareIds(String one, String other) {
        String[] a = one.split("-");
        String[] b = other.split("-");
        int byTime = Long.compareUnsigned(Long.parseUnsignedLong(a[0]), Long.parseUnsignedLong(b[0]));
        return byTime != 0 ? byTime : Long.compareUnsigned(Long.parseUnsignedLong(a[1]), Long.parseUnsignedLong(b[1]));
    }
}
