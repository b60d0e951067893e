package io.moa.registry.watch;

import io.moa.discovery.Liveness;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    private final String name;
    private final WatchStore store;
    private final Scheduler scheduler;
    private final Ticker ticker;
    private final WatchConfig config;

    // All guarded by this; what leaves the watcher is collected under the lock and done outside it.
    private final PartTable parts;
    private final Roster roster;
    private final VerdictWriter verdicts;
    private final ProbeRound probing;
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
    private long listedNanos;
    private long checkedNanos;
    private long refusals;
    private String refusal = ""; // the last one
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
        this.config = config;
        this.parts = new PartTable(name);
        this.roster = new Roster(this, store);
        this.verdicts = new VerdictWriter(this, name, store, config, parts, roster, epochMillis);
        this.probing = new ProbeRound(this, probe, config, ticker, chance);
        this.isolation = new IsolationCheck(config.isolationShare(), config.isolationHold());
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
            roster.clear();
        }
        if (leave) {
            store.leave(name);
        }
    }

    /** What it is doing. */
    public synchronized WatcherStatus status() {
        int mine = 0;
        for (Watched each : roster.all()) {
            mine += parts.holds(each.part) ? 1 : 0;
        }
        return new WatcherStatus(
                name,
                parts.parts().size(),
                mine,
                roster.size(),
                fit,
                isConfirmed(ticker.nanos()),
                probing.ended(),
                probing.failed(),
                probing.late(),
                verdicts.suspected(),
                verdicts.removed(),
                verdicts.reinstated(),
                verdicts.forgotten(),
                verdicts.stale(),
                verdicts.fused(),
                pauses,
                isolations,
                roster.listedAgeMillis(ticker.nanos()),
                refusals,
                refusal);
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

    /** Asks the store; goes on under the lock. */
    <T> void ask(CompletableFuture<T> answer, BiConsumer<T, List<Runnable>> then, Runnable otherwise) {
        answer.whenComplete((value, failure) -> step(outside -> {
            if (failure == null) {
                then.accept(value, outside);
            } else {
                note(failure);
                otherwise.run();
            }
        }));
    }

    /** Why the store does not do what is asked; a store says it in the log itself. */
    private void note(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        refusal = Evidence.sentence(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        refusals++;
        LOG.debug("watcher {}: the store did not answer", name, failure);
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
        if (!roster.isListing() && now - listedNanos >= config.listEvery().toNanos()) {
            listedNanos = now;
            roster.list(now, outside);
        }
        probing.launch(now, outside);
        if (now - checkedNanos >= Duration.ofMillis(200).toNanos()) {
            checkedNanos = now;
            checkIsolation(now); // before anything is decided
            if (isConfirmed(now)) {
                verdicts.decide(fit, now, outside);
            }
        }
    }

    private boolean isConfirmed(long now) {
        return confirmed && now - confirmedNanos < config.lease().toNanos();
    }

    private void discard(String why, long now) {
        LOG.warn("watcher {}: {}; it marks nothing and begins its probes again", name, why);
        isolation = new IsolationCheck(config.isolationShare(), config.isolationHold());
        probing.restart(mine(), now);
    }

    private Collection<Watched> mine() {
        List<Watched> mine = new ArrayList<>();
        for (Watched each : roster.all()) {
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
            lost(moves.release().keySet(), now);
            outside.add(() -> ask(store.release(name, moves.release()), (done, more) -> {}, () -> {}));
        }
        answer(round.letters(), now, outside);
    }

    private void changed(Set<Integer> lost, Set<Integer> gained, long now) {
        if (lost.isEmpty() && gained.isEmpty()) {
            return;
        }
        List<Watched> fresh = new ArrayList<>();
        for (Watched each : roster.all()) {
            if (lost.contains(each.part)) {
                each.discard();
            } else if (gained.contains(each.part)) {
                fresh.add(each);
            }
        }
        probing.restart(fresh, now);
        LOG.info("watcher {}: holds {} of {} parts", name, parts.parts().size(), WatchStore.PARTS);
    }

    /** An instance was registered. Under the lock. */
    void appeared(Watched fresh, long now) {
        if (parts.holds(fresh.part)) {
            probing.restart(List.of(fresh), now);
        }
    }

    /** The store says that others hold these parts. Under the lock. */
    void lost(Set<Integer> gone, long now) {
        parts.drop(gone);
        changed(gone, Set.of(), now);
    }

    // ---- letters

    private void answer(List<Letter> letters, long now, List<Runnable> outside) {
        for (Letter letter : letters) {
            Watched about = roster.of(letter.uuid());
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
                    || finding.nameless() // no second vantage point: it saw as little as the first
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
        if (seen.failures == 0
                && seen.liveness != Liveness.OFFLINE
                && !seen.lapsed
                && !seen.withdrawn
                && (seen.witnessed || finding.reached())) {
            isolation.first(finding.reached(), now);
        }
        seen.add(startNanos, now, finding);
    }

    long nanos() {
        return ticker.nanos();
    }

    boolean watches(Watched seen) {
        return parts.holds(seen.part) && roster.of(seen.uuid) == seen;
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
        isolation = new IsolationCheck(config.isolationShare(), config.isolationHold());
        probing.restart(mine(), now);
    }

    @Override
    public String toString() {
        return "Watcher[" + name + "]";
    }
}
