package io.moa.registry.watch;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.ServiceExport;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches its share of the instances, takes the dead off the online list and puts back those that answer again. Any number of
 * watchers share one {@link WatchStore}; how they decide: {@code docs/watcher.md}.
 *
 * <p>It has no threads and does no I/O: it runs on the scheduler it is given and on the threads that complete the futures of
 * store and probe. Safe for many threads. It owns neither store nor probe nor scheduler.
 */
public final class Watcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private static final Duration TICK = Duration.ofMillis(100);
    private static final int BATCH = 1_000;
    private static final int WRITE_BATCH = 256;

    private final String name;
    private final WatchStore store;
    private final Scheduler scheduler;
    private final Ticker ticker;
    private final LongSupplier epochMillis;
    private final WatchConfig config;
    private final Judge judge;

    // All guarded by this; what leaves the watcher is collected under the lock and done outside it.
    private final PartTable parts;
    private final ProbeRound probing;
    private final Map<String, Watched> all = new HashMap<>();
    private final Map<String, Integer> serviceSizes = new HashMap<>();
    private IsolationCheck isolation;
    private boolean started;
    private boolean closed;
    private boolean fit = true;
    private long unfitSinceNanos;
    private long lastTickNanos;
    private boolean renewing;
    private long renewedNanos; // when the last renewal was asked for
    private boolean confirmed;
    private long confirmedNanos; // when the last renewal that succeeded was asked for
    private boolean listing;
    private long listedNanos;
    private long checkedNanos;
    private long fuseToldNanos;
    private long suspected;
    private long removed;
    private long reinstated;
    private long forgotten;
    private long stale;
    private long fused;
    private long pauses;
    private long isolations;

    /**
     * A watcher that does nothing until {@link #start()}.
     *
     * @param name that no other watcher uses; a new one for every start of a process
     * @param epochMillis the wall clock, for evidence alone
     * @param chance where its jitter comes from; only used under the watcher's lock
     */
    public Watcher(
            String name,
            WatchStore store,
            Probe probe,
            WatchConfig config,
            Scheduler scheduler,
            Ticker ticker,
            LongSupplier epochMillis,
            RandomGenerator chance) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A watcher needs a name that no other watcher uses");
        }
        this.name = name;
        this.store = store;
        this.scheduler = scheduler;
        this.ticker = ticker;
        this.epochMillis = epochMillis;
        this.config = config;
        this.judge = new Judge(config);
        this.parts = new PartTable(name);
        this.probing = new ProbeRound(this, probe, config, ticker, chance);
        this.isolation = new IsolationCheck(config.isolationShare());
    }

    /** Begins. A second call does nothing. */
    public void start() {
        synchronized (this) {
            if (started || closed) {
                return;
            }
            started = true;
            long now = ticker.nanos();
            lastTickNanos = now;
            renewedNanos = now - config.renewEvery().toNanos();
            listedNanos = now - config.listEvery().toNanos();
            checkedNanos = now;
            fuseToldNanos = now - Duration.ofMinutes(1).toNanos();
        }
        tick();
    }

    /** Gives its parts back and ends; what runs still changes nothing. Idempotent. */
    @Override
    public void close() {
        boolean leave;
        synchronized (this) {
            leave = started && !closed;
            closed = true;
            all.clear();
        }
        if (leave) {
            store.leave(name);
        }
    }

    /** What it is doing. */
    public synchronized WatcherStatus status() {
        int mine = 0;
        for (Watched each : all.values()) {
            mine += parts.holds(each.part) ? 1 : 0;
        }
        return new WatcherStatus(
                name,
                parts.parts().size(),
                mine,
                all.size(),
                fit,
                isConfirmed(ticker.nanos()),
                probing.ended(),
                probing.failed(),
                suspected,
                removed,
                reinstated,
                forgotten,
                stale,
                fused,
                pauses,
                isolations);
    }

    /** Does a step under the lock, and what it wants done outside it. */
    void step(Consumer<List<Runnable>> step) {
        List<Runnable> outside = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                return;
            }
            step.accept(outside);
        }
        outside.forEach(Runnable::run);
    }

    private <T> void ask(CompletableFuture<T> answer, BiConsumer<T, List<Runnable>> then, Runnable otherwise) {
        answer.whenComplete((value, failure) -> step(outside -> {
            if (failure == null) {
                then.accept(value, outside);
            } else {
                LOG.debug("watcher {}: the store did not answer", name, failure);
                otherwise.run();
            }
        }));
    }

    private void tick() {
        try {
            step(this::tick);
        } catch (RuntimeException e) {
            LOG.error("watcher {}: a tick failed; the next one goes on", name, e);
        }
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        scheduler.schedule(this::tick, TICK.toNanos());
    }

    private void tick(List<Runnable> outside) {
        long now = ticker.nanos();
        long late = now - lastTickNanos - TICK.toNanos();
        lastTickNanos = now;
        if (late > config.pauseLimit().toNanos()) {
            pauses++;
            discard("it was paused for " + late / 1_000_000 + " ms", now);
            confirmed = false; // whoever took over meanwhile must be heard of first
        }
        if (confirmed && !isConfirmed(now)) {
            confirmed = false;
            discard("the registry has not confirmed its lease for " + config.lease(), now);
        }
        if (now - renewedNanos >= (renewing ? config.lease() : config.renewEvery()).toNanos()) {
            renew(now, outside);
        }
        if (!listing && now - listedNanos >= config.listEvery().toNanos()) {
            list(now, outside);
        }
        probing.launch(now, outside);
        if (now - checkedNanos >= Duration.ofMillis(200).toNanos()) {
            checkedNanos = now;
            checkIsolation(now); // before anything is decided
            decide(now, outside);
        }
    }

    private boolean isConfirmed(long now) {
        return confirmed && now - confirmedNanos < config.lease().toNanos();
    }

    private void discard(String why, long now) {
        LOG.warn("watcher {}: {}; it marks nothing and begins its probes again", name, why);
        isolation = new IsolationCheck(config.isolationShare());
        probing.restart(mine(), now);
    }

    private Collection<Watched> mine() {
        List<Watched> mine = new ArrayList<>();
        for (Watched each : all.values()) {
            if (parts.holds(each.part)) {
                mine.add(each);
            }
        }
        return mine;
    }

    // ---- the store

    private void renew(long now, List<Runnable> outside) {
        renewing = true;
        renewedNanos = now;
        boolean isFit = fit;
        outside.add(() -> ask(
                store.renew(name, isFit, config.lease()),
                (round, more) -> learn(round, now, more),
                () -> renewing = false));
    }

    private void learn(Round round, long askedNanos, List<Runnable> outside) {
        long now = ticker.nanos();
        if (askedNanos == renewedNanos) {
            renewing = false;
        }
        if (confirmed && askedNanos - confirmedNanos < 0) {
            answer(round.letters(), now, outside); // an old round; only its letters are told nowhere else
            return;
        }
        confirmed = true;
        confirmedNanos = askedNanos;
        PartTable.Moves moves = parts.learn(round);
        changed(moves.lost(), moves.gained(), now);
        if (!moves.claim().isEmpty()) {
            long floor = parts.largestFence();
            outside.add(() -> ask(
                    store.claim(name, moves.claim(), floor),
                    (given, more) -> {
                        Set<Integer> gained = parts.given(given);
                        changed(Set.of(), gained, ticker.nanos());
                    },
                    () -> {}));
        }
        if (!moves.release().isEmpty()) {
            parts.drop(moves.release().keySet());
            changed(moves.release().keySet(), Set.of(), now);
            outside.add(() -> ask(store.release(name, moves.release()), (done, more) -> {}, () -> {}));
        }
        answer(round.letters(), now, outside);
    }

    private void changed(Set<Integer> lost, Set<Integer> gained, long now) {
        if (lost.isEmpty() && gained.isEmpty()) {
            return;
        }
        List<Watched> fresh = new ArrayList<>();
        for (Watched each : all.values()) {
            if (lost.contains(each.part)) {
                each.discard();
            } else if (gained.contains(each.part)) {
                fresh.add(each);
            }
        }
        probing.restart(fresh, now);
        LOG.info("watcher {}: holds {} of {} parts", name, parts.parts().size(), WatchStore.PARTS);
    }

    private void list(long now, List<Runnable> outside) {
        listing = true;
        listedNanos = now;
        outside.add(() -> ask(
                store.list(),
                (found, more) -> {
                    listing = false;
                    learn(found, now, more);
                },
                () -> listing = false));
    }

    private void learn(Listing found, long askedNanos, List<Runnable> outside) {
        List<String> unknown = new ArrayList<>();
        found.revisions().forEach((uuid, revision) -> {
            Watched known = all.get(uuid);
            if (known == null || known.revision != revision) {
                unknown.add(uuid);
            }
        });
        all.values().removeIf(each -> {
            boolean gone = !found.revisions().containsKey(each.uuid);
            if (gone) {
                count(each.instance, -1);
                each.discard();
            }
            return gone;
        });
        long now = ticker.nanos();
        for (Watched each : all.values()) {
            // A listing from before a change of ours does not know of it.
            if (!each.writing && !(each.written && each.writtenNanos - askedNanos >= 0)) {
                each.mark(found.marks().getOrDefault(each.uuid, Liveness.ONLINE), now);
            }
        }
        for (int from = 0; from < unknown.size(); from += BATCH) {
            List<String> batch = List.copyOf(unknown.subList(from, Math.min(unknown.size(), from + BATCH)));
            outside.add(() -> ask(
                    store.read(batch),
                    (instances, more) -> instances.values().forEach(each -> learn(each, found)),
                    () -> {}));
        }
    }

    private void learn(Instance instance, Listing listing) {
        long now = ticker.nanos();
        long revision = listing.revisions().getOrDefault(instance.uuid(), 0L);
        Watched known = all.get(instance.uuid());
        count(instance, 1);
        if (known != null) {
            count(known.instance, -1);
            known.instance = instance;
            known.revision = revision;
            return;
        }
        Watched fresh = new Watched(instance, revision);
        fresh.mark(listing.marks().getOrDefault(fresh.uuid, Liveness.ONLINE), now);
        all.put(fresh.uuid, fresh);
        if (parts.holds(fresh.part)) {
            probing.restart(List.of(fresh), now);
        }
    }

    private void count(Instance instance, int by) {
        for (String service : services(instance)) {
            serviceSizes.merge(service, by, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
        }
    }

    private static Set<String> services(Instance instance) {
        Set<String> services = new HashSet<>();
        for (ServiceExport export : instance.exports()) {
            services.add(export.service().toString());
        }
        return services;
    }

    // ---- letters

    private void answer(List<Letter> letters, long now, List<Runnable> outside) {
        for (Letter letter : letters) {
            Watched about = all.get(letter.uuid());
            if (about == null) {
                continue;
            }
            if (letter instanceof Letter.Answer answer) {
                if (about.failures > 0) {
                    about.answers.put(answer.from(), new Watched.Answered(answer, now));
                }
            } else if (fit) {
                probing.answer(about.instance, letter.from(), pauses, outside);
            }
        }
    }

    /** Sends what was found for another watcher, unless this one has come to doubt itself meanwhile. */
    void reply(String to, String uuid, Probe.Finding finding, long pausesBefore) {
        step(outside -> {
            if (!fit
                    || pauses != pausesBefore
                    || ticker.nanos() - lastTickNanos > config.pauseLimit().toNanos()) {
                return;
            }
            String failure = finding.failure();
            Letter answer =
                    new Letter.Answer(name, to, uuid, finding.reached(), failure == null ? "reached it" : failure);
            outside.add(() -> ask(store.send(List.of(answer)), (done, more) -> {}, () -> {}));
        });
    }

    // ---- probes

    /** A probe of an instance ended. Under the lock. */
    void found(Watched seen, long startNanos, Probe.Finding finding) {
        long now = ticker.nanos();
        if (seen.failures == 0 && seen.liveness != Liveness.OFFLINE) {
            isolation.first(finding.reached(), now);
        }
        seen.add(startNanos, now, finding);
    }

    boolean watches(Watched seen) {
        return parts.holds(seen.part) && all.get(seen.uuid) == seen;
    }

    private void checkIsolation(long now) {
        boolean isolated = isolation.isolated(mine(), now);
        if (isolated) {
            if (fit) {
                isolations++;
                fit = false;
                LOG.error(
                        "watcher {}: most instances became unreachable at once. It takes itself for cut off, marks nothing"
                                + " and leaves its parts to other watchers if there are any. If the instances are really"
                                + " down, clients find out by themselves",
                        name);
                discardQuietly(now);
            }
            unfitSinceNanos = now;
        } else if (!fit && now - unfitSinceNanos >= config.isolationHold().toNanos()) {
            fit = true;
            LOG.warn("watcher {}: trusts itself again", name);
            discardQuietly(now);
        }
    }

    private void discardQuietly(long now) {
        isolation = new IsolationCheck(config.isolationShare());
        probing.restart(mine(), now);
    }

    // ---- verdicts

    private void decide(long now, List<Runnable> outside) {
        if (!fit || !isConfirmed(now)) {
            return;
        }
        List<String> needSigns = new ArrayList<>();
        List<Letter> questions = new ArrayList<>();
        List<Watched> decided = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (Watched seen : all.values()) {
            boolean quiet = seen.failures == 0 && seen.liveness == Liveness.ONLINE;
            if (quiet || seen.writing || !parts.holds(seen.part)) {
                continue;
            }
            if (judge.needsSigns(seen, now) && needSigns.size() < BATCH) {
                needSigns.add(seen.uuid);
            }
            if (judge.needsAnswers(seen, now) && questions.size() < BATCH - 1) {
                question(seen, now, questions);
            }
            Judge.Decision decision = judge.decide(seen, now);
            if (decision != null && verdicts.size() < WRITE_BATCH) {
                decided.add(seen);
                verdicts.add(verdict(seen, decision, now));
                seen.writing = true;
                seen.written = true;
                seen.writtenNanos = now;
            }
        }
        if (!needSigns.isEmpty()) {
            outside.add(() -> ask(
                    store.signs(needSigns),
                    (found, more) -> found.forEach((uuid, signs) -> {
                        Watched about = all.get(uuid);
                        if (about != null && about.failures > 0) {
                            about.learn(signs, ticker.nanos());
                        }
                    }),
                    () -> {}));
        }
        if (!questions.isEmpty()) {
            outside.add(() -> ask(store.send(questions), (done, more) -> {}, () -> {}));
        }
        if (!verdicts.isEmpty()) {
            outside.add(() -> ask(
                    store.write(name, verdicts),
                    (results, more) -> written(decided, verdicts, results),
                    () -> decided.forEach(each -> each.writing = false)));
        }
    }

    /** Two others, always the same for an instance while the watchers are the same. */
    private void question(Watched seen, long now, List<Letter> questions) {
        List<String> others = parts.others();
        for (int i = 0; i < 2; i++) {
            String other = Rendezvous.holder(seen.part, others);
            if (other != null) {
                questions.add(new Letter.Question(name, other, seen.uuid));
                others.remove(other);
            }
        }
        seen.asked = true;
        seen.askedNanos = now;
    }

    private Verdict verdict(Watched seen, Judge.Decision decision, long now) {
        List<Allowance> allowances = new ArrayList<>();
        if (decision.change() == Change.REMOVE) {
            for (String service : services(seen.instance)) {
                int size = serviceSizes.getOrDefault(service, 0);
                allowances.add(new Allowance(service, Math.max(1, (int) (size * config.serviceShare()))));
            }
            allowances.add(new Allowance(
                    Allowance.ALL, Math.max(config.overallFloor(), (int) (all.size() * config.overallShare()))));
        }
        String fuse = !seen.fuse.isEmpty()
                ? "had blown for " + seen.fuse
                : decision.change() == Change.REMOVE
                        ? "held; within a minute the limits are "
                                + allowances.stream()
                                        .limit(4)
                                        .map(each -> each.limit() + " for " + each.scope())
                                        .toList()
                        : "";
        long fence = parts.fence(seen.part);
        Evidence evidence = new Evidence(
                seen.uuid,
                decision.change(),
                name,
                seen.part,
                fence,
                epochMillis.getAsLong(),
                decision.why(),
                seen.hasSigns ? seen.signs.leaseAgeMillis() : Evidence.NOT_ASKED,
                seen.probes(now),
                decision.vantagePoints(),
                fuse);
        return new Verdict(seen.part, fence, seen.uuid, decision.change(), allowances, evidence);
    }

    private void written(List<Watched> decided, List<Verdict> verdicts, List<Written> results) {
        long now = ticker.nanos();
        for (int i = 0; i < decided.size(); i++) {
            Watched seen = decided.get(i);
            Verdict verdict = verdicts.get(i);
            Written written = results.get(i);
            seen.writing = false;
            switch (written.result()) {
                case APPLIED -> applied(seen, verdict, now);
                case STALE -> {
                    stale++;
                    if (parts.fence(seen.part) == verdict.fence()) {
                        parts.drop(Set.of(seen.part));
                        changed(Set.of(seen.part), Set.of(), now);
                    }
                }
                case FUSE -> blown(seen, written, now);
                case GONE -> {} // the next listing says so too
            }
        }
    }

    private void applied(Watched seen, Verdict verdict, long now) {
        Change change = verdict.change();
        switch (change) {
            case SUSPECT -> {
                suspected++;
                seen.mark(Liveness.SUSPECT, now);
            }
            case REMOVE -> {
                removed++;
                seen.mark(Liveness.OFFLINE, now);
            }
            case REINSTATE -> {
                reinstated++;
                seen.mark(Liveness.ONLINE, now);
            }
            case FORGET -> forgotten++;
        }
        if (change != Change.SUSPECT) {
            LOG.warn(
                    "watcher {}: {} {}: {}",
                    name,
                    seen.instance,
                    change,
                    verdict.evidence().why());
        }
    }

    private void blown(Watched seen, Written written, long now) {
        fused++;
        seen.fuse = written.scope();
        seen.deferred = true;
        seen.notBeforeNanos = now + Duration.ofSeconds(5).toNanos();
        if (now - fuseToldNanos >= Duration.ofMinutes(1).toNanos()) {
            fuseToldNanos = now;
            LOG.error(
                    "watcher {}: THE FUSE HAS BLOWN for {}: too many instances were removed within a minute. {} and others"
                            + " stay on the list as SUSPECT. If they are really down nothing needs to be done, they go at the"
                            + " pace of the fuse; if not, look for what hides them from the watchers",
                    name,
                    written.scope().equals(Allowance.ALL) ? "all instances" : written.scope(),
                    seen.instance);
        }
    }

    @Override
    public String toString() {
        return "Watcher[" + name + "]";
    }
}
