package io.moa.registry.redis;

import io.moa.discovery.Liveness;
import io.moa.registry.watch.Allowance;
import io.moa.registry.watch.Complaint;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Letter;
import io.moa.registry.watch.Listing;
import io.moa.registry.watch.Registered;
import io.moa.registry.watch.Round;
import io.moa.registry.watch.Signs;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.Written;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What watchers share, in Redis. Everything that must be checked in the step that changes it is a script; see
 * {@link WatchScripts}. Futures complete on the link's thread, or fail with {@link RegistryUnavailableException}. Safe for
 * many threads.
 *
 * <p>A consumer's complaints need no script, so that its role needs none.
 */
public final class RedisWatchStore implements WatchStore {

    private static final Duration EVIDENCE_LIFE = Duration.ofDays(30);
    private static final Duration LETTER_LIFE = Duration.ofMinutes(1);
    private static final int OF_A_SERVICE = 1_000;
    private static final int OF_ALL = 10_000;
    /** How long a mark may stand without a record: the record may have been lost, and be back with the next heartbeat. */
    private static final long STRAY_NANOS = Duration.ofMinutes(1).toNanos();

    private static final int CHUNK = 64; // records as long as a value may be still fit into one answer

    private final RedisLink link;
    private final RedisKeys keys;
    private final BadEntries bad;
    private final RedisSigns signs;
    private final Map<String, Long> strayMarks = new HashMap<>(); // of whom, and since when; the link's thread's own

    /** A store over a link, which whoever opened it closes. */
    public RedisWatchStore(RedisLink link) {
        this.link = link;
        this.keys = link.keys();
        this.bad = new BadEntries(link.where());
        this.signs = new RedisSigns(keys, bad, link.config().lease());
    }

    @Override
    public CompletableFuture<Round> renew(String watcher, boolean fit, Duration lease) {
        checkName(watcher);
        return ask(connection -> {
            List<@Nullable Object> answer = Replies.list(connection.call(
                    "EVAL",
                    WatchScripts.RENEW,
                    1,
                    keys.watchers(),
                    keys.base(),
                    watcher,
                    fit ? 1 : 0,
                    lease.toMillis()));
            Map<String, Boolean> watchers = new HashMap<>();
            List<String> known = Replies.texts(answer.get(0));
            for (int i = 0; i + 1 < known.size(); i += 2) {
                watchers.put(known.get(i), known.get(i + 1).equals("1"));
            }
            List<Letter> letters = new ArrayList<>();
            for (Object letter : Replies.list(answer.get(2))) {
                try {
                    letters.add(LetterRecord.read(bytes(letter)));
                } catch (BadEntryException e) {
                    bad.report("letter for", watcher, String.valueOf(e.getMessage()));
                }
            }
            return new Round(watchers, parts(Replies.texts(answer.get(1))), letters);
        });
    }

    private static Map<Integer, Round.Holding> parts(List<String> fields) {
        Map<Integer, Round.Holding> parts = new HashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String held = fields.get(i + 1);
            int blank = held.indexOf(' ');
            try {
                int part = Integer.parseInt(fields.get(i));
                if (blank > 0 && part >= 0 && part < PARTS) {
                    parts.put(
                            part,
                            new Round.Holding(held.substring(blank + 1), Long.parseLong(held.substring(0, blank))));
                }
            } catch (NumberFormatException e) {
                // somebody wrote what is no part; the next claim writes over it
            }
        }
        return parts;
    }

    @Override
    public CompletableFuture<Map<Integer, Long>> claim(String watcher, Set<Integer> parts, long floor) {
        parts.forEach(RedisWatchStore::checkPart);
        return ask(connection -> {
            List<String> answer = Replies.texts(connection.call(
                    "EVAL", WatchScripts.CLAIM, 1, keys.watchers(), keys.base(), watcher, floor, parts));
            long fence = Long.parseLong(answer.get(0));
            Map<Integer, Long> given = new HashMap<>();
            for (String part : answer.subList(1, answer.size())) {
                given.put(Integer.parseInt(part), fence);
            }
            return Map.copyOf(given);
        });
    }

    private static void checkPart(int part) {
        if (part < 0 || part >= PARTS) {
            throw new IllegalArgumentException("A part is 0 to " + (PARTS - 1) + ", not " + part);
        }
    }

    private static void checkName(String watcher) {
        if (watcher.isBlank() || watcher.length() > InstanceRecord.MAX_UUID) {
            throw new IllegalArgumentException(
                    "A watcher needs a name of 1 to " + InstanceRecord.MAX_UUID + " characters");
        }
    }

    @Override
    public CompletableFuture<Void> release(String watcher, Map<Integer, Long> parts) {
        List<String> arguments = new ArrayList<>();
        parts.forEach((part, fence) -> arguments.addAll(List.of(part.toString(), fence + " " + watcher)));
        return run(WatchScripts.RELEASE, arguments);
    }

    @Override
    public CompletableFuture<Void> leave(String watcher) {
        return run(WatchScripts.LEAVE, List.of(watcher));
    }

    private CompletableFuture<Void> run(String script, List<?> arguments) {
        return ask(connection -> {
                    connection.call("EVAL", script, 1, keys.watchers(), keys.base(), arguments);
                    return true;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletableFuture<Listing> list() {
        return ask(connection -> {
            // Each alone: three lists of everything would not fit into the bound of answers that come together.
            Map<String, Long> stamps = new HashMap<>();
            List<@Nullable Object> revisions = Replies.list(connection.call("HGETALL", keys.revisions()));
            for (int i = 0; i + 1 < revisions.size(); i += 2) {
                String uuid = Replies.text(revisions.get(i));
                String revision = Replies.text(revisions.get(i + 1));
                if (uuid != null && revision != null) {
                    stamps.put(uuid, number(revision));
                }
            }
            Map<String, Long> listed = new HashMap<>();
            for (String uuid : Replies.uuids(connection.call("HKEYS", keys.processes()), bad)) {
                listed.put(uuid, stamps.getOrDefault(uuid, 0L)); // a record without a revision is a record all the same
            }
            Map<String, Liveness> marks = new HashMap<>();
            Set<String> strays = new HashSet<>();
            List<@Nullable Object> fields = Replies.list(connection.call("HGETALL", keys.marks()));
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                String uuid = Replies.text(fields.get(i));
                Liveness mark = uuid == null ? Liveness.ONLINE : mark(uuid, fields.get(i + 1));
                if (uuid != null && !listed.containsKey(uuid)) {
                    strays.add(uuid);
                } else if (uuid != null && mark != Liveness.ONLINE) {
                    marks.put(uuid, mark);
                }
            }
            forgetMarks(connection, strays);
            return new Listing(listed, marks);
        });
    }

    /** Whoever says goodbye may not touch the mark that he had; without a record it is of no use to anybody. */
    private void forgetMarks(RedisConnection connection, Set<String> strays) throws IOException {
        long now = link.ticker().nanos();
        strayMarks.keySet().retainAll(strays);
        List<Object> old = new ArrayList<>(List.of(keys.base()));
        for (String uuid : strays) {
            long since = strayMarks.computeIfAbsent(uuid, any -> now);
            if (now - since >= STRAY_NANOS && old.size() <= CHUNK) {
                old.add(uuid);
            }
        }
        if (old.size() > 1) {
            connection.call("EVAL", WatchScripts.FORGET_MARKS, 1, keys.marks(), old);
        }
    }

    /** A revision as a number: FNV-1a of its text, 64 bits, for only whether it is another is asked. */
    static long number(String revision) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < revision.length(); i++) {
            hash = (hash ^ revision.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private Liveness mark(String uuid, @Nullable Object value) {
        try {
            return MarkRecord.read(bytes(value));
        } catch (BadEntryException e) {
            bad.report("mark on", uuid, String.valueOf(e.getMessage()));
            return Liveness.ONLINE;
        }
    }

    @Override
    public CompletableFuture<Map<String, Registered>> read(Collection<String> uuids) {
        List<String> all = List.copyOf(uuids);
        return ask(connection -> {
            Map<String, Registered> found = new HashMap<>();
            for (int from = 0; from < all.size(); from += CHUNK) {
                List<String> chunk = all.subList(from, Math.min(all.size(), from + CHUNK));
                List<@Nullable Object> values = Replies.list(connection.call("HMGET", keys.processes(), chunk));
                for (int i = 0; i < chunk.size(); i++) {
                    if (values.get(i) != null) {
                        read(chunk.get(i), values.get(i), found);
                    }
                }
            }
            return Map.copyOf(found);
        });
    }

    private void read(String uuid, @Nullable Object value, Map<String, Registered> into) {
        try {
            InstanceRecord record =
                    InstanceRecord.read(uuid, bytes(value), link.config().allow());
            into.put(uuid, new Registered(record.instance(), record.withdrawn()));
        } catch (BadEntryException e) {
            bad.report("process", uuid, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CompletableFuture<Map<String, Signs>> signs(Collection<String> uuids) {
        List<String> all = List.copyOf(uuids);
        return ask(connection -> signs.read(connection, all));
    }

    @Override
    public CompletableFuture<List<Written>> write(String watcher, List<Verdict> verdicts) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(watcher);
        arguments.add(FUSE_WINDOW.toMillis());
        arguments.add(MAX_EVIDENCE);
        arguments.add(EVIDENCE_LIFE.toMillis());
        arguments.add(EntryJson.MAX_BYTES);
        arguments.add(OF_A_SERVICE);
        arguments.add(OF_ALL);
        for (Verdict verdict : verdicts) {
            // A verdict about an instance of another part would slip past the fence of its own.
            boolean fits = verdict.part() == WatchStore.partOf(verdict.uuid());
            arguments.add(fits ? verdict.part() : -1);
            arguments.add(verdict.fence());
            arguments.add(verdict.uuid());
            arguments.add(verdict.change().name());
            arguments.add(markOf(verdict));
            arguments.add(EvidenceRecord.write(verdict.evidence()));
            arguments.add(verdict.allowances().size());
            for (Allowance allowance : verdict.allowances()) {
                arguments.add(allowance.scope());
                arguments.add(allowance.limit());
            }
        }
        return ask(connection -> {
            List<Written> written = new ArrayList<>();
            for (String word : Replies.texts(
                    connection.call("EVAL", WatchScripts.WRITE, 1, keys.watchers(), keys.base(), arguments))) {
                written.add(
                        switch (word) {
                            case "APPLIED" -> Written.APPLIED;
                            case "STALE" -> Written.STALE;
                            case "GONE" -> Written.GONE;
                            default -> Written.fuse(word.substring("FUSE ".length()));
                        });
            }
            return List.copyOf(written);
        });
    }

    private static Object markOf(Verdict verdict) {
        return switch (verdict.change()) {
            case SUSPECT -> MarkRecord.write(Liveness.SUSPECT);
            case REMOVE -> MarkRecord.write(Liveness.OFFLINE);
            case REINSTATE, FORGET -> "";
        };
    }

    @Override
    public CompletableFuture<Void> send(List<Letter> letters) {
        List<Object> arguments = new ArrayList<>(List.of(MAX_LETTERS, LETTER_LIFE.toMillis()));
        for (Letter letter : letters) {
            arguments.add(letter.to());
            arguments.add(LetterRecord.write(letter));
        }
        return run(WatchScripts.SEND, arguments);
    }

    @Override
    public CompletableFuture<Void> complain(List<Complaint> complaints) {
        List<Complaint> all = List.copyOf(complaints);
        return ask(connection -> {
                    signs.complain(connection, all);
                    return true;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletableFuture<List<Evidence>> evidence(String uuid) {
        return ask(connection -> evidence(uuid, connection.call("LRANGE", keys.evidence(uuid), 0, MAX_EVIDENCE - 1)));
    }

    private List<Evidence> evidence(String uuid, @Nullable Object answer) {
        List<Evidence> evidence = new ArrayList<>();
        for (Object value : Replies.list(answer)) {
            try {
                evidence.add(EvidenceRecord.read(bytes(value)));
            } catch (BadEntryException e) {
                bad.report("evidence on", uuid, String.valueOf(e.getMessage()));
            }
        }
        return List.copyOf(evidence);
    }

    /** As the link does; and what Redis refuses a watcher, such as for want of a right, is told, for nobody waits for its answers. */
    private <T> CompletableFuture<T> ask(RedisLink.Work<T> work) {
        CompletableFuture<T> answer = link.ask(work);
        answer.whenComplete((value, failure) -> {
            boolean away = failure instanceof RegistryUnavailableException
                    && !(failure.getCause() instanceof RedisError error && !error.ofTheServer());
            if (failure != null && !away) { // while Redis is away, the link says so
                link.complain("What a watcher asks cannot be done: " + failure.getMessage());
            }
        });
        return answer;
    }

    static byte[] bytes(@Nullable Object value) throws BadEntryException {
        byte[] bytes = Replies.bytes(value);
        if (bytes == null) {
            throw new BadEntryException("it is longer than " + BoundedConnection.MAX_BULK + " bytes");
        }
        return bytes;
    }

    @Override
    public String toString() {
        return "RedisWatchStore[" + link.where() + "]";
    }
}
