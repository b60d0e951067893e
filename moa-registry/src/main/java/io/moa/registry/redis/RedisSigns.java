package io.moa.registry.redis;

import io.moa.registry.watch.Complaint;
import io.moa.registry.watch.Signs;
import io.moa.registry.watch.WatchStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leases of processes and complaints of consumers, as watchers read them and consumers write them. Belongs to the link's thread. */
final class RedisSigns {

    private static final int CHUNK = 200;

    /**
     * More complaints than this about one process are none of ours: a consumer adds its own only while there are fewer than {@link
     * WatchStore#MAX_COMPLAINTS}, which many do in the same moment, but not so many.
     */
    private static final int MOST_FOUND = 1_024;

    /** What is read of the complaints about one process: more than the longest of those that count need. */
    private static final int SHARE = 1 << 17;

    private static final int MAX_LEASE_TEXT = 200;
    private static final long MAX_LEASE_MILLIS = Duration.ofHours(1).toMillis();

    private final RedisKeys keys;
    private final BadEntries bad;
    private final long leaseMillis;

    /**
     * Reads signs.
     *
     * @param lease how long the lease of a process lasts that does not say so
     */
    RedisSigns(RedisKeys keys, BadEntries bad, Duration lease) {
        this.keys = keys;
        this.bad = bad;
        this.leaseMillis = lease.toMillis();
    }

    /** How a process renews its lease, as it says with each renewal; anybody may have written anything there. */
    private record Rhythm(long leaseMillis, long heartbeatMillis) {

        static Rhythm of(@Nullable Object value, long unsaid) {
            byte[] bytes = value instanceof RedisError ? null : Replies.bytes(value);
            String[] words = bytes == null || bytes.length > MAX_LEASE_TEXT
                    ? new String[0]
                    : String.valueOf(Replies.text(bytes)).split(" ", -1);
            if (words.length == 3) {
                try {
                    long lease = Long.parseLong(words[1]);
                    long heartbeat = Long.parseLong(words[2]);
                    if (heartbeat > 0 && heartbeat <= lease && lease <= MAX_LEASE_MILLIS) {
                        return new Rhythm(lease, heartbeat);
                    }
                } catch (NumberFormatException e) {
                    // as if nothing were said
                }
            }
            return new Rhythm(unsaid, 0);
        }
    }

    /** The signs of each of these processes. */
    Map<String, Signs> read(RedisConnection connection, List<String> all) throws IOException {
        Map<String, Signs> signs = new HashMap<>();
        for (int from = 0; from < all.size(); from += CHUNK) {
            readSome(connection, all.subList(from, Math.min(all.size(), from + CHUNK)), signs);
        }
        return Map.copyOf(signs);
    }

    /** Leases first, and alone: any process may write complaints, of any length, and must not hide another's lease. */
    private void readSome(RedisConnection connection, List<String> uuids, Map<String, Signs> signs) throws IOException {
        List<RedisCommand> commands = new ArrayList<>(3 * uuids.size() + 1);
        commands.add(RedisCommand.of("TIME"));
        for (String uuid : uuids) {
            commands.add(RedisCommand.of("PTTL", keys.lease(uuid)));
            commands.add(RedisCommand.of("HLEN", keys.complaints(uuid)));
        }
        for (String uuid : uuids) {
            commands.add(RedisCommand.of("GET", keys.lease(uuid))); // last: others could make them long
        }
        List<@Nullable Object> answers = connection.pipeline(commands);
        long now = millis(answers.get(0));
        List<String> complainedOf = new ArrayList<>();
        for (int i = 0; i < uuids.size(); i++) {
            String uuid = uuids.get(i);
            long left = Replies.number(answers.get(1 + 2 * i));
            Rhythm rhythm = Rhythm.of(answers.get(1 + 2 * uuids.size() + i), leaseMillis);
            // Whoever made the lease longer than it says is as young as can be.
            long age = left < 0 ? Signs.NO_LEASE : Math.max(0, rhythm.leaseMillis() - left);
            signs.put(uuid, new Signs(age, rhythm.heartbeatMillis(), List.of()));
            long found = found(uuid, answers.get(2 + 2 * i));
            if (found > MOST_FOUND) {
                bad.report(
                        "complaints about", uuid, "there are " + found + ", and at most " + MOST_FOUND + " are read");
            } else if (found > 0) {
                complainedOf.add(uuid);
            }
        }
        if (!complainedOf.isEmpty()) {
            readComplaints(connection, complainedOf, now, signs);
        }
    }

    private void readComplaints(RedisConnection connection, List<String> uuids, long now, Map<String, Signs> signs)
            throws IOException {
        List<RedisCommand> commands = new ArrayList<>(uuids.size());
        for (String uuid : uuids) {
            commands.add(RedisCommand.of("HGETALL", keys.complaints(uuid)));
        }
        List<@Nullable Object> answers = connection.pipeline(commands, SHARE);
        for (int i = 0; i < uuids.size(); i++) {
            String uuid = uuids.get(i);
            try {
                List<Complaint> complaints = complaints(uuid, Replies.list(answers.get(i)), now);
                signs.computeIfPresent(
                        uuid, (same, lease) -> new Signs(lease.leaseAgeMillis(), lease.heartbeatMillis(), complaints));
            } catch (RedisError e) {
                passOver(uuid, e);
            }
        }
    }

    /** The hash lives as long as somebody complains, so those who do not any more would keep their places in it; how many went. */
    private int dropOld(RedisConnection connection, String uuid, long now) throws IOException {
        String key = keys.complaints(uuid);
        List<@Nullable Object> fields;
        try {
            fields = Replies.list(connection
                    .pipeline(List.of(RedisCommand.of("HGETALL", key)), SHARE)
                    .get(0));
        } catch (RedisError e) {
            passOver(uuid, e);
            return 0;
        }
        List<String> old = new ArrayList<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String consumer = Replies.text(fields.get(i));
            if (consumer != null && !counts(fields.get(i + 1), now)) {
                old.add(consumer);
            }
        }
        if (!old.isEmpty()) {
            connection.call("HDEL", key, old);
        }
        return old.size();
    }

    /** What nobody can read counts for nobody either. */
    private static boolean counts(@Nullable Object value, long now) {
        try {
            return ComplaintRecord.read(RedisWatchStore.bytes(value)).countsAt(now);
        } catch (BadEntryException e) {
            return false;
        }
    }

    /** How many complaints there are; 0 if what stands there is something else. */
    private long found(String uuid, @Nullable Object answer) {
        try {
            return Replies.number(answer);
        } catch (RedisError e) {
            passOver(uuid, e);
            return 0;
        }
    }

    /** Complaints that cannot be read are a matter of one process, unless the whole server is not to be used. */
    private void passOver(String uuid, RedisError why) {
        if (why.ofTheServer()) {
            throw why;
        }
        bad.report("complaints about", uuid, String.valueOf(why.getMessage()));
    }

    /** Redis's own clock. */
    private static long millis(@Nullable Object time) {
        List<String> parts = Replies.texts(time);
        return Long.parseLong(parts.get(0)) * 1_000 + Long.parseLong(parts.get(1)) / 1_000;
    }

    private List<Complaint> complaints(String uuid, List<@Nullable Object> fields, long now) {
        List<Complaint> complaints = new ArrayList<>();
        for (int i = 0; i + 1 < fields.size() && complaints.size() < WatchStore.MAX_COMPLAINTS; i += 2) {
            String consumer = Replies.text(fields.get(i));
            if (consumer == null) {
                continue;
            }
            try {
                ComplaintRecord record = ComplaintRecord.read(RedisWatchStore.bytes(fields.get(i + 1)));
                if (record.countsAt(now)) {
                    complaints.add(new Complaint(consumer, uuid, record.reason()));
                }
            } catch (BadEntryException | IllegalArgumentException e) {
                bad.report("complaint about", uuid, String.valueOf(e.getMessage()));
            }
        }
        return complaints;
    }

    /** Notes complaints, all of one consumer. */
    void complain(RedisConnection connection, List<Complaint> complaints) throws IOException {
        List<RedisCommand> questions = new ArrayList<>(List.of(RedisCommand.of("TIME")));
        for (Complaint complaint : complaints) {
            questions.add(RedisCommand.of("HLEN", keys.complaints(complaint.uuid())));
            questions.add(RedisCommand.of("HEXISTS", keys.complaints(complaint.uuid()), complaint.consumer()));
        }
        List<@Nullable Object> answers = connection.pipeline(questions);
        long now = millis(answers.get(0));
        List<RedisCommand> commands = new ArrayList<>();
        for (int i = 0; i < complaints.size(); i++) {
            Complaint complaint = complaints.get(i);
            if (answers.get(1 + 2 * i) instanceof RedisError error && error.isWrongType()) {
                passOver(complaint.uuid(), error); // the other complaints are told
                continue;
            }
            boolean known = Replies.number(answers.get(2 + 2 * i)) == 1;
            long found = Replies.number(answers.get(1 + 2 * i));
            if (!known && found >= WatchStore.MAX_COMPLAINTS && found <= MOST_FOUND) {
                found -= dropOld(connection, complaint.uuid(), now);
            }
            if (known || found < WatchStore.MAX_COMPLAINTS) {
                String key = keys.complaints(complaint.uuid());
                byte[] record = new ComplaintRecord(complaint.reason(), now).write();
                commands.add(RedisCommand.of("HSET", key, complaint.consumer(), record));
                commands.add(RedisCommand.of("PEXPIRE", key, WatchStore.COMPLAINT_LIFE.toMillis()));
            }
        }
        for (Object answer : connection.pipeline(commands)) {
            Replies.number(answer);
        }
    }
}
