package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.client.disk.DiskSnapshots;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.belief.Belief;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.belief.Believed;
import io.moa.governance.observe.Observation;
import io.moa.governance.outcome.RetryBudget;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.governance.plan.Vantage;
import io.moa.governance.route.Elsewhere;
import io.moa.governance.rule.RouteTable;
import io.moa.invoke.Scheduler;
import io.moa.observe.FollowedFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One service as this client sees it: followed in the registry, judged by {@link Belief}, compiled when something changes
 * (one writer at a time, rarely), read by every call (one volatile read).
 */
public final class Cluster implements FollowedFigures {

    /** How often the weights of instances that warm up are computed anew. */
    private static final long WARM_UP_STEP_NANOS = 250_000_000;

    private final ServiceId service;
    private final Moa moa;
    private final Prober prober;
    private final @Nullable DiskSnapshots disk;
    private final Elsewhere elsewhere;
    private final BiConsumer<ServiceId, List<Snapshot.Entry>> listed;
    private final ReentrantLock listing = new ReentrantLock(); // who is listed is told in the order of the plans
    private final RetryBudget retries = new RetryBudget(RetryBudget.DEFAULT_PERCENT);
    private final LedForms ledForms;
    private volatile Plan plan;
    private List<Snapshot.Entry> connectable = List.of(); // guarded by listing
    private final Set<Runnable> waiters = ConcurrentHashMap.newKeySet(); // for the first answer
    private volatile boolean answered;
    private final Registry.Subscription subscription;
    private final Ejections ejections;
    private volatile long usedAtNanos; // by a call that found nobody, or since when there is nobody
    private volatile boolean retired;

    // Guarded by this.
    private final Belief belief;
    private final PlanCompiler compiler;
    private Scheduler.@Nullable Timer timer;
    private boolean heard; // of the registry
    private boolean remembering; // what an earlier process knew is all there is
    private boolean closed; // written under both locks by retire

    Cluster(
            ServiceId service,
            Discovery discovery,
            BeliefConfig config,
            OutlierConfig outliers,
            Vantage vantage,
            OwnPause pause,
            Observation observation,
            Moa moa,
            Prober prober,
            @Nullable DiskSnapshots disk,
            RouteTable routes,
            Elsewhere elsewhere,
            BiConsumer<ServiceId, List<Snapshot.Entry>> listed) {
        this.service = service;
        this.moa = moa;
        this.prober = prober;
        this.disk = disk;
        this.elsewhere = elsewhere;
        this.listed = listed;
        this.ledForms = new LedForms(service);
        long now = moa.ticker().nanos();
        this.usedAtNanos = now;
        this.belief = new Belief(service, config, moa.chance(), now);
        this.ejections = new Ejections(
                outliers,
                moa.chance(),
                new EjectionLog(service, observation, vantage.subset() == 0 ? () -> {} : this::compileSoon));
        this.compiler = new PlanCompiler(
                moa.chance(),
                moa.ticker(),
                System::currentTimeMillis,
                instance -> Ways.whyNone(moa, instance),
                ejections,
                pause,
                vantage);
        compiler.routes(routes, elsewhere);
        this.plan = compiler.compile(Snapshot.unknown(service, now));
        this.subscription = discovery.subscribe(service, this::update);
        if (disk != null) {
            disk.recall(service, this::remember); // whichever is first, calls need not wait for the other
        }
    }

    public ServiceId service() {
        return service;
    }

    /** How many calls may be sent again. */
    RetryBudget retries() {
        return retries;
    }

    /** The encoded names of methods, for calls that rules lead here. */
    LedForms ledForms() {
        return ledForms;
    }

    /** Whether a registry, or the disk, has told of the service, or this is closed. */
    public boolean isAnswered() {
        return answered;
    }

    /**
     * Runs this once when {@link #isAnswered()} becomes true, at once if it is, unless it is forgotten before.
     *
     * @param waiter must not block
     */
    void whenAnswered(Runnable waiter) {
        waiters.add(waiter);
        if (answered && waiters.remove(waiter)) {
            waiter.run();
        }
    }

    /** Does not run it any more. */
    void forget(Runnable waiter) {
        waiters.remove(waiter);
    }

    /** How many wait for the first answer. */
    int waiting() {
        return waiters.size();
    }

    private void answer() {
        if (answered && waiters.isEmpty()) {
            return;
        }
        answered = true;
        for (Runnable waiter : List.copyOf(waiters)) {
            if (waiters.remove(waiter)) {
                waiter.run();
            }
        }
    }

    /** The plan in force. */
    public Plan plan() {
        return plan;
    }

    /** An instance, which may be nobody of this service, says nothing although it is asked. */
    void silent(String uuid) {
        InstanceLoad load = plan.load(uuid);
        if (load != null) {
            load.silent(moa.ticker().nanos());
        }
    }

    /** An instance, which may be nobody of this service, has said that it closes. */
    void leaves(String uuid) {
        InstanceLoad load = plan.load(uuid);
        if (load != null) {
            load.leaves(moa.ticker().nanos());
        }
    }

    /** It says something again. */
    void heard(String uuid) {
        InstanceLoad load = plan.load(uuid);
        if (load != null) {
            load.heard(moa.ticker().nanos());
        }
    }

    /** Other route rules are in force from the next call on. Nothing is done if they are the same. */
    synchronized void routes(RouteTable routes) {
        if (!plan.routes().table().equals(routes)) {
            compiler.routes(routes, elsewhere);
            plan = plan.with(routes);
        }
    }

    /** The services to which rules lead calls from here. */
    Set<ServiceId> targets() {
        return plan.routes().table().targets();
    }

    /** A call, or somebody else, has found nobody here. */
    void used() {
        usedAtNanos = moa.ticker().nanos();
    }

    /** When {@link #used()} was called last, or since when nobody is listed. */
    long usedAtNanos() {
        return usedAtNanos;
    }

    /** Whether nobody is listed, so that nothing is lost if the service is not followed for a while. */
    boolean isEmpty() {
        return plan.snapshot().entries().isEmpty();
    }

    /** Whether it was let go of; whoever needs the service looks for another one. */
    boolean isRetired() {
        return retired;
    }

    /**
     * Follows nothing any more, if nobody is listed, no call waits and it was not used for so long. A call that comes at the same moment
     * finds the service again through its {@link ClusterLink}.
     *
     * @return whether it is let go of now; then {@link #close()} must follow, under no lock
     */
    boolean retire(long idleNanos) {
        // Nothing is listed by it afterwards. One that lists just now is not waited for, because its thread may
        // itself be letting go of another one.
        if (!listing.tryLock()) {
            return false;
        }
        try {
            synchronized (this) {
                boolean idle = moa.ticker().nanos() - usedAtNanos >= idleNanos;
                if (closed || !idle || !isEmpty() || !waiters.isEmpty()) {
                    return false;
                }
                closed = true;
            }
            // Another thread may have made the empty plan and not yet told of it; it will find this retired.
            listed.accept(service, List.of());
            retired = true;
            return true;
        } finally {
            listing.unlock();
        }
    }

    private void update(Snapshot snapshot) {
        believe(() -> {
            heard = heard || !snapshot.isUnknown();
            remembering = remembering && !heard;
            return belief.update(snapshot, moa.ticker().nanos());
        });
    }

    /** Takes an earlier life's knowledge: all there is until the registry answers, and whom to miss if it has. */
    private void remember(Snapshot kept) {
        believe(() -> {
            remembering = !heard;
            return belief.remember(kept, moa.ticker().nanos());
        });
    }

    /** Who is called depends on who is ejected. Not at once: a call that ends tells of it, and holds a lock. */
    private void compileSoon() {
        try {
            moa.scheduler().schedule(this::tick, 0);
        } catch (RejectedExecutionException runtimeClosed) {
            // nobody calls through a runtime that is closed
        }
    }

    private void tick() {
        believe(() -> belief.tick(moa.ticker().nanos()));
    }

    private void believe(Supplier<Believed> step) {
        List<Instance> probes;
        boolean known;
        synchronized (this) {
            if (closed) {
                return;
            }
            Believed believed = step.get();
            boolean wasEmpty = isEmpty();
            plan = remembering
                    ? compiler.compileRemembered(believed.snapshot(), believed.doubts())
                    : compiler.compile(believed.snapshot(), believed.doubts());
            if (!wasEmpty && isEmpty()) {
                used();
            }
            probes = believed.probes();
            // What an earlier process knew is an answer only if somebody can be called by it: others may have come
            // since.
            known = !plan.snapshot().isUnknown() && (heard || plan.usable() > 0);
            wakeAfter(plan.warming() > 0 ? Math.min(believed.nextNanos(), WARM_UP_STEP_NANOS) : believed.nextNanos());
        }
        if (known) {
            answer();
        }
        listing.lock(); // and without the other lock: it closes connections
        try {
            if (retired) {
                return;
            }
            Plan latest = plan;
            listed.accept(service, connectable(latest));
            if (disk != null) {
                disk.keep(latest.snapshot()); // in this order: an older one must not be written last
            }
        } finally {
            listing.unlock();
        }
        for (Instance instance : probes) {
            prober.probe(instance, service, new Prober.Answer() {
                @Override
                public void probed(boolean reached, String how) {
                    believe(() -> belief.probed(
                            instance.uuid(), reached, how, moa.ticker().nanos()));
                }

                @Override
                public void postponed() {
                    believe(() -> belief.postponed(instance.uuid(), moa.ticker().nanos()));
                }
            });
        }
    }

    /** Calls connect to nobody who is passed over. The very same list as before if nothing has changed. */
    private List<Snapshot.Entry> connectable(Plan now) {
        List<Snapshot.Entry> entries = now.snapshot().entries();
        if (now.passedOver().isEmpty()) {
            return entries;
        }
        List<Snapshot.Entry> next = entries.stream()
                .filter(entry -> !now.passedOver().containsKey(entry.instance().uuid()))
                .toList();
        if (!next.equals(connectable)) {
            connectable = next;
        }
        return connectable;
    }

    private void wakeAfter(long nanos) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (nanos < Long.MAX_VALUE) {
            try {
                timer = moa.scheduler().schedule(this::tick, nanos);
            } catch (RejectedExecutionException runtimeClosed) {
                closed = true; // nobody calls through a runtime that is closed
            }
        }
    }

    @Override
    public int instances() {
        return plan.snapshot().entries().size();
    }

    @Override
    public int usable() {
        return plan.usable();
    }

    @Override
    public int ejected() {
        return ejections.count();
    }

    @Override
    public long ageNanos() {
        Snapshot confirmed = subscription.current();
        Snapshot told = confirmed.isUnknown() ? plan.snapshot() : confirmed;
        return told.isUnknown() && told.entries().isEmpty()
                ? -1
                : Math.max(0, moa.ticker().nanos() - told.asOfNanos());
    }

    /** Who is known and why, for people: a line for the service, and one for each instance. */
    public String explain() {
        return explain(instance -> "");
    }

    /**
     * As {@link #explain()}, and at which address each is called.
     *
     * @param way which address of an instance is used, and why; empty for nothing to say
     */
    public String explain(Function<Instance, String> way) {
        Plan now = plan;
        StringBuilder text = new StringBuilder(200).append(summary(now));
        known(now, way)
                .forEach(
                        each -> text.append(System.lineSeparator()).append("  ").append(each.line()));
        return text.toString();
    }

    /** What is known of the service in a plan of it, in one sentence. */
    public String summary(Plan now) {
        Snapshot snapshot = now.snapshot();
        if (snapshot.isUnknown() && snapshot.entries().isEmpty()) {
            return service + ": " + now.whyNone();
        }
        Snapshot confirmed = subscription.current();
        Snapshot told = confirmed.isUnknown() ? snapshot : confirmed;
        long age = moa.ticker().nanos() - told.asOfNanos();
        return service + ": " + now.usable() + " of " + snapshot.entries().size() + " instances may be called, "
                + now.last().size() + " of them last; says " + told.source() + ", revision " + snapshot.revision()
                + ", confirmed " + TimeUnit.NANOSECONDS.toMillis(Math.max(0, age)) + " ms ago";
    }

    /**
     * Each instance of a plan of this service, and how it stands.
     *
     * @param way which address of an instance is used, and why; empty for nothing to say
     */
    public List<KnownInstance> known(Plan now, Function<Instance, String> way) {
        Snapshot snapshot = now.snapshot();
        Snapshot confirmed = subscription.current();
        String teller = (confirmed.isUnknown() ? snapshot : confirmed).source();
        Map<String, String> standings = now.standings(moa.ticker().nanos());
        List<KnownInstance> known = new ArrayList<>();
        for (Snapshot.Entry entry : snapshot.entries()) {
            String uuid = entry.instance().uuid();
            StringBuilder how = new StringBuilder(64);
            String last = now.last().getOrDefault(uuid, now.passedOver().get(uuid));
            how.append(last != null ? last : Entries.describe(entry, snapshot.goodbyes()));
            String standing = standings.getOrDefault(uuid, "");
            how.append(standing.isEmpty() ? "" : "; " + standing);
            if (snapshot.distanceOf(uuid) > 0) {
                how.append("; only when no nearer one can be called");
            }
            String source = confirmed.isUnknown() ? snapshot.source() : subscription.sourceOf(uuid);
            how.append(source.equals(teller) ? "" : "; says " + source);
            String at = way.apply(entry.instance());
            how.append(at.isEmpty() ? "" : "; " + at);
            known.add(new KnownInstance(entry.instanceAsDecided(), how.toString()));
        }
        return known;
    }

    void close() {
        subscription.close();
        synchronized (this) {
            closed = true;
            wakeAfter(Long.MAX_VALUE);
        }
        answer();
    }

    @Override
    public String toString() {
        Plan now = plan;
        return "Cluster[" + service + "@" + now.snapshot().revision() + ", " + now.usable() + " usable, "
                + now.last().size() + " of them last]";
    }
}
