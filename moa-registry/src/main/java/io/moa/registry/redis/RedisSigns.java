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

    private final RedisKeys keys;
    private final BadEntries bad;
    private final long leaseMillis;

    RedisSigns(RedisKeys keys, BadEntries bad, Duration lease) {
        this.keys = keys;
        this.bad = bad;
        this.leaseMillis = lease.toMillis();
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
        List<RedisCommand> commands = new ArrayList<>(2 * uuids.size() + 1);
        commands.add(RedisCommand.of("TIME"));
        for (String uuid : uuids) {
            commands.add(RedisCommand.of("PTTL", keys.lease(uuid)));
            commands.add(RedisCommand.of("HLEN", keys.complaints(uuid)));
        }
        List<@Nullable Object> answers = connection.pipeline(commands);
        long now = millis(answers.get(0));
        List<String> complainedOf = new ArrayList<>();
        for (int i = 0; i < uuids.size(); i++) {
            String uuid = uuids.get(i);
            long left = Replies.number(answers.get(1 + 2 * i));
            // The process's own lease may be longer than this one's setting; an age below zero says the same as zero.
            long age = left < 0 ? Signs.NO_LEASE : Math.max(0, leaseMillis - left);
            signs.put(uuid, new Signs(age, List.of()));
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
                signs.computeIfPresent(uuid, (same, lease) -> new Signs(lease.leaseAgeMillis(), complaints));
            } catch (RedisError e) {
                passOver(uuid, e);
            }
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
            String[] reason = {""};
            long[] at = {0};
            try {
                EntryJson.read(RedisWatchStore.bytes(fields.get(i + 1)), (name, json) -> {
                    switch (name) {
                        case "reason" -> reason[0] = EntryJson.text(name, json);
                        case "at" -> at[0] = EntryJson.integer(name, json, 0, Long.MAX_VALUE);
                        default -> json.skipChildren();
                    }
                });
                long age = now - at[0];
                if (age >= 0 && age < WatchStore.COMPLAINT_LIFE.toMillis()) {
                    complaints.add(new Complaint(consumer, uuid, reason[0]));
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
            if (answers.get(1 + 2 * i) instanceof RedisError error
                    && error.code().equals("WRONGTYPE")) {
                passOver(complaint.uuid(), error); // the other complaints are told
                continue;
            }
            boolean known = Replies.number(answers.get(2 + 2 * i)) == 1;
            if (known || Replies.number(answers.get(1 + 2 * i)) < WatchStore.MAX_COMPLAINTS) {
                String key = keys.complaints(complaint.uuid());
                commands.add(RedisCommand.of("HSET", key, complaint.consumer(), EntryJson.write(json -> {
                    json.writeStringField("reason", complaint.reason());
                    json.writeNumberField("at", now);
                })));
                commands.add(RedisCommand.of("PEXPIRE", key, WatchStore.COMPLAINT_LIFE.toMillis()));
            }
        }
        for (Object answer : connection.pipeline(commands)) {
            Replies.number(answer);
        }
    }
}
