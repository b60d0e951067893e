package io.moa.node.lookup;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Scheduler;
import io.moa.lookup.LookupState;
import io.moa.lookup.News;
import io.moa.lookup.Question;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls that hang until there is something new. None of them holds a thread. Answers are made by the executor, not by
 * the thread of the registry or of a connection. Safe for many threads.
 */
final class Followers {

    /** Makes the answers. */
    interface Teller {
        /** What is new to the one who asks; null if nothing is. */
        @Nullable
        News news(Question question);

        /** An answer without news. */
        News nothing(LookupState state);
    }

    private final LookupConfig config;
    private final Teller teller;
    private final Scheduler scheduler;
    private final Executor executor;

    private final Map<String, Set<Hanging>> byService = new ConcurrentHashMap<>();
    private final Map<String, Hanging> byFollower = new ConcurrentHashMap<>();
    private final Set<Hanging> all = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger watched = new AtomicInteger();
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean leaving;

    private final Object lock = new Object();
    private Set<String> changed = new HashSet<>(); // guarded by lock
    private boolean due; // guarded by lock

    Followers(LookupConfig config, Teller teller, Scheduler scheduler, Executor executor) {
        this.config = config;
        this.teller = teller;
        this.scheduler = scheduler;
        this.executor = executor;
    }

    /** How many calls hang. */
    int count() {
        return count.get();
    }

    /** How many calls that hung were told something new. */
    long told() {
        return told.get();
    }

    /** How many calls were refused for want of room. */
    long refused() {
        return refused.get();
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Answers when there is something new, or when the time is up, or at once if there is no room. */
    CompletableFuture<News> hang(Question question, long waitNanos, @Nullable Cancellation cancellation) {
        int services = question.services().size();
        boolean full = count.incrementAndGet() > config.maxFollowers();
        full |= watched.addAndGet(services) > config.maxWatched();
        if (full) {
            forget(services);
            refused.incrementAndGet();
            return CompletableFuture.completedFuture(teller.nothing(LookupState.FULL));
        }
        Hanging hanging = new Hanging(question, cancellation);
        all.add(hanging);
        for (Question.Held held : question.services()) {
            byService.compute(held.service(), (service, set) -> {
                Set<Hanging> those = set == null ? new HashSet<>(2) : set;
                those.add(hanging);
                return those;
            });
        }
        if (!question.follower().isEmpty()) {
            Hanging before = byFollower.put(question.follower(), hanging);
            if (before != null) {
                before.end(teller.nothing(LookupState.KNOWN)); // one call for each follower
            }
        }
        hanging.begin(waitNanos);
        return hanging.answer;
    }

    private void forget(int services) {
        count.decrementAndGet();
        watched.addAndGet(-services);
    }

    /** Tells those who follow these services, a little later, so that changes that come together are told together. */
    void changed(Collection<String> services) {
        synchronized (lock) {
            changed.addAll(services);
            if (due || changed.isEmpty()) {
                return;
            }
            due = true;
        }
        later(this::tellChanged, config.gather().toNanos());
    }

    private void tellChanged() {
        Set<String> services;
        synchronized (lock) {
            services = changed;
            changed = new HashSet<>();
            due = false;
        }
        Set<Hanging> those = new LinkedHashSet<>();
        for (String service : services) {
            byService.computeIfPresent(service, (name, set) -> {
                those.addAll(set);
                return set;
            });
        }
        those.forEach(Hanging::look);
    }

    /** Tells everybody who hangs; for the first knowledge. */
    void tellAll() {
        run(() -> List.copyOf(all).forEach(Hanging::look));
    }

    /** Answers everybody at once, and lets nobody hang any more. */
    void leave() {
        leaving = true;
        List.copyOf(all).forEach(hanging -> hanging.end(teller.nothing(LookupState.LEAVING)));
    }

    private Scheduler.@Nullable Timer later(Runnable task, long nanos) {
        try {
            return scheduler.schedule(() -> run(task), nanos);
        } catch (RejectedExecutionException closed) {
            return null; // and nobody hangs here any more
        }
    }

    private void run(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException closed) {
            leaving = true; // and the connections of those who hang are closed with it
        }
    }

    /** One call. */
    private final class Hanging {
        private final Question question;
        private final @Nullable Cancellation cancellation;
        private final Cancellation.Listener withdrawal = why -> end(null);
        private final CompletableFuture<News> answer = new CompletableFuture<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile Scheduler.@Nullable Timer timer;

        Hanging(Question question, @Nullable Cancellation cancellation) {
            this.question = question;
            this.cancellation = cancellation;
        }

        void begin(long waitNanos) {
            timer = later(() -> end(teller.nothing(LookupState.KNOWN)), waitNanos);
            if (cancellation != null) {
                cancellation.add(withdrawal);
            }
            look(); // what changed before it stood in the tables
            if (leaving) {
                end(teller.nothing(LookupState.LEAVING));
            }
            if (ended.get()) {
                release(); // a timer or a listener that came too late to be taken back by the end
            }
        }

        void look() {
            if (ended.get()) {
                return;
            }
            News news = teller.news(question);
            if (news != null && end(news)) {
                told.incrementAndGet();
            }
        }

        /** Ends it once; null for a call that nobody waits for. */
        boolean end(@Nullable News news) {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            all.remove(this);
            for (Question.Held held : question.services()) {
                byService.computeIfPresent(held.service(), (service, set) -> {
                    set.remove(this);
                    return set.isEmpty() ? null : set;
                });
            }
            if (!question.follower().isEmpty()) {
                byFollower.remove(question.follower(), this);
            }
            forget(question.services().size());
            release();
            answer.complete(news == null ? teller.nothing(LookupState.KNOWN) : news);
            return true;
        }

        private void release() {
            Scheduler.Timer running = timer;
            if (running != null) {
                running.cancel();
            }
            if (cancellation != null) {
                cancellation.remove(withdrawal);
            }
        }
    }
}
