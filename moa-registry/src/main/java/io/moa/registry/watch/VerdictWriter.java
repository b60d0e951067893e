package io.moa.registry.watch;

import io.moa.discovery.Liveness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the {@link Judge} decides: asks the store for signs and other watchers for their view, writes verdicts with
 * their evidence, and takes in what became of them. Guarded by the watcher's lock.
 */
final class VerdictWriter {

    private static final Logger LOG = LoggerFactory.getLogger(VerdictWriter.class);

    private static final int BATCH = 1_000;
    private static final int WRITE_BATCH = 256;
    private static final long DEFERRED_NANOS = 5_000_000_000L;

    private final Watcher watcher;
    private final String name;
    private final WatchStore store;
    private final WatchConfig config;
    private final Judge judge;
    private final PartTable parts;
    private final Roster roster;
    private final LongSupplier epochMillis;
    private boolean fuseTold;
    private long fuseToldNanos; // only if told
    private long suspected;
    private long removed;
    private long reinstated;
    private long forgotten;
    private long stale;
    private long fused;

    VerdictWriter(
            Watcher watcher,
            String name,
            WatchStore store,
            WatchConfig config,
            PartTable parts,
            Roster roster,
            LongSupplier epochMillis) {
        this.watcher = watcher;
        this.name = name;
        this.store = store;
        this.config = config;
        this.judge = new Judge(config);
        this.parts = parts;
        this.roster = roster;
        this.epochMillis = epochMillis;
    }

    /**
     * Looks at every instance of the own parts that gives cause.
     *
     * @param fit whether the watcher trusts itself; if not, only at those that have said goodbye, for whom nobody is left to be
     *     taken from
     */
    void decide(boolean fit, long now, List<Runnable> outside) {
        askForSigns(now, outside);
        List<Letter> questions = new ArrayList<>();
        List<Watched> decided = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (Watched seen : roster.all()) {
            boolean quiet = seen.failures == 0 && seen.liveness == Liveness.ONLINE;
            if (quiet || seen.writing || (!fit && !seen.withdrawn) || !parts.holds(seen.part)) {
                continue;
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
        if (!questions.isEmpty()) {
            outside.add(() -> watcher.ask(store.send(questions), (done, more) -> {}, () -> {}));
        }
        if (!verdicts.isEmpty()) {
            outside.add(() -> watcher.ask(
                    store.write(name, verdicts),
                    (results, more) -> written(decided, verdicts, results),
                    () -> decided.forEach(each -> each.writing = false)));
        }
    }

    /** Asks for the leases of those that do not answer. */
    private void askForSigns(long now, List<Runnable> outside) {
        List<String> needSigns = new ArrayList<>();
        for (Watched seen : roster.all()) {
            if (needSigns.size() < BATCH && !seen.writing && parts.holds(seen.part) && judge.needsSigns(seen, now)) {
                needSigns.add(seen.uuid);
            }
        }
        if (!needSigns.isEmpty()) {
            outside.add(() -> watcher.ask(
                    store.signs(needSigns),
                    (found, more) -> found.forEach((uuid, signs) -> {
                        Watched about = roster.of(uuid);
                        if (about != null && about.failures > 0) {
                            about.learn(signs, watcher.nanos(), judge);
                        }
                    }),
                    () -> {}));
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
            for (String service : Roster.services(seen.instance)) {
                int size = roster.sizeOf(service);
                allowances.add(new Allowance(service, Math.max(1, (int) (size * config.serviceShare()))));
            }
            allowances.add(new Allowance(
                    Allowance.ALL, Math.max(config.overallFloor(), (int) (roster.size() * config.overallShare()))));
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
        long now = watcher.nanos();
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
                        watcher.lost(Set.of(seen.part), now);
                    }
                }
                case FUSE -> blown(seen, written, now);
                case GONE -> defer(seen, now); // the next listing says so too
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
            case FORGET -> {
                forgotten++;
                defer(seen, now);
            }
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

    private static void defer(Watched seen, long now) {
        seen.deferred = true;
        seen.notBeforeNanos = now + DEFERRED_NANOS;
    }

    private void blown(Watched seen, Written written, long now) {
        fused++;
        seen.fuse = written.scope();
        defer(seen, now);
        if (!fuseTold || now - fuseToldNanos >= Duration.ofMinutes(1).toNanos()) {
            fuseTold = true;
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

    long suspected() {
        return suspected;
    }

    long removed() {
        return removed;
    }

    long reinstated() {
        return reinstated;
    }

    long forgotten() {
        return forgotten;
    }

    /** How many writes were refused because the part was no longer held. */
    long stale() {
        return stale;
    }

    /** How many removals the fuse refused. */
    long fused() {
        return fused;
    }
}
