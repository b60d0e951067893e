package io.moa.registry.redis;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.watch.Evidence;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where an operator looks at the registry, and takes instances out of service, weighs and tags them. A decision holds for
 * the process, and for whatever the same application runs at the same first address later: neither a heartbeat nor a restart
 * undoes it.
 *
 * <p>Every future completes on the link's thread; what cannot be done comes as {@link RegistryUnavailableException}. Safe for
 * many threads.
 */
public final class OperatorDesk {

    private static final int MAX_AUTHOR = 100;
    private static final int EVIDENCE = 20;
    private static final int MAX_WATCHERS = 1_000;
    private static final int CHUNK = 64; // records as long as a value may be still fit into the bound of answers
    private static final long LONGEST_NANOS = Duration.ofSeconds(5).toNanos();

    private final RedisLink link;
    private final RedisKeys keys;

    /** A desk over a link, which whoever opened it closes. */
    public OperatorDesk(RedisLink link) {
        this.link = link;
        this.keys = link.keys();
    }

    // ---- decisions

    /** Takes a process out of service until {@link #online}; weight and tag stay. Idempotent. */
    public CompletableFuture<OperatorState> offline(String uuid, String author) {
        return change(uuid, author, before -> new OperatorState(true, before.weight(), before.tag()));
    }

    /** Takes {@link #offline} back; weight and tag stay. Idempotent. */
    public CompletableFuture<OperatorState> online(String uuid, String author) {
        return change(uuid, author, before -> new OperatorState(false, before.weight(), before.tag()));
    }

    /**
     * Replaces the weight of a process.
     *
     * @param weight 0 to 10,000, or null for the process's own
     * @throws IllegalArgumentException if the weight is out of range
     */
    public CompletableFuture<OperatorState> weight(String uuid, @Nullable Integer weight, String author) {
        DecisionRecord.check(new OperatorState(false, weight, null));
        return change(uuid, author, before -> new OperatorState(before.offline(), weight, before.tag()));
    }

    /**
     * Replaces the tag of a process.
     *
     * @param tag up to 64 characters, or null for the process's own
     * @throws IllegalArgumentException if the tag is longer
     */
    public CompletableFuture<OperatorState> tag(String uuid, @Nullable String tag, String author) {
        DecisionRecord.check(new OperatorState(false, null, tag));
        return change(uuid, author, before -> new OperatorState(before.offline(), before.weight(), tag));
    }

    /**
     * Records a decision in place of what was decided before.
     *
     * @param state {@link OperatorState#NONE} takes all decisions back
     * @throws IllegalArgumentException if weight or tag is out of range
     */
    public CompletableFuture<OperatorState> decide(String uuid, OperatorState state, String author) {
        DecisionRecord.check(state);
        return change(uuid, author, before -> state);
    }

    private CompletableFuture<OperatorState> change(String uuid, String author, UnaryOperator<OperatorState> change) {
        if (uuid.isEmpty() || uuid.length() > InstanceRecord.MAX_UUID || author.length() > MAX_AUTHOR) {
            throw new IllegalArgumentException("A decision needs the uuid of a process, up to "
                    + InstanceRecord.MAX_UUID + " characters, and an author of up to " + MAX_AUTHOR);
        }
        return change(uuid, author, change, link.ticker().nanos() + LONGEST_NANOS);
    }

    /** Each try waits in the queue anew: two desks in step with each other would go on disturbing one another otherwise. */
    private CompletableFuture<OperatorState> change(
            String uuid, String author, UnaryOperator<OperatorState> change, long untilNanos) {
        return link.ask(connection -> Optional.ofNullable(tryChange(connection, uuid, author, change)))
                .thenCompose(after -> {
                    if (after.isPresent()) {
                        return CompletableFuture.completedFuture(after.get());
                    }
                    return link.ticker().nanos() - untilNanos < 0
                            ? change(uuid, author, change, untilNanos)
                            : CompletableFuture.failedFuture(new RegistryUnavailableException(
                                    "Other operators change decisions all the time; try again"));
                });
    }

    /** Null if somebody else decided something at the same time. */
    private @Nullable OperatorState tryChange(
            RedisConnection connection, String uuid, String author, UnaryOperator<OperatorState> change)
            throws IOException {
        connection.call("WATCH", keys.decisions(), keys.placeDecisions());
        InstanceRecord record = record(connection, uuid);
        Instance instance = record == null ? null : record.instance();
        // Of a process that is away, the decision waits at its place: taken back there, too, or the next start meets
        // it.
        String place = instance == null ? placeDecidedFor(connection, uuid) : RedisKeys.place(instance);
        DecisionRecord own = decision(connection.call("HGET", keys.decisions(), uuid));
        DecisionRecord ofPlace =
                place.isEmpty() ? null : decision(connection.call("HGET", keys.placeDecisions(), place));
        DecisionRecord found = own != null ? own : ofPlace != null ? ofPlace : record == null ? null : record.decided();
        OperatorState after = change.apply(found == null ? OperatorState.NONE : found.state());

        List<RedisCommand> commands = new ArrayList<>();
        if (ofPlace != null && !ofPlace.uuid().equals(uuid)) {
            // The process that stood here before is gone, and its decision goes with the place.
            commands.add(RedisCommand.of("HDEL", keys.decisions(), ofPlace.uuid()));
        }
        // Also that nothing is decided any more: where nothing stands, Redis has lost it.
        byte[] decision = new DecisionRecord(after, uuid, author, link.clock().millis()).write();
        commands.add(RedisCommand.of("HSET", keys.decisions(), uuid, decision));
        if (!place.isEmpty()) {
            commands.add(RedisCommand.of("HSET", keys.placeDecisions(), place, decision));
        }
        int needed = commands.size();
        if (instance != null) {
            ChangeLog.tell(commands, keys, services(instance), uuid, ChangeLog.DECIDED);
            ChangeLog.tellAll(commands, keys, uuid, ChangeLog.DECIDED);
        }
        List<@Nullable Object> results = connection.together(commands);
        if (results == null) {
            return null;
        }
        ChangeLog.beginAnew(connection, commands, results);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof RedisError error) {
                if (i < needed) {
                    throw error;
                }
                // What was decided holds; those who follow that log see it with their next whole reading.
                link.complain("A decision could not be told: " + error.getMessage());
            }
        }
        return after;
    }

    private String placeDecidedFor(RedisConnection connection, String uuid) throws IOException {
        return decisions(connection).stream()
                .filter(decision -> decision.uuid().equals(uuid))
                .map(OperatorDecision::place)
                .findFirst()
                .orElse("");
    }

    /** Of each place first, then of each uuid without one. */
    private List<OperatorDecision> decisions(RedisConnection connection) throws IOException {
        List<OperatorDecision> decisions = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        fields(connection.call("HGETALL", keys.placeDecisions()), (place, record) -> {
            if (!record.isNothing()) {
                decisions.add(new OperatorDecision(record.uuid(), place, record.state()));
            }
            placed.add(record.uuid());
        });
        fields(connection.call("HGETALL", keys.decisions()), (uuid, record) -> {
            if (!placed.contains(uuid) && !record.isNothing()) {
                decisions.add(new OperatorDecision(uuid, "", record.state()));
            }
        });
        return decisions;
    }

    private static void fields(@Nullable Object answer, BiConsumer<String, DecisionRecord> taker) {
        List<@Nullable Object> all = Replies.list(answer);
        for (int i = 0; i + 1 < all.size(); i += 2) {
            String field = Replies.text(all.get(i));
            DecisionRecord record = decision(all.get(i + 1));
            if (field != null && record != null) {
                taker.accept(field, record);
            }
        }
    }

    private static List<ServiceId> services(Instance instance) {
        return instance.exports().stream()
                .map(ServiceExport::service)
                .distinct()
                .toList();
    }

    // ---- looking

    /** All that was decided and not taken back, also for processes that are away. */
    public CompletableFuture<List<OperatorDecision>> decisions() {
        return link.ask(this::decisions);
    }

    /** The services that were ever offered, in order. */
    public CompletableFuture<List<ServiceId>> services() {
        return link.ask(connection -> {
            List<ServiceId> services = new ArrayList<>();
            for (String name : Replies.texts(connection.call("HKEYS", keys.services()))) {
                try {
                    services.add(ServiceId.parse(name));
                } catch (IllegalArgumentException e) {
                    // somebody wrote what is no service; it has no instances either
                }
            }
            services.sort((a, b) -> a.toString().compareTo(b.toString()));
            return services;
        });
    }

    /**
     * The processes listed for a service, in order of their uuids, without their evidence. Completes with {@link
     * UnreadableServiceException} if somebody else wrote under the list's key.
     */
    public CompletableFuture<List<InstanceReport>> instances(ServiceId service) {
        return link.ask(connection -> {
            List<String> names;
            try {
                names = Replies.texts(connection.call("HKEYS", keys.members(service)));
            } catch (RedisError e) {
                if (!e.isWrongType()) {
                    throw e;
                }
                throw new UnreadableServiceException("the list of its processes cannot be read: " + e.getMessage(), e);
            }
            names.sort(null);
            List<InstanceReport> reports = new ArrayList<>();
            List<String> uuids = new ArrayList<>();
            for (String name : names) {
                if (InstanceRecord.isUuid(name)) {
                    uuids.add(name);
                } else {
                    reports.add(InstanceReport.ofBadEntry(
                            name.substring(0, Math.min(name.length(), InstanceRecord.MAX_UUID)),
                            InstanceRecord.WHAT_A_UUID_IS + ", and this one " + name.length()));
                }
            }
            for (int from = 0; from < uuids.size(); from += CHUNK) {
                for (InstanceReport each :
                        reports(connection, uuids.subList(from, Math.min(uuids.size(), from + CHUNK)), false)) {
                    Instance instance = each.instance();
                    reports.add(
                            instance == null || instance.offers(service)
                                    ? each
                                    : InstanceReport.ofBadEntry(
                                            each.uuid(),
                                            "it stands in the list of " + service + ", and says that it offers "
                                                    + instance.exports().stream()
                                                            .map(export -> export.service()
                                                                    .toString())
                                                            .toList()));
                }
            }
            return reports;
        });
    }

    /** The watchers that have a lease, at most {@value #MAX_WATCHERS}, and whether each is fit or takes itself for cut off. */
    public CompletableFuture<Map<String, Boolean>> watchers() {
        return link.ask(connection -> {
            List<String> fields = Replies.texts(connection.call("HGETALL", keys.watchers()));
            Map<String, Boolean> said = new TreeMap<>();
            for (int i = 0; i + 1 < fields.size() && said.size() < MAX_WATCHERS; i += 2) {
                said.put(fields.get(i), fields.get(i + 1).equals("1"));
            }
            List<String> names = List.copyOf(said.keySet());
            List<@Nullable Object> leases = connection.pipeline(names.stream()
                    .map(name -> RedisCommand.of("EXISTS", keys.watcher(name)))
                    .toList());
            for (int i = 0; i < names.size(); i++) {
                if (Replies.number(leases.get(i)) == 0) {
                    said.remove(names.get(i));
                }
            }
            return Map.copyOf(said);
        });
    }

    /** Everything about one process. */
    public CompletableFuture<InstanceReport> instance(String uuid) {
        return link.ask(connection -> reports(connection, List.of(uuid), true).get(0));
    }

    private List<InstanceReport> reports(RedisConnection connection, List<String> uuids, boolean withEvidence)
            throws IOException {
        // The records first: what else there is cannot take their room.
        List<RedisCommand> commands = new ArrayList<>();
        for (String uuid : uuids) {
            commands.add(RedisCommand.of("HGET", keys.processes(), uuid));
        }
        for (String uuid : uuids) {
            commands.add(RedisCommand.of("PTTL", keys.lease(uuid)));
            commands.add(RedisCommand.of("HGET", keys.marks(), uuid));
            commands.add(RedisCommand.of("HGET", keys.decisions(), uuid));
            if (withEvidence) {
                commands.add(RedisCommand.of("LRANGE", keys.evidence(uuid), 0, EVIDENCE - 1));
            }
        }
        List<@Nullable Object> answers = connection.pipeline(commands);
        int each = withEvidence ? 4 : 3;
        List<InstanceReport> reports = new ArrayList<>();
        List<String> places = new ArrayList<>();
        for (int i = 0; i < uuids.size(); i++) {
            int from = uuids.size() + i * each;
            InstanceReport report = report(uuids.get(i), answers.get(i), answers.subList(from, from + each));
            reports.add(report);
            Instance instance = report.instance();
            places.add(instance == null ? "" : RedisKeys.place(instance));
        }
        List<@Nullable Object> atPlaces =
                uuids.isEmpty() ? List.of() : Replies.list(connection.call("HMGET", keys.placeDecisions(), places));
        for (int i = 0; i < uuids.size(); i++) {
            DecisionRecord ofPlace = decision(atPlaces.get(i));
            if (ofPlace != null && decision(answers.get(uuids.size() + i * each + 2)) == null) {
                reports.set(i, reports.get(i).with(ofPlace.state()));
            }
        }
        return reports;
    }

    private InstanceReport report(String uuid, @Nullable Object written, List<@Nullable Object> answers) {
        InstanceRecord record = null;
        String problem = null;
        try {
            record = record(uuid, written);
        } catch (BadEntryException e) {
            problem = e.getMessage();
        }
        List<String> passedOver = new ArrayList<>();
        // What the process remembers counts where nothing that can be read stands in Redis, for its place neither.
        DecisionRecord own = decision(answers.get(2), passedOver);
        DecisionRecord memory = own == null && record != null ? record.decided() : null;
        DecisionRecord decision = memory != null ? memory : own;
        return new InstanceReport(
                uuid,
                record == null ? null : record.instance(),
                problem,
                record != null && record.withdrawn(),
                Replies.number(answers.get(0)),
                mark(answers.get(1), passedOver),
                decision == null ? OperatorState.NONE : decision.state(),
                memory != null,
                answers.size() > 3 ? evidence(answers.get(3), passedOver) : List.of(),
                passedOver);
    }

    private static List<Evidence> evidence(@Nullable Object answer, List<String> passedOver) {
        List<Evidence> evidence = new ArrayList<>();
        for (Object value : Replies.list(answer)) {
            try {
                evidence.add(EvidenceRecord.read(bytes(value)));
            } catch (BadEntryException e) {
                passedOver.add("a piece of evidence: " + e.getMessage()); // what no watcher wrote is none
            }
        }
        return evidence;
    }

    private @Nullable InstanceRecord record(RedisConnection connection, String uuid) throws IOException {
        try {
            return record(uuid, connection.call("HGET", keys.processes(), uuid));
        } catch (BadEntryException e) {
            return null; // what cannot be read has no place; the decision holds for the uuid
        }
    }

    private @Nullable InstanceRecord record(String uuid, @Nullable Object value) throws BadEntryException {
        if (value == null) {
            return null;
        }
        return InstanceRecord.read(uuid, bytes(value), link.config().allow());
    }

    private static byte[] bytes(@Nullable Object value) throws BadEntryException {
        byte[] bytes = Replies.bytes(value);
        if (bytes == null) {
            throw new BadEntryException("it is longer than " + BoundedConnection.MAX_BULK + " bytes");
        }
        return bytes;
    }

    private static @Nullable DecisionRecord decision(@Nullable Object value) {
        return decision(value, new ArrayList<>());
    }

    private static @Nullable DecisionRecord decision(@Nullable Object value, List<String> passedOver) {
        try {
            return value == null ? null : DecisionRecord.read(bytes(value));
        } catch (BadEntryException e) {
            passedOver.add("an operator's decision: " + e.getMessage()); // the next decision replaces it
            return null;
        }
    }

    private static Liveness mark(@Nullable Object value, List<String> passedOver) {
        try {
            return value == null ? Liveness.ONLINE : MarkRecord.read(bytes(value));
        } catch (BadEntryException e) {
            passedOver.add("a watcher's mark: " + e.getMessage());
            return Liveness.ONLINE;
        }
    }
}
