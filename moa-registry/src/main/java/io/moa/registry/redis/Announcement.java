package io.moa.registry.redis;

import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process that announces itself: what it wants to stand in Redis, and what it has written there. The wish is changed by
 * anybody, under the lock; the link's thread brings it to Redis. Each wish has a number, and Redis has the revision
 * {@code <when registered>-<random>.<number>}: so a heartbeat sees whether what stands there is this wish, an older one, or
 * that of another registration of the same uuid, of which the later one counts.
 */
final class Announcement implements Registry.Registration {

    private static final int CHECKED_SERVICES = 3;
    private static final long LONGEST_FAREWELL_MILLIS = 2_000;

    /** The first commands that write or withdraw: the lease, the revision and the record. */
    private static final int OF_THE_PROCESS = 3;

    /** Where in the answers to a heartbeat what stands; behind them, whether Redis still knows the rest. */
    private static final int LEASE = 0;

    private static final int REVISION = 1;
    private static final int DECISION = 2;
    private static final int DECISION_OF_PLACE = 3;

    private final RedisRegistry registry;
    private final RedisKeys keys;
    private final String uuid;
    private final long leaseMillis;
    private final String rhythm; // for watchers, who judge the lease by it
    private final CompletableFuture<Void> registered = new CompletableFuture<>();
    private final CompletableFuture<Void> withdrawn = new CompletableFuture<>();

    private final Object lock = new Object();
    // The wish; guarded by lock.
    private InstanceRecord record;
    private byte[] json;
    private long wish = 1;
    private boolean closed;
    private boolean replaced;
    private final List<Awaited> awaited = new ArrayList<>();
    private @Nullable DecisionRecord remembered; // what an operator has decided for this process, as last seen

    // What stands in Redis, as far as known. Guarded by lock; written by the link's thread.
    private final Set<ServiceId> listedIn = new LinkedHashSet<>();
    private long written;

    // The link's thread's own.
    private long heartbeatAt;
    private int checkNext;
    private RegistrationStamp stamp;
    private boolean tookOver;
    private int refusals; // since Redis last took something
    private long retryAt;

    /** Somebody who waits until a wish, or a later one, stands in Redis. */
    private record Awaited(long wish, CompletableFuture<Void> done) {}

    /**
     * An announcement that is not yet written.
     *
     * @param before what this one replaces in the same registry, or null
     * @throws IllegalArgumentException if the process says too much, or what nobody could use
     */
    Announcement(RedisRegistry registry, Instance instance, RegistrationStamp stamp, @Nullable Announcement before) {
        this.registry = registry;
        this.keys = registry.link().keys();
        this.uuid = instance.uuid();
        this.stamp = stamp;
        this.leaseMillis = registry.link().config().lease().toMillis();
        this.rhythm =
                " " + leaseMillis + " " + registry.link().config().heartbeat().toMillis();
        this.record = new InstanceRecord(instance, false);
        this.json = record.write(registry.link().config().allow());
        if (before != null) {
            listedIn.addAll(before.replace());
            remembered = before.remembered();
            registered.whenComplete((done, never) -> before.registered.complete(null));
        }
    }

    String uuid() {
        return uuid;
    }

    // ---- the wish, by anybody

    @Override
    public CompletableFuture<Void> registered() {
        return registered.copy(); // so that nobody else completes it
    }

    @Override
    public CompletableFuture<Void> announced() {
        synchronized (lock) {
            if (closed || replaced || written >= wish) {
                return CompletableFuture.completedFuture(null);
            }
            Awaited waits = new Awaited(wish, new CompletableFuture<>());
            awaited.add(waits);
            return waits.done;
        }
    }

    /** Tells those who wait for nothing any more. Without the lock, which is not for strangers. */
    private void tellAwaiting() {
        List<Awaited> over = new ArrayList<>();
        synchronized (lock) {
            awaited.removeIf(each -> (closed || replaced || written >= each.wish) && over.add(each));
        }
        over.forEach(each -> each.done.complete(null));
    }

    @Override
    public void update(Instance instance) {
        if (!instance.uuid().equals(uuid)) {
            throw new IllegalArgumentException("This registration is of the process " + uuid + "; another process, "
                    + instance.uuid() + ", needs a registration of its own");
        }
        synchronized (lock) {
            wish(new InstanceRecord(instance, record.withdrawn(), record.decided()));
        }
        registry.link().wake();
    }

    @Override
    public void offline() {
        withdraw(true);
    }

    @Override
    public void online() {
        withdraw(false);
    }

    private void withdraw(boolean withdrawn) {
        synchronized (lock) {
            wish(new InstanceRecord(record.instance(), withdrawn, record.decided()));
        }
        registry.link().wake();
    }

    private void wish(InstanceRecord next) {
        if (closed || replaced || next.equals(record)) {
            return;
        }
        json = next.write(registry.link().config().allow());
        record = next;
        wish++;
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        tellAwaiting();
        registry.link().wake();
    }

    /**
     * Completes within twice the socket timeout, at most {@value #LONGEST_FAREWELL_MILLIS} ms. Without a connection it is
     * complete: while Redis is away, nobody's end waits for it.
     */
    @Override
    public CompletableFuture<Void> withdrawn() {
        RedisLink link = registry.link();
        if (!link.isConnected()) {
            return CompletableFuture.completedFuture(null);
        }
        long millis = Math.min(
                LONGEST_FAREWELL_MILLIS, 2 * link.config().socketTimeout().toMillis());
        return withdrawn.copy().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS);
    }

    /** Makes it inert, for another registration in the same registry has taken over; where it is listed. */
    private Set<ServiceId> replace() {
        withdrawn.complete(null); // what stands there is no longer its own
        Set<ServiceId> services;
        synchronized (lock) {
            replaced = true;
            services = new HashSet<>(listedIn);
            services.addAll(record.services());
        }
        tellAwaiting();
        return services;
    }

    private @Nullable DecisionRecord remembered() {
        synchronized (lock) {
            return remembered;
        }
    }

    // ---- the link's thread

    /** Whether nothing is left to do for it: it was withdrawn, or another has taken over. */
    boolean isOver() {
        synchronized (lock) {
            return replaced || (closed && written < 0);
        }
    }

    boolean wantsFarewell() {
        synchronized (lock) {
            return closed && !replaced && written > 0;
        }
    }

    /** Nanoseconds until there is something to do. */
    long dueIn(long now) {
        synchronized (lock) {
            if (replaced) {
                return Long.MAX_VALUE;
            }
            if (closed || written != wish) {
                return refusals > 0 ? Math.max(0, retryAt - now) : 0;
            }
            return heartbeatAt - now;
        }
    }

    void connected(long now) {
        heartbeatAt = now;
        refusals = 0; // what one refused, another may take
    }

    /** Lets it wait after Redis took nothing: it alone, and not what is read. */
    void refused(long now) {
        retryAt = now + pause();
    }

    private boolean isWaiting(long now) {
        return refusals > 0 && retryAt - now > 0;
    }

    private boolean mayWrite(long now) {
        synchronized (lock) {
            return !replaced && !closed && !isWaiting(now);
        }
    }

    private long pause() {
        refusals++;
        return Jitter.pause(refusals, registry.link().random());
    }

    private long untilHeartbeat() {
        return Jitter.before(
                registry.link().config().heartbeat().toNanos(), registry.link().random());
    }

    boolean isHeartbeatDue(long now) {
        synchronized (lock) {
            return !replaced && !closed && written == wish && heartbeatAt - now <= 0;
        }
    }

    /** Writes or withdraws, if the wish is not what stands in Redis. */
    void settle(RedisConnection connection, long now) throws IOException {
        List<RedisCommand> commands;
        Set<ServiceId> services;
        long number;
        if (!tookOver && mayWrite(now)) {
            // The registration that comes to Redis later counts, whatever the clocks say.
            stamp = stamp.ahead(
                    Replies.text(connection.call("HGET", keys.revisions(), uuid)),
                    registry.link().random());
            tookOver = true;
        }
        synchronized (lock) {
            if (replaced || (!closed && written == wish) || isWaiting(now)) {
                return;
            }
            number = wish;
            services = record.services();
            if (closed) {
                services.addAll(listedIn);
                commands = List.of();
            } else {
                // Whatever the answer will be, it may stand there from now on.
                Set<ServiceId> left = new LinkedHashSet<>(listedIn);
                left.removeAll(services);
                listedIn.addAll(services);
                commands = writing(services, left);
            }
        }
        if (commands.isEmpty()) {
            new Farewell(keys, uuid, stamp)
                    .say(connection, services, (gone, results) -> judge(connection, gone, results, OF_THE_PROCESS));
            synchronized (lock) {
                written = -1;
            }
            withdrawn.complete(null);
            return;
        }
        List<@Nullable Object> results = connection.together(commands);
        if (results == null) {
            return; // a watch left over from something that failed; it is gone now, and the next round writes
        }
        judge(connection, commands, results, OF_THE_PROCESS + services.size());
        refusals = 0;
        synchronized (lock) {
            written = number;
            listedIn.retainAll(services);
        }
        heartbeatAt = now + untilHeartbeat();
        registered.complete(null);
        tellAwaiting();
    }

    /**
     * What makes the process known has to be taken; the rest is a help to others, which one key of another type must not turn into
     * writing the same for ever.
     */
    private void judge(
            RedisConnection connection, List<RedisCommand> commands, List<@Nullable Object> results, int needed)
            throws IOException {
        ChangeLog.beginAnew(connection, commands, results);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof RedisError error) {
                if (i < needed) {
                    throw error;
                }
                registry.link().complain(this + ": " + error.getMessage());
            }
        }
    }

    private List<RedisCommand> writing(Set<ServiceId> services, Set<ServiceId> left) {
        List<RedisCommand> commands = new ArrayList<>();
        commands.add(lease(wish));
        commands.add(RedisCommand.of("HSET", keys.revisions(), uuid, revision(wish)));
        commands.add(RedisCommand.of("HSET", keys.processes(), uuid, json));
        for (ServiceId service : services) {
            commands.add(RedisCommand.of("HSET", keys.members(service), uuid, ""));
        }
        for (ServiceId service : services) {
            commands.add(RedisCommand.of("HSET", keys.services(), service, ""));
        }
        for (ServiceId service : left) {
            commands.add(RedisCommand.of("HDEL", keys.members(service), uuid));
        }
        ChangeLog.tell(commands, keys, services, uuid, ChangeLog.CHANGED);
        ChangeLog.tell(commands, keys, left, uuid, ChangeLog.LEFT);
        ChangeLog.tellAll(commands, keys, uuid, ChangeLog.CHANGED);
        return commands;
    }

    private RedisCommand lease(long number) {
        return RedisCommand.of("SET", keys.lease(uuid), revision(number) + rhythm, "PX", leaseMillis);
    }

    private String revision(long number) {
        return stamp.text() + "." + number;
    }

    /** What a heartbeat sends; its answers go to {@link #heard}. */
    List<RedisCommand> heartbeat() {
        List<RedisCommand> commands = new ArrayList<>();
        synchronized (lock) {
            commands.add(lease(written));
            commands.add(RedisCommand.of("HGET", keys.revisions(), uuid));
            commands.add(RedisCommand.of("HGET", keys.decisions(), uuid));
            commands.add(RedisCommand.of("HGET", keys.placeDecisions(), RedisKeys.place(record.instance())));
            commands.add(RedisCommand.of("HEXISTS", keys.processes(), uuid));
            // A few services each time: all of them come round, and fifty do not make a heartbeat fifty commands.
            List<ServiceId> services = List.copyOf(listedIn);
            for (int i = 0; i < Math.min(CHECKED_SERVICES, services.size()); i++) {
                ServiceId service = services.get(Math.floorMod(checkNext++, services.size()));
                commands.add(RedisCommand.of("HEXISTS", keys.members(service), uuid));
                if (i == 0) {
                    commands.add(RedisCommand.of("HEXISTS", keys.services(), service));
                }
            }
        }
        return commands;
    }

    /**
     * Takes the answers to {@link #heartbeat}.
     *
     * @return whether another registration of this uuid, a later one, stands in Redis
     * @throws RedisError what Redis refused, after all else was taken
     */
    boolean heard(List<@Nullable Object> answers, long now) {
        RedisError refused = null;
        boolean whole = true;
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) instanceof RedisError error) {
                refused = refused == null ? error : refused;
            } else if (i > DECISION_OF_PLACE) {
                whole &= Objects.equals(answers.get(i), 1L);
            }
        }
        if (answers.get(LEASE) instanceof RedisError) {
            heartbeatAt = now + pause(); // the lease runs meanwhile
        } else {
            refusals = 0;
            heartbeatAt = now + untilHeartbeat();
        }
        if (!(answers.get(REVISION) instanceof RedisError)) {
            String found = Replies.text(answers.get(REVISION));
            boolean behind;
            synchronized (lock) {
                behind = stamp.isBehind(found);
                replaced |= behind;
                if (!behind) {
                    remember(answers.get(DECISION), answers.get(DECISION_OF_PLACE));
                    if (!whole || !revision(written).equals(found)) {
                        written = 0; // Redis has forgotten something: all of it is written again
                        registry.repaired();
                    }
                }
            }
            if (behind) {
                tellAwaiting();
                return true;
            }
        }
        if (refused != null) {
            throw refused;
        }
        return false;
    }

    /**
     * Keeps what an operator has decided. Where nothing stands any more that can be read, Redis was emptied, has failed over to one that
     * lacks it, or somebody has damaged it; then the record says it, until Redis knows better. Under the lock.
     */
    private void remember(@Nullable Object ofProcess, @Nullable Object ofPlace) {
        if (ofProcess instanceof RedisError || ofPlace instanceof RedisError) {
            return; // nothing was learnt
        }
        DecisionRecord own = decision(ofProcess);
        DecisionRecord found = own != null ? own : decision(ofPlace);
        if (found != null) {
            remembered = found;
        }
        boolean lost = found == null && remembered != null && !remembered.isNothing();
        try {
            wish(new InstanceRecord(record.instance(), record.withdrawn(), lost ? remembered : null));
        } catch (IllegalArgumentException e) {
            registry.link()
                    .complain(
                            this + " cannot say what an operator has decided, which Redis has lost: " + e.getMessage());
        }
    }

    private static @Nullable DecisionRecord decision(@Nullable Object value) {
        byte[] bytes = Replies.bytes(value);
        try {
            return bytes == null ? null : DecisionRecord.read(bytes);
        } catch (BadEntryException e) {
            return null; // followers tell of it
        }
    }

    @Override
    public String toString() {
        return "RedisRegistration[" + uuid + "]";
    }
}
