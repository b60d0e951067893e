package io.moa.registry.redis;

import io.moa.discovery.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Brings a registry's wishes to Redis, and what stands there to its followers, on the link's thread. */
final class RegistryChore implements Chore {

    private static final long SPREAD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int STREAMS_CHUNK = 256;

    private final RedisRegistry registry;
    private final RedisLink link;
    private final RedisKeys keys;
    private final EntryReader reader;
    private final long pollNanos;
    private final long fullReadNanos;

    private long pollAt;
    private long tidyAt;

    RegistryChore(RedisRegistry registry, RedisLink link, BadEntries bad) {
        this.registry = registry;
        this.link = link;
        this.keys = link.keys();
        this.reader = new EntryReader(keys, bad, link.config().allow());
        this.pollNanos = link.config().poll().toNanos();
        this.fullReadNanos = link.config().fullRead().toNanos();
    }

    @Override
    public long dueIn(long now) {
        if (registry.isDone()) {
            link.remove(this);
            return Long.MAX_VALUE;
        }
        long due = Long.MAX_VALUE;
        for (Announcement announcement : registry.announcements()) {
            due = Math.min(due, announcement.dueIn(now));
        }
        List<FollowedService> services = registry.followed();
        for (FollowedService service : services) {
            due = Math.min(due, service.fullIn(now));
        }
        if (!services.isEmpty()) {
            due = Math.min(due, pollAt - now);
            Long look = registry.firstLook();
            if (look != null) {
                due = Math.min(due, look - now);
            }
        }
        return due;
    }

    @Override
    public void run(RedisConnection connection, long now) throws IOException {
        // What cannot be written now is no reason to stop reading: a Redis short of replicas, disk or memory still
        // answers.
        RedisError unusable = write(connection, now);
        readLogs(connection, now);
        readLists(connection, now);
        if (unusable != null) {
            throw unusable; // another connection may take it
        }
    }

    /** Writes what is due; what Redis refused because of the connection, or null. */
    private @Nullable RedisError write(RedisConnection connection, long now) throws IOException {
        List<Announcement> beating = new ArrayList<>();
        RedisError unusable = null;
        for (Announcement announcement : registry.announcements()) {
            try {
                announcement.settle(connection, now);
            } catch (RedisError e) {
                announcement.refused(now);
                unusable = noted(announcement, e, unusable);
            }
            if (announcement.isOver()) {
                registry.over(announcement);
            } else if (announcement.isHeartbeatDue(now)) {
                beating.add(announcement);
            }
        }
        return beat(connection, beating, now, unusable);
    }

    private @Nullable RedisError noted(Announcement announcement, RedisError e, @Nullable RedisError unusable) {
        if (e.ofTheServer()) {
            return e;
        }
        link.complain(announcement + ": " + e.getMessage());
        return unusable;
    }

    private @Nullable RedisError beat(
            RedisConnection connection, List<Announcement> beating, long now, @Nullable RedisError before)
            throws IOException {
        List<RedisCommand> commands = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (Announcement announcement : beating) {
            commands.addAll(announcement.heartbeat());
            ends.add(commands.size());
        }
        List<@Nullable Object> answers = commands.isEmpty() ? List.of() : connection.pipeline(commands);
        RedisError unusable = before;
        int from = 0;
        for (int i = 0; i < beating.size(); i++) {
            Announcement announcement = beating.get(i);
            try {
                if (announcement.heard(answers.subList(from, ends.get(i)), now)) {
                    link.complain(
                            "Another process has registered as " + announcement.uuid()
                                    + " and replaces this one, which says nothing of itself any more; each needs a uuid of its own");
                    registry.over(announcement);
                }
            } catch (RedisError e) {
                unusable = noted(announcement, e, unusable);
            }
            from = ends.get(i);
        }
        return unusable;
    }

    private void readLogs(RedisConnection connection, long now) throws IOException {
        boolean poll = pollAt - now <= 0;
        List<FollowedService> looking = new ArrayList<>();
        Set<FollowedService> hinted = new HashSet<>();
        for (FollowedService service : registry.followed()) {
            // A hint that is not due yet is left: what follows closely is to be read with it.
            boolean told = registry.takeHint(service, now, poll);
            if (!service.followsLog()) {
                continue; // its whole list comes first
            }
            if (told) {
                hinted.add(service);
            }
            if (told || poll) {
                looking.add(service);
            }
        }
        if (poll) {
            pollAt = now + Jitter.around(pollNanos, link.random());
        }
        for (int from = 0; from < looking.size(); from += STREAMS_CHUNK) {
            readLogs(connection, looking.subList(from, Math.min(looking.size(), from + STREAMS_CHUNK)), hinted, now);
        }
    }

    private void readLogs(
            RedisConnection connection, List<FollowedService> services, Set<FollowedService> hinted, long now)
            throws IOException {
        List<Object> streams = new ArrayList<>();
        List<Object> ids = new ArrayList<>();
        Map<String, FollowedService> byKey = new HashMap<>();
        for (FollowedService service : services) {
            String key = keys.log(service.service);
            streams.add(key);
            ids.add(service.lastId());
            byKey.put(key, service);
        }
        List<@Nullable Object> answers;
        try {
            answers =
                    Replies.list(connection.call("XREAD", "COUNT", FollowedService.LOG_READ, "STREAMS", streams, ids));
        } catch (RedisError e) {
            if (e.ofTheServer()) {
                throw e;
            }
            // TRYAGAIN: some of the logs have moved to another node of a Cluster, and each has to be asked for alone.
            readLogsApart(connection, services, hinted, now, e);
            return;
        }
        for (Object answer : answers) {
            if (answer == BoundedConnection.OVERSIZED) {
                continue;
            }
            List<@Nullable Object> parts = Replies.list(answer);
            FollowedService service = byKey.remove(String.valueOf(Replies.text(parts.get(0))));
            if (service == null) {
                continue;
            }
            if (parts.get(1) == BoundedConnection.OVERSIZED) {
                service.readFullIn(now, 0);
                continue;
            }
            alone(
                    service,
                    now,
                    () -> registry.publish(
                            service, service.readChanged(connection, reader, Replies.list(parts.get(1))), now));
        }
        if (answers.contains(BoundedConnection.OVERSIZED)) {
            return; // of those that are missing nothing is known; the others are read to their ends, and the next poll
            // goes on
        }
        for (FollowedService service : byKey.values()) {
            alone(service, now, () -> {
                if (hinted.contains(service)) {
                    // Told to look, and nothing is there: either it was read before, or this is another log.
                    service.compareTop(FollowedService.topOf(
                            connection.call("XREVRANGE", keys.log(service.service), "+", "-", "COUNT", 1)));
                }
                registry.publish(service, null, now);
            });
        }
    }

    /** Reading for one service. */
    @FunctionalInterface
    private interface Reading {
        void run() throws IOException;
    }

    /** What stands under the keys of one service is no reason to tell another nothing. */
    private void alone(FollowedService service, long now, Reading reading) throws IOException {
        try {
            reading.run();
        } catch (RedisError e) {
            if (e.ofTheServer()) {
                throw e;
            }
            failed(service, now, e);
        }
    }

    /** One of several logs is none: finds out which, so that the others do not suffer. */
    private void readLogsApart(
            RedisConnection connection,
            List<FollowedService> services,
            Set<FollowedService> hinted,
            long now,
            RedisError why)
            throws IOException {
        if (services.size() == 1) {
            failed(services.get(0), now, why);
            return;
        }
        int middle = services.size() / 2;
        readLogs(connection, services.subList(0, middle), hinted, now);
        readLogs(connection, services.subList(middle, services.size()), hinted, now);
    }

    private void failed(FollowedService service, long now, RedisError why) {
        service.failed(now, Jitter.pause(service.failures() + 1, link.random()));
        link.complain("The list of " + service.service + " cannot be read: " + why.getMessage());
    }

    private void readLists(RedisConnection connection, long now) throws IOException {
        for (FollowedService service : registry.followed()) {
            if (service.fullIn(now) > 0) {
                continue;
            }
            alone(service, now, () -> {
                List<Snapshot.Entry> entries =
                        service.readFull(connection, keys, reader, Jitter.around(fullReadNanos, link.random()), now);
                registry.countFullRead();
                registry.publish(service, entries, now);
            });
        }
        if (tidyAt - now <= 0) {
            tidyAt = now + fullReadNanos;
            Set<String> used = new HashSet<>();
            registry.followed().forEach(service -> used.addAll(service.uuids()));
            reader.retain(used);
        }
    }

    @Override
    public void connected(long now) {
        pollAt = now;
        for (Announcement announcement : registry.announcements()) {
            announcement.connected(now);
        }
        // This may be another Redis than before. What is known stays in force meanwhile, so it need not be at once:
        // twenty thousand processes come back together.
        for (FollowedService service : registry.followed()) {
            service.readFullIn(now, (long) (SPREAD_NANOS * link.random().nextDouble()));
        }
    }

    @Override
    public Set<String> channels() {
        return registry.channels();
    }

    @Override
    public void hinted(String channel) {
        if (registry.hint(channel, link.ticker().nanos())) {
            link.wake();
        }
    }

    @Override
    public boolean wantsFarewell() {
        return registry.announcements().stream().anyMatch(Announcement::wantsFarewell);
    }

    @Override
    public String toString() {
        return "The registry";
    }
}
