package io.moa.registry.redis;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is true now of some processes: their records, marks and decisions. A record is read and parsed once for all
 * services and again only when its revision is another, so a whole list costs its names, not its contents. Used by the
 * link's thread alone.
 */
final class EntryReader {

    private static final int CHUNK = 256;
    private static final int RECORDS_CHUNK = 64;
    private static final int NAMES_CHUNK = 4_096;

    /** A record as of a revision; null if it cannot be used. */
    private record Known(String revision, @Nullable InstanceRecord record) {}

    private final RedisKeys keys;
    private final BadEntries bad;
    private final AddressRanges allowed;
    private final Map<String, Known> known = new HashMap<>();
    private final Map<Object, Object> shared = new HashMap<>();
    private final Map<String, OperatorState> readLast = new HashMap<>(); // only where something was decided

    EntryReader(RedisKeys keys, BadEntries bad, AddressRanges allowed) {
        this.keys = keys;
        this.bad = bad;
        this.allowed = allowed;
    }

    /** Those of them that have a revision, as every process writes one: names alone must not crowd out anybody. */
    List<String> registered(RedisConnection connection, List<String> uuids) throws IOException {
        List<String> registered = new ArrayList<>();
        for (int from = 0; from < uuids.size(); from += NAMES_CHUNK) {
            List<String> chunk = uuids.subList(from, Math.min(uuids.size(), from + NAMES_CHUNK));
            List<@Nullable Object> revisions = Replies.list(connection.call("HMGET", keys.revisions(), chunk));
            for (int i = 0; i < chunk.size(); i++) {
                if (revisions.get(i) != null) {
                    registered.add(chunk.get(i));
                }
            }
        }
        return registered;
    }

    /** As many of them as are read at most; that there are more is told. */
    List<String> bounded(String list, List<String> uuids, int most) {
        if (uuids.size() <= most) {
            return uuids;
        }
        bad.reportOnce(list, "it has " + uuids.size() + " entries, and no more than " + most + " are read");
        return uuids.subList(0, most);
    }

    /** The names of processes in a list; what cannot be one is reported. */
    List<String> uuids(@Nullable Object reply) {
        return Replies.uuids(reply, bad);
    }

    /**
     * Reads the entries of processes.
     *
     * @param service only of those that offer it; null for all
     * @return uuid → entry; who is missing there offers it no more, or cannot be used
     */
    NavigableMap<String, Snapshot.Entry> read(
            RedisConnection connection, @Nullable ServiceId service, Collection<String> uuids) throws IOException {
        TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
        List<String> all = List.copyOf(uuids);
        for (int from = 0; from < all.size(); from += CHUNK) {
            readChunk(connection, service, all.subList(from, Math.min(all.size(), from + CHUNK)), entries);
        }
        return entries;
    }

    private void readChunk(
            RedisConnection connection,
            @Nullable ServiceId service,
            List<String> uuids,
            Map<String, Snapshot.Entry> into)
            throws IOException {
        List<RedisCommand> commands = new ArrayList<>(List.of(
                RedisCommand.of("HMGET", keys.revisions(), uuids),
                RedisCommand.of("HMGET", keys.marks(), uuids),
                RedisCommand.of("HMGET", keys.decisions(), uuids)));
        if (service != null) {
            commands.add(RedisCommand.of("HMGET", keys.members(service), uuids));
        }
        List<@Nullable Object> answers = connection.pipeline(commands);
        List<@Nullable Object> revisions = Replies.list(answers.get(0));
        List<@Nullable Object> marks = Replies.list(answers.get(1));
        List<@Nullable Object> decisions = Replies.list(answers.get(2));
        List<@Nullable Object> members = service == null ? List.of() : Replies.list(answers.get(3));

        Map<String, @Nullable InstanceRecord> records = new HashMap<>();
        Map<String, String> toRead = new HashMap<>();
        for (int i = 0; i < uuids.size(); i++) {
            if (service != null && members.get(i) == null) {
                continue;
            }
            String uuid = uuids.get(i);
            String revision = Replies.text(revisions.get(i));
            Known before = known.get(uuid);
            if (revision != null && before != null && before.revision().equals(revision)) {
                records.put(uuid, before.record());
            } else {
                toRead.put(uuid, revision == null ? "" : revision);
            }
        }
        readRecords(connection, toRead, records);

        Map<String, DecisionRecord> decided = new HashMap<>();
        Map<String, String> places = new HashMap<>();
        for (int i = 0; i < uuids.size(); i++) {
            String uuid = uuids.get(i);
            InstanceRecord record = records.get(uuid);
            if (record == null) {
                continue;
            }
            DecisionRecord own = decision(uuid, decisions.get(i));
            if (own != null) {
                decided.put(uuid, own);
            } else {
                String place = RedisKeys.place(record.instance());
                if (!place.isEmpty()) {
                    places.put(uuid, place);
                }
            }
        }
        Set<String> unreadable = readPlaces(connection, places, decided);
        for (int i = 0; i < uuids.size(); i++) {
            String uuid = uuids.get(i);
            InstanceRecord record = records.get(uuid);
            if (record == null || (service != null && !record.instance().offers(service))) {
                continue;
            }
            boolean damaged = unreadable.contains(uuid) || (decisions.get(i) != null && !decided.containsKey(uuid));
            Liveness liveness = record.withdrawn() ? Liveness.OFFLINE : mark(uuid, marks.get(i));
            into.put(
                    uuid,
                    new Snapshot.Entry(record.instance(), liveness, operator(record, decided.get(uuid), damaged)));
        }
    }

    /**
     * What holds for a process: what stands in Redis, else what it remembers, else, where something stands that cannot be read, what was
     * read there last. A damaged word of an operator takes none of his decisions back.
     */
    private OperatorState operator(InstanceRecord record, @Nullable DecisionRecord found, boolean damaged) {
        String uuid = record.instance().uuid();
        DecisionRecord holds = found != null ? found : record.decided();
        if (holds == null) {
            OperatorState before = damaged ? readLast.get(uuid) : null;
            if (before == null) {
                readLast.remove(uuid);
                return OperatorState.NONE;
            }
            return before;
        }
        readLast.put(uuid, holds.state());
        return holds.state();
    }

    private void readRecords(
            RedisConnection connection, Map<String, String> toRead, Map<String, @Nullable InstanceRecord> into)
            throws IOException {
        List<String> uuids = new ArrayList<>(toRead.keySet());
        for (int from = 0; from < uuids.size(); from += RECORDS_CHUNK) {
            List<String> chunk = uuids.subList(from, Math.min(uuids.size(), from + RECORDS_CHUNK));
            List<@Nullable Object> values = Replies.list(connection.call("HMGET", keys.processes(), chunk));
            for (int i = 0; i < chunk.size(); i++) {
                String uuid = chunk.get(i);
                Object value = values.get(i);
                InstanceRecord record = value == null ? null : record(uuid, value);
                into.put(uuid, record);
                String revision = toRead.get(uuid);
                if (revision == null || revision.isEmpty() || value == null) {
                    known.remove(uuid);
                } else {
                    known.put(uuid, new Known(revision, record));
                }
            }
        }
    }

    private @Nullable InstanceRecord record(String uuid, Object value) {
        try {
            return sharing(InstanceRecord.read(uuid, bytes(value), allowed));
        } catch (BadEntryException e) {
            bad.report("process", uuid, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** The same record, made of parts that others have too: a thousand processes of one application say the same of much. */
    private InstanceRecord sharing(InstanceRecord record) {
        Instance i = record.instance();
        return new InstanceRecord(
                new Instance(
                        i.uuid(),
                        share(i.application()),
                        share(i.host()),
                        i.addresses(),
                        share(i.protocols()),
                        share(i.exports()),
                        i.weight(),
                        i.startedAtEpochMillis(),
                        i.warmUpMillis(),
                        share(i.labels()),
                        share(i.metadata())),
                record.withdrawn(),
                record.decided());
    }

    @SuppressWarnings("unchecked")
    private <T> T share(T part) {
        Object before = shared.putIfAbsent(part, part);
        return before == null ? part : (T) before; // equal, and of the same kind: a text, a list, a set or a map
    }

    /** Whether the process asks for no new calls, as read last. */
    boolean isWithdrawn(String uuid) {
        Known found = known.get(uuid);
        return found != null && found.record() != null && found.record().withdrawn();
    }

    /** Adds what stands for places; returns the processes for whose place something stands that cannot be read. */
    private Set<String> readPlaces(
            RedisConnection connection, Map<String, String> places, Map<String, DecisionRecord> into)
            throws IOException {
        if (places.isEmpty()) {
            return Set.of();
        }
        Set<String> unreadable = new HashSet<>();
        List<String> uuids = new ArrayList<>(places.keySet());
        List<String> fields = uuids.stream().map(places::get).toList();
        List<@Nullable Object> values = Replies.list(connection.call("HMGET", keys.placeDecisions(), fields));
        for (int i = 0; i < uuids.size(); i++) {
            DecisionRecord found = decision(uuids.get(i), values.get(i));
            if (found != null) {
                into.put(uuids.get(i), found);
            } else if (values.get(i) != null) {
                unreadable.add(uuids.get(i));
            }
        }
        return unreadable;
    }

    /** Null if there is none that can be read. */
    private @Nullable DecisionRecord decision(String uuid, @Nullable Object value) {
        try {
            return value == null ? null : DecisionRecord.read(bytes(value));
        } catch (BadEntryException e) {
            bad.report("decision on", uuid, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Liveness mark(String uuid, @Nullable Object value) {
        if (value == null) {
            return Liveness.ONLINE;
        }
        try {
            return MarkRecord.read(bytes(value));
        } catch (BadEntryException e) {
            bad.report("mark on", uuid, String.valueOf(e.getMessage()));
            return Liveness.ONLINE;
        }
    }

    private static byte[] bytes(Object value) throws BadEntryException {
        byte[] bytes = Replies.bytes(value);
        if (bytes == null) {
            throw new BadEntryException("it is longer than " + BoundedConnection.MAX_BULK + " bytes");
        }
        return bytes;
    }

    /** Forgets the records of all others. */
    void retain(Set<String> uuids) {
        Set<String> used = new HashSet<>(uuids);
        known.keySet().retainAll(used);
        readLast.keySet().retainAll(used);
        shared.clear();
        known.replaceAll((uuid, at) -> {
            InstanceRecord record = at.record();
            return record == null ? at : new Known(at.revision(), sharing(record));
        });
    }
}
