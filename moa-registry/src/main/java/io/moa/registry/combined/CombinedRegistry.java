package io.moa.registry.combined;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several registries as one. A process is announced in each that takes registrations; whom they list is joined by uuid. One
 * that is away hurts nobody: what it last said counts until it answers again, and its registrations wait.
 *
 * <p><b>Who is preferred.</b> Of two registries, the one with the smaller {@linkplain RegistryMember#priority() priority},
 * then the one named first. What holds of an instance is what the most preferred of those says that list it and have confirmed
 * it within {@link #ANSWERS_WITHIN}; a process's own word that it takes no calls counts from any of these, and an operator's
 * offline from anywhere, also as the last word of one that is silent. Who left one registry and stands in another has moved, and
 * stays; as a suspect if only silent ones list it. The rest of the rules is in {@code docs/discovery.md}.
 *
 * <p><b>Distances.</b> Instances of a smaller priority are called first; those of a greater one only when none of these can
 * be, see {@link Snapshot#distances()}. With equal priorities they share evenly.
 *
 * <p>{@link Registry.Registration#registered()} completes when the first registry has the announcement. {@code register}
 * throws {@link IllegalStateException} if none takes registrations, or if this is closed, and what a member throws for an
 * instance that it refuses.
 *
 * <p>Safe for many threads. It does not own the members: closing ends what was begun through it, and leaves them open.
 */
public final class CombinedRegistry implements Registry {

    /** A registry that has confirmed nothing for so long does not answer. */
    public static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);

    /** How often it is looked who answers. */
    static final Duration REVIEW = Duration.ofSeconds(5);

    /** So many registries at most. */
    public static final int MAX_MEMBERS = 8;

    final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();

    private final List<RegistryMember> members;
    private final List<RegistryMember> followed;
    private final List<Integer> distances;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final @Nullable TimerThread ownThread;
    private final AtomicLong revisions = new AtomicLong();

    // Guarded by this.
    private final Set<Followed> following = new HashSet<>();
    private final List<CombinedRegistration> registrations = new ArrayList<>();
    private Scheduler.@Nullable Timer review;
    private boolean closed;

    /**
     * Joins registries.
     *
     * @param members one to {@value #MAX_MEMBERS}, with different names; at least one is followed
     * @param ticker the one on which the members tell the age of what they say
     * @param scheduler where it is looked, now and then, who answers; it is not closed
     */
    public CombinedRegistry(List<RegistryMember> members, Ticker ticker, Scheduler scheduler) {
        this(members, ticker, scheduler, null);
    }

    private CombinedRegistry(
            List<RegistryMember> members, Ticker ticker, Scheduler scheduler, @Nullable TimerThread ownThread) {
        if (members.isEmpty() || members.size() > MAX_MEMBERS) {
            throw new IllegalArgumentException(
                    "Registries that are used as one are 1 to " + MAX_MEMBERS + ", not " + members.size());
        }
        if (members.stream().map(RegistryMember::name).distinct().count() < members.size()) {
            throw new IllegalArgumentException("Two registries have the same name: "
                    + members.stream().map(RegistryMember::name).toList() + "; people could not tell them apart");
        }
        // A stable sort: of equals the one named first is preferred.
        this.members = members.stream()
                .sorted(Comparator.comparingInt(RegistryMember::priority))
                .toList();
        this.followed = this.members.stream().filter(RegistryMember::follows).toList();
        if (followed.isEmpty()) {
            throw new IllegalArgumentException("None of the registries "
                    + members.stream().map(RegistryMember::name).toList()
                    + " is followed, so no provider could be found; give one the use FOLLOW or BOTH");
        }
        List<Integer> priorities =
                followed.stream().map(RegistryMember::priority).distinct().toList();
        this.distances = followed.stream()
                .map(member -> priorities.indexOf(member.priority()))
                .toList();
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.ownThread = ownThread;
    }

    /** Joins registries on the system's ticker, with a thread of its own, which is there only while something is followed. */
    public static CombinedRegistry of(List<RegistryMember> members) {
        TimerThread thread = new TimerThread();
        return new CombinedRegistry(members, Ticker.system(), thread, thread);
    }

    /** The registries, the most preferred first. */
    public List<RegistryMember> members() {
        return members;
    }

    /** Those of the most preferred registry that keeps any and takes registrations: processes that name others first share with others. */
    @Override
    public @Nullable QuotaSource quotas() {
        for (RegistryMember member : members) {
            QuotaSource kept = member.registers() ? member.registry().quotas() : null;
            if (kept != null) {
                return kept;
            }
        }
        return null;
    }

    @Override
    public Registration register(Instance instance) {
        List<RegistryMember> taking =
                members.stream().filter(RegistryMember::registers).toList();
        synchronized (this) {
            checkOpen();
        }
        if (taking.isEmpty()) {
            throw new IllegalStateException(instance + " cannot be announced: none of the registries "
                    + members.stream().map(RegistryMember::name).toList()
                    + " takes registrations; a provider needs one with the use BOTH or REGISTER that is no lookup");
        }
        CombinedRegistration registration = new CombinedRegistration(this, instance, taking);
        boolean late;
        synchronized (this) {
            late = closed;
            registrations.add(registration);
        }
        if (late) {
            registration.close();
        }
        return registration;
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        CombinedSubscription subscription = new CombinedSubscription(this, service, listener);
        follow(subscription);
        try {
            subscription.begin();
        } catch (RuntimeException e) { // such as a member that is closed
            subscription.close();
            throw e;
        }
        return subscription;
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        CombinedCatalogue catalogue = new CombinedCatalogue(this, listener);
        follow(catalogue);
        try {
            catalogue.begin();
        } catch (RuntimeException e) { // as above
            catalogue.close();
            throw e;
        }
        return catalogue;
    }

    private synchronized void follow(Followed one) {
        checkOpen();
        following.add(one);
        if (review == null) {
            planReview();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("This registry is closed; nothing can begin in it any more");
        }
    }

    private void planReview() {
        try {
            review = scheduler.schedule(this::reviewAll, REVIEW.toNanos());
        } catch (RejectedExecutionException ended) {
            review = null; // whoever gave the scheduler has ended it, and will end this
        }
    }

    private void reviewAll() {
        List<Followed> all;
        synchronized (this) {
            if (closed || following.isEmpty()) {
                review = null;
                return;
            }
            all = List.copyOf(following);
            planReview();
        }
        all.forEach(Followed::review);
    }

    @Override
    public boolean takesRegistrations() {
        return members.stream().anyMatch(RegistryMember::registers);
    }

    @Override
    public boolean outlivesProcess() {
        return followed.stream().anyMatch(member -> member.registry().outlivesProcess());
    }

    /** Where this process reaches each of them, the most preferred first. */
    @Override
    public List<Address.Tcp> nodes() {
        return members.stream()
                .flatMap(member -> member.registry().nodes().stream())
                .distinct()
                .toList();
    }

    /** Tells each, followed or not: a lookup is only followed and tells nobody, and the watchers may be at the one that is not. */
    @Override
    public void complain(String consumer, List<Unreachable> instances) {
        members.forEach(member -> member.registry().complain(consumer, instances));
    }

    // ---- for what is followed

    List<RegistryMember> followed() {
        return followed;
    }

    int distance(int member) {
        return distances.get(member);
    }

    Ticker ticker() {
        return ticker;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    long nextRevision() {
        return revisions.incrementAndGet();
    }

    String source() {
        return "registries " + followed.stream().map(RegistryMember::name).collect(Collectors.joining(", "));
    }

    boolean isAnswering(Snapshot current, long now) {
        return !current.isUnknown() && isAnswering(current.asOfNanos(), now);
    }

    boolean isAnswering(long asOfNanos, long now) {
        return now - asOfNanos <= ANSWERS_WITHIN.toNanos();
    }

    synchronized void forget(Followed one) {
        following.remove(one);
    }

    synchronized void forget(CombinedRegistration one) {
        registrations.remove(one);
    }

    void later(Runnable task) {
        try {
            scheduler.schedule(task, 0);
        } catch (RejectedExecutionException ended) {
            // The members end what is left when they are closed.
        }
    }

    @Override
    public void close() {
        List<Followed> ending;
        List<CombinedRegistration> open;
        synchronized (this) {
            closed = true;
            ending = List.copyOf(following);
            open = List.copyOf(registrations);
            registrations.clear();
            if (review != null) {
                review.cancel();
                review = null;
            }
        }
        ending.forEach(Followed::close);
        open.forEach(CombinedRegistration::close);
        if (ownThread != null) {
            ownThread.close();
        }
    }

    @Override
    public String toString() {
        return "CombinedRegistry" + members;
    }
}
