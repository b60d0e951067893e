package io.moa.client.lookup;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.lookup.Knowledge;
import io.moa.lookup.Lookup;
import io.moa.lookup.LookupState;
import io.moa.lookup.News;
import io.moa.lookup.Question;
import io.moa.lookup.ServiceNews;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one copy of a lookup, again and again, one question at a time; goes on with another one when it fails, after a pause
 * drawn at random. All of it happens on one thread, but {@link #ask} and what reads.
 */
final class Follower {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    /** So long services that are subscribed to one after the other are gathered for one question. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /**
     * So far apart, at least, are two questions that are the same: one that was answered at once and with nothing of use, as by a
     * lookup gone mad, or because another follower has the same name and each ends the other's question.
     */
    static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LookupRegistry registry;
    private final Moa moa;
    private final LookupRegistryConfig config;
    private final Executor thread;
    private final List<Address.Tcp> copies;
    private final AtomicBoolean asking = new AtomicBoolean();
    private final AtomicLong questions = new AtomicLong();
    private final AtomicLong moves = new AtomicLong();
    private volatile Address.@Nullable Tcp copy;
    private volatile boolean closed;

    // The thread's own.
    private int at;
    private @Nullable MoaClient client;
    private @Nullable Lookup lookup;
    private String edition = "";
    private @Nullable CompletableFuture<News> asked;
    private List<Question.Held> askedAbout = List.of();
    private long askedAt;
    private boolean pausing;
    private long turn;
    private boolean resting;
    private int failures;
    private long homeAt;
    private @Nullable Long knownAsOf;
    private @Nullable Long complainedAt;

    Follower(LookupRegistry registry, Moa moa, LookupRegistryConfig config, Executor thread) {
        this.registry = registry;
        this.moa = moa;
        this.config = config;
        this.thread = thread;
        this.copies = CopyOrder.of(config.copies(), moa.self().instance());
        this.homeAt = moa.ticker().nanos() + config.homeAfter().toNanos();
    }

    Address.@Nullable Tcp copy() {
        return copy;
    }

    long questions() {
        return questions.get();
    }

    long moves() {
        return moves.get();
    }

    /** Asks soon for what is followed now, though a question may hang. */
    void ask() {
        if (asking.compareAndSet(false, true)) {
            later(this::askNow, GATHER_NANOS);
        }
    }

    private void askNow() {
        asking.set(false);
        if (closed || resting || (asked != null && asksForLists())) {
            return; // one that asks for whole lists does not hang; withdrawn for each new service it would never end
        }
        withdraw();
        next();
    }

    private boolean asksForLists() {
        return askedAbout.stream()
                .anyMatch(held -> held.revision() == 0 || !held.after().isEmpty());
    }

    private void later(Runnable task, long nanos) {
        try {
            moa.scheduler().schedule(() -> run(task), nanos);
        } catch (RejectedExecutionException over) {
            closed = true;
        }
    }

    private void run(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException over) {
            closed = true;
        }
    }

    private void withdraw() {
        CompletableFuture<News> hanging = asked;
        asked = null;
        turn++; // whatever it says now is of a question that is not asked any more
        if (hanging != null) {
            hanging.cancel(true);
        }
    }

    private void next() {
        if (closed || resting || asked != null) {
            return;
        }
        List<Question.Held> held = registry.held();
        if (held.isEmpty()) {
            leave(); // nobody needs a connection
            return;
        }
        if (isTooEarly(held)) {
            return;
        }
        long mine = ++turn;
        questions.incrementAndGet();
        askedAbout = held;
        askedAt = moa.ticker().nanos();
        long wait = config.hang().toMillis();
        wait -= (long) (wait * 0.2 * moa.chance().nextDouble()); // so that followers do not keep step
        CompletableFuture<News> call;
        try {
            call = link().follow(new Question(moa.self().instance(), edition, wait, held));
        } catch (RuntimeException e) {
            call = CompletableFuture.failedFuture(e);
        }
        asked = call;
        call.whenComplete((news, failure) -> run(() -> answered(mine, news, failure)));
    }

    /** Whether the same was asked a moment ago; it is asked again by and by then. */
    private boolean isTooEarly(List<Question.Held> held) {
        long least = Math.min(LEAST_NANOS, config.hang().toNanos() / 4);
        long left = askedAt + least - moa.ticker().nanos();
        if (left <= 0 || held.size() != askedAbout.size() || !Set.copyOf(held).equals(Set.copyOf(askedAbout))) {
            return false;
        }
        if (!pausing) {
            pausing = true;
            later(
                    () -> {
                        pausing = false;
                        next();
                    },
                    left);
        }
        return true;
    }

    private Lookup link() {
        Lookup open = lookup;
        if (open == null) {
            Address.Tcp where = copies.get(at);
            copy = where;
            Duration timeout = config.hang().multipliedBy(3).dividedBy(2);
            Duration least = config.hang().plusSeconds(2);
            MoaClient opened =
                    MoaClient.builder(moa).addresses(where).disk(DiskConfig.OFF).build();
            open = opened.stub(
                    Lookup.class,
                    StubConfig.ANNOTATED
                            .withAttempts(1) // there is one; another copy is asked below
                            .withTimeout(timeout.compareTo(least) < 0 ? least : timeout));
            client = opened;
            lookup = open;
        }
        return open;
    }

    private void leave() {
        MoaClient open = client;
        client = null;
        lookup = null;
        if (open != null) {
            open.close();
        }
    }

    private void answered(long mine, @Nullable News news, @Nullable Throwable failure) {
        if (mine != turn || closed) {
            return;
        }
        asked = null;
        if (news == null) {
            move(failure == null ? "no answer" : reason(failure));
            return;
        }
        try {
            understand(news);
        } catch (RuntimeException e) { // such as of a field that is missing; whatever it is, somebody must ask on
            move("it answers what cannot be understood: " + e);
            return;
        }
        next();
    }

    private void understand(News news) {
        Knowledge knowledge = news.knowledge();
        if (knowledge.state() != LookupState.KNOWN) {
            move("it says " + knowledge.state());
            return;
        }
        long now = moa.ticker().nanos();
        long asOf = now - TimeUnit.MILLISECONDS.toNanos(Math.max(0, knowledge.ageMillis()));
        boolean stale =
                knownAsOf != null && knownAsOf - asOf > config.staleAfter().toNanos();
        take(news, asOf, stale);
        if (stale) {
            move("what it knows is " + knowledge.ageMillis() + " ms old, and this process knows better");
            return;
        }
        knownAsOf = knownAsOf == null ? asOf : Math.max(knownAsOf, asOf);
        failures = 0;
        if (copies.size() > 1
                && homeAt - now <= 0
                && (at != 0 || now - asOf > config.staleAfter().toNanos())) {
            // Home again, or to somebody who may know more recently.
            goTo(at != 0 ? 0 : 1, now);
        }
    }

    private void take(News news, long asOf, boolean stale) {
        Knowledge knowledge = news.knowledge();
        String source = "lookup " + copies.get(at).host() + ":" + copies.get(at).port() + " of " + knowledge.source();
        boolean another = !knowledge.edition().equals(edition);
        edition = knowledge.edition();
        registry.change(followed -> {
            if (another) {
                followed.values().forEach(FollowedService::startOver);
            }
            for (ServiceNews each : news.services()) {
                FollowedService service = followed.get(each.service());
                if (service == null || (stale && !service.snapshot().isUnknown())) {
                    continue; // not followed any more; or known better than that
                }
                service.take(each, asOf, source);
                followed.remove(each.service()); // to the end: those that had no room come first next time
                followed.put(each.service(), service);
            }
            if (!stale && !news.more()) {
                confirm(followed, asOf);
            }
        });
    }

    private static void confirm(Map<String, FollowedService> followed, long asOf) {
        for (FollowedService service : followed.values()) {
            if (service.isComplete()) {
                service.confirm(asOf);
            }
        }
    }

    /** To the next copy, after a pause. */
    private void move(String why) {
        long now = moa.ticker().nanos();
        if (complainedAt == null || now - complainedAt > QUIET_NANOS) {
            complainedAt = now;
            LOG.warn(
                    "The lookup at {} cannot be used ({}); {}. What is known stays in use. Further troubles are not told"
                            + " for a minute",
                    copy,
                    why,
                    copies.size() > 1 ? "another copy is asked" : "it is tried again");
        }
        goTo((at + 1) % copies.size(), now);
        failures = Math.min(failures + 1, 30);
        double bound = Math.min(
                (double) config.backoffMax().toNanos(), config.backoffFirst().toNanos() * Math.pow(2, failures - 1));
        resting = true;
        later(
                () -> {
                    resting = false;
                    next();
                },
                (long) (bound * moa.chance().nextDouble()));
    }

    private void goTo(int other, long now) {
        leave();
        moves.incrementAndGet();
        askedAbout = List.of(); // another copy is another question
        at = other;
        double share = 0.5 + moa.chance().nextDouble();
        homeAt = now + (long) (config.homeAfter().toNanos() * share);
        registry.change(followed -> followed.values().forEach(FollowedService::startOver));
        edition = "";
    }

    private static String reason(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return String.valueOf(cause.getMessage());
    }

    /** Ends it; the future completes when the connection is closed. */
    CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<Void> ended = new CompletableFuture<>();
        run(() -> {
            try {
                withdraw();
                leave();
            } finally {
                ended.complete(null);
            }
        });
        return ended;
    }

    @Override
    public String toString() {
        return "copy " + copy + " of " + copies;
    }
}
