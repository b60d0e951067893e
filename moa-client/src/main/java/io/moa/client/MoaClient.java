package io.moa.client;

import io.moa.Moa;
import io.moa.client.cluster.Cluster;
import io.moa.client.cluster.ClusterInvoker;
import io.moa.client.cluster.Clusters;
import io.moa.client.cluster.Discovery;
import io.moa.client.cluster.EndpointConfig;
import io.moa.client.cluster.Endpoints;
import io.moa.client.cluster.FirstAnswer;
import io.moa.client.cluster.FixedAddresses;
import io.moa.client.disk.DiskConfig;
import io.moa.client.disk.DiskSnapshots;
import io.moa.client.explain.CallExplanation;
import io.moa.client.explain.Explainer;
import io.moa.client.filter.FaultFilter;
import io.moa.client.filter.HedgeFilter;
import io.moa.client.filter.SampleFilter;
import io.moa.client.filter.ThrottleFilter;
import io.moa.client.mesh.AgentView;
import io.moa.client.mesh.Mesh;
import io.moa.client.stub.CallStarter;
import io.moa.client.stub.DeclaredMethod;
import io.moa.client.stub.ForwardedCalls;
import io.moa.client.stub.GenericStub;
import io.moa.client.stub.JsonCalls;
import io.moa.client.stub.LiveMethods;
import io.moa.client.stub.MethodGates;
import io.moa.client.stub.RuleAnswer;
import io.moa.client.stub.ServiceStub;
import io.moa.client.stub.StubCompiler;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.discovery.ServiceId;
import io.moa.disk.DiskRules;
import io.moa.disk.DiskThread;
import io.moa.disk.KeptFile;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.observe.Observation;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.observe.ObserverFilter;
import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.Vantage;
import io.moa.governance.quota.QuotaConfig;
import io.moa.governance.quota.QuotaRounds;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.rule.RuleFeed;
import io.moa.governance.sample.CallFacts;
import io.moa.governance.sample.DryRun;
import io.moa.governance.sample.DryRuns;
import io.moa.governance.sample.Sample;
import io.moa.governance.sample.Samples;
import io.moa.invoke.Filter;
import io.moa.invoke.Invoker;
import io.moa.invoke.Seat;
import io.moa.log.ObserverComplaints;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.observe.CallObserver;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls services of other processes.
 *
 * <pre>{@code
 * MoaClient client = MoaClient.builder(moa).build();
 * Greeter greeter = client.stub(Greeter.class);
 * String text = greeter.greet("Ada");                                                  // waits
 * CompletableFuture<String> later = client.async(greeter, g -> g.greet("Ada"));        // does not
 * Greeter hasty = client.with(greeter, CallOptions.NONE.withTimeout(Duration.ofMillis(50)));
 * }</pre>
 *
 * <p>One client serves a whole application; its stubs are cheap, safe for many threads, and last as long as it does.
 */
public final class MoaClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MoaClient.class);

    private final Moa moa;
    private final Endpoints endpoints;
    private final @Nullable DiskThread writer;
    private final @Nullable DiskSnapshots disk;
    private final Clusters clusters;
    private final CallStarter starter;
    private final Invoker route;
    private final Observation observation;
    private final StubCompiler compiler;
    private final LiveMethods methods;
    private final QuotaRounds quotas;
    private final MethodGates gates;
    private final OverloadThrottle throttle;
    private final Mesh mesh;
    private final Explainer explainer;
    private final @Nullable Samples samples;
    private final DryRuns dryRuns;
    private final RuleSource.@Nullable Following following;

    private MoaClient(
            Moa moa,
            EndpointConfig config,
            Discovery discovery,
            BeliefConfig belief,
            OutlierConfig outliers,
            Vantage vantage,
            Map<String, String> labels,
            DiskConfig kept,
            @Nullable Path rulesFolder,
            Consumer<List<Registry.Unreachable>> complaints,
            int places,
            double sendsOfAccepted,
            QuotaConfig quotas,
            List<Filter> filters,
            @Nullable MeshConfig meshed,
            Observation observation) {
        this.moa = moa;
        this.observation = observation;
        String application = moa.self().application();
        this.methods = new LiveMethods(
                application,
                service -> StubCompiler.releaseOf(moa, service),
                RuleBook.none(new LocalProcess(moa.self().instance(), application, labels)));
        this.endpoints = new Endpoints(moa, config, complaints);
        Path folder = kept.folder();
        this.writer = folder == null && rulesFolder == null ? null : new DiskThread(application);
        this.disk = folder == null || writer == null
                ? null
                : new DiskSnapshots(
                        application, folder, kept, moa.ticker(), System::currentTimeMillis, moa.scheduler(), writer);
        this.clusters = new Clusters(moa, endpoints, discovery, belief, outliers, vantage, observation, disk);
        this.samples = places == 0 ? null : new Samples(places, moa.chance(), moa.ticker());
        ObservedMethod unknown = observation.ofUnknown();
        HedgeFilter hedges = new HedgeFilter(moa.ticker(), moa.scheduler());
        this.throttle = new OverloadThrottle(sendsOfAccepted, moa.ticker(), moa.chance());
        ClusterInvoker cluster = new ClusterInvoker(
                clusters,
                endpoints,
                moa.ticker(),
                new FirstAnswer(moa),
                hedges,
                new RuleAnswer(),
                throttle,
                !observation.isNone());
        this.mesh = new Mesh(moa, meshed, labels, endpoints::addressesOf, cluster::answeredByRule, observation::meshed);
        Invoker route = ClientStack.route(
                moa.ticker(),
                moa.scheduler(),
                unknown == null ? null : new ObserverFilter(unknown, moa.ticker()),
                filters,
                samples == null ? null : new SampleFilter(samples),
                mesh,
                new ThrottleFilter(throttle),
                hedges,
                new FaultFilter(moa.ticker(), moa.scheduler(), moa.chance()),
                cluster);
        this.starter = new CallStarter(moa, route);
        this.route = route;
        this.quotas = new QuotaRounds(
                moa.hasRegistry() ? moa.registry().quotas() : null,
                quotas,
                moa.ticker(),
                moa.scheduler(),
                "caller " + application,
                UUID.randomUUID().toString().replace("-", ""),
                told -> LOG.warn("MoaClient[{}]: {}", moa.self(), told));
        this.gates = new MethodGates(moa.ticker(), this.quotas, observation);
        this.compiler = new StubCompiler(moa, starter, clusters::link, gates, methods, observation);
        this.explainer = new Explainer(moa, clusters, methods, throttle, endpoints::way);
        this.dryRuns = new DryRuns(
                this::routesOf,
                this::routesElsewhere,
                this::applied,
                (service, method, value) -> methods.misfit(service, method.toString(), value),
                moa.chance().nextLong());
        this.following = follow(rulesFolder);
    }

    private @Nullable RouteTree routesOf(ServiceId service) {
        Plan plan = clusters.planOf(service);
        return plan == null ? null : plan.routes();
    }

    /** Begins to follow a service to which a rule leads calls: who tries that rule again knows what is there. */
    private @Nullable RouteTree routesElsewhere(ServiceId service) {
        try {
            Cluster there = clusters.of(service);
            return there.isAnswered() ? there.plan().routes() : null;
        } catch (IllegalStateException closedOrFull) {
            return null;
        }
    }

    private AppliedPolicy applied(RuleBook book, Sample sample) {
        DeclaredMethod declared =
                methods.declared(sample.service(), sample.method().toString());
        return book.applied(
                sample.service(), declared.name(), sample.facts().caller(), declared.policy(), declared.form());
    }

    /** Goes by live rules from now on, the first call among them: by those of an earlier process until the source has answered. */
    private RuleSource.@Nullable Following follow(@Nullable Path folder) {
        clusters.rules(methods.book());
        RuleSource source = moa.rules();
        if (source == null) {
            return null;
        }
        RuleFeed feed = new RuleFeed(
                methods.book().process(), RuleText::read, new LiveRules("" + moa.self(), clusters, methods));
        DiskRules kept = folder == null || writer == null
                ? null
                : new DiskRules(
                        KeptFile.folderOf(folder, moa.self().application()).resolve("live.rules"),
                        source.place(),
                        source::isPlace,
                        writer);
        RuleSet known = kept == null ? null : kept.read(); // on this thread: the first call is to go by it
        if (known != null) {
            feed.remember(known);
            mesh.live(known.settings());
        }
        return source.subscribe(told -> {
            feed.accept(told);
            if (!told.neverChanged() || !told.settings().isEmpty()) {
                mesh.live(told.settings());
            }
            if (kept != null && feed.book().revision() == told.revision()) {
                kept.keep(feed.inForce());
            }
        });
    }

    /** Begins a client of this application. */
    public static Builder builder(Moa moa) {
        return new Builder(moa);
    }

    /**
     * A stub: an object of the service's interface whose methods are remote calls. It begins to follow the service.
     *
     * @throws IllegalArgumentException if the interface cannot be a service, saying why and what is expected
     */
    public <S> S stub(Class<S> type) {
        return stub(type, StubConfig.ANNOTATED);
    }

    /** A stub with settings that override the annotations of the interface. */
    public <S> S stub(Class<S> type, StubConfig config) {
        return compiler.compile(type, config, CallOptions.NONE);
    }

    /** A stub of the same service whose calls have these options; cheap enough to make for one call. */
    @SuppressWarnings("unchecked") // the same interface as the stub given
    public <S> S with(S stub, CallOptions options) {
        return (S) ServiceStub.of(stub).with(options);
    }

    /**
     * Calls a synchronous method without waiting.
     *
     * @param stub made by this client
     * @param call makes exactly one call on the stub that it is given
     * @return the result; cancelling it, or ending it otherwise, withdraws the call at every further hop
     */
    @SuppressWarnings("unchecked") // a stub has exactly one interface, the one it was made for
    public <S, T> CompletableFuture<T> async(S stub, Function<S, T> call) {
        return ServiceStub.of(stub).async((Class<S>) stub.getClass().getInterfaces()[0], call);
    }

    /**
     * What is decided about the calls of a stub's methods, for people: each value with where it comes from and who enforces it.
     *
     * @param stub made by this client
     */
    public String describe(Object stub) {
        return ServiceStub.of(stub).describe();
    }

    /** Calls a service whose interface is not on the class path, with plain data. */
    public GenericStub generic(ServiceId service) {
        return new GenericStub(moa, clusters.link(service), starter, methods, gates, observation);
    }

    /** Calls on behalf of other processes, with arguments and results that are JSON and stay bytes. */
    public JsonCalls jsonCalls() {
        return new JsonCalls(moa, route, clusters::link, methods, gates, observation);
    }

    /**
     * Whom this client knows for a service and why, for people: what the registry says, who is called, who last, who not, and at
     * which address. It begins to follow the service.
     */
    public String explain(ServiceId service) {
        if (mesh.setting().mode() == MeshMode.OFF) {
            return clusters.of(service).explain(endpoints::way);
        }
        AgentView byAgent = mesh.explain(service, null, Map.of(), null);
        return mesh.describe() + "\n"
                + (byAgent == null ? clusters.of(service).explain(endpoints::way) : byAgent.text());
    }

    /**
     * What would become of a call and why: whom this client knows, what each rule does with the call, who would be picked, and every value
     * that is decided about the method with where it comes from. Nothing is sent. It begins to follow the service, so the first answer may
     * say that no registry has told of it yet.
     *
     * @param method a name, or one with its parameter types, such as {@code reserve(java.lang.String)}
     * @param facts what rules may ask of the call; {@link CallFacts#NONE} for nothing
     * @throws IllegalArgumentException if that is no method, or the facts are none that a call can have
     * @throws IllegalStateException if the client is closed, or its registry follows no further service
     */
    public CallExplanation explain(ServiceId service, String method, CallFacts facts) {
        CallExplanation own = explainer.explain(service, method, facts);
        AgentView byAgent = mesh.explain(
                service,
                own.method().method(),
                own.facts().toTexts(),
                methods.declared(service, method).announcement());
        return byAgent == null ? own : own.byAgent(mesh.describe() + "\n" + byAgent.text(), byAgent.gates());
    }

    /**
     * What a rule would change for calls that this client made of late and keeps {@linkplain Builder#samples samples} of: they come to new
     * limits and breakers at the times at which they were made, and are routed once more among those who are candidates now, with the rule
     * and without it, with the same chance. Nothing is sent, and nobody else notices. Takes as long as deciding about the calls twice for
     * which the samples stand, on the thread that asks: with 1,024 samples less than a second. It begins to follow services to
     * which rules lead these calls, so the first answer may say that no registry has told of one yet.
     *
     * @param id the rule's; it may be one that there is, in another form
     * @param plain its form as plain values, such as {@link RuleText#read} makes of JSON; null for what would change if it were taken away
     * @throws IllegalArgumentException if it is no rule, saying all that is wrong with it; or if there is none to be taken away
     */
    public DryRun dryRun(String id, @Nullable Object plain) {
        return dryRuns.of(samples == null ? List.of() : samples.all(), methods.book(), id, plain);
    }

    /** Where its calls are governed, and why there. */
    public Mesh mesh() {
        return mesh;
    }

    /**
     * Calls on behalf of other processes, whose arguments and results stay bytes, governed as they have announced: what an agent does.
     *
     * @param seat what this process is to them: {@link Seat#LOCAL} or {@link Seat#REMOTE}
     */
    public ForwardedCalls forwardedCalls(Seat seat) {
        return new ForwardedCalls(
                moa,
                route,
                clusters::link,
                methods,
                () -> new MethodGates(moa.ticker(), quotas, observation),
                observation,
                seat);
    }

    /** The rules that it holds. */
    RuleBook book() {
        return methods.book();
    }

    /**
     * The answers of this client to an operator of another process, to be exported by a server of this one. It is exported only by who
     * says so, because what it answers tells of users: by a server of its own that listens where only operators reach it, and whose {@link
     * Moa} has no registry, so that it is announced nowhere: {@code MoaServer.builder(apart).host("127.0.0.1").port(9001)
     * .export(Operations.class, client.operations())}. What it sees of calls it does not tell, as nothing remembers it: see {@link
     * #operations(ProcessCalls)}.
     */
    public Operations operations() {
        return new ClientOperations(this, null);
    }

    /**
     * As {@link #operations()}, with what {@link Operations#top} asks for.
     *
     * @param calls observes this client, and whichever others and servers of the process an operator is to be told of
     */
    public Operations operations(ProcessCalls calls) {
        return new ClientOperations(this, calls);
    }

    /**
     * Follows nothing any more and closes every connection; calls in flight fail. Idempotent, and does no harm after its runtime or
     * registry was closed. Waits up to a second until what is believed is on disk.
     */
    @Override
    public void close() {
        try {
            if (following != null) {
                following.close();
            }
            quotas.close();
            mesh.close();
            clusters.close();
        } finally {
            try {
                endpoints.close();
            } finally {
                if (disk != null) {
                    disk.close();
                }
                if (writer != null) {
                    writer.close();
                }
                observation.close();
            }
        }
    }

    @Override
    public String toString() {
        return "MoaClient[" + moa.self() + (mesh.setting().mode() == MeshMode.OFF ? "" : ", " + mesh.describe()) + "]";
    }

    /** Collects what a client is made of. Not safe for threads. */
    public static final class Builder {
        private final Moa moa;
        private EndpointConfig endpoints = EndpointConfig.DEFAULT;
        private BeliefConfig belief = BeliefConfig.DEFAULT;
        private OutlierConfig outliers = OutlierConfig.DEFAULT;
        private DiskConfig disk = DiskConfig.DEFAULT;
        private final Map<String, String> labels = new HashMap<>();
        private int subset;
        private QuotaConfig quotas = QuotaConfig.DEFAULT;
        private int samples = Samples.DEFAULT_PLACES;
        private double overloadThrottle = OverloadThrottle.DEFAULT_RATIO;
        private @Nullable Discovery discovery;
        private @Nullable MeshConfig mesh = MeshConfig.DEFAULT;
        private final List<Filter> filters = new ArrayList<>();
        private final List<CallObserver> observers = new ArrayList<>();

        private Builder(Moa moa) {
            this.moa = moa;
        }

        /** How connections are kept; default {@link EndpointConfig#DEFAULT}. */
        public Builder endpoints(EndpointConfig value) {
            this.endpoints = value;
            return this;
        }

        /** When an instance is believed to be gone; default {@link BeliefConfig#DEFAULT}. */
        public Builder belief(BeliefConfig value) {
            this.belief = value;
            return this;
        }

        /** When an instance gets no calls for a while because of how they end; default {@link OutlierConfig#DEFAULT}. */
        public Builder outliers(OutlierConfig value) {
            this.outliers = value;
            return this;
        }

        /**
         * While servers refuse most calls of a method for lack of room, this client sends so many times what they accept, and refuses the
         * others itself; 1.1 to 100, default 2, or 0 to send everything.
         *
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder overloadThrottle(double value) {
            this.overloadThrottle = OverloadThrottle.check(value);
            return this;
        }

        /**
         * The zone in which this process is, for methods with a {@link io.moa.annotation.ZonePreference}; null, the default, if it is not
         * known. The settings of the release stand above it: {@code moa.client.zone}, {@code MOA_CLIENT_ZONE}, and where neither is said
         * those of a server in the same process, {@code moa.server.zone} and {@code MOA_SERVER_ZONE}. An empty one takes the zone away.
         */
        public Builder zone(@Nullable String value) {
            if (value == null) {
                labels.remove(Instance.ZONE);
            } else {
                labels.put(Instance.ZONE, value);
            }
            return this;
        }

        /**
         * What this process says of itself, for rules that go by it: {@link Instance#UNIT}, {@link Instance#ENVIRONMENT}, {@link
         * Instance#ZONE} and names of your own. For these three the settings of the release stand above it, as for {@link #zone}.
         */
        public Builder label(String name, String value) {
            labels.put(name, value);
            return this;
        }

        /**
         * How many instances of each service this client calls and connects to; 1 to 100,000, or 0, the default, for all. For services of
         * hundreds of instances, where connections from everybody to everybody cost more than they are worth. Which ones they are is
         * decided by the uuids of the process and the instances; ejected and doubtful ones do not count, up to as many again. Those of
         * each {@linkplain io.moa.discovery.Snapshot#distances() distance} count by themselves, those of all zones together.
         *
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder subset(int value) {
            this.subset = new Vantage("", null, value).subset();
            return this;
        }

        /**
         * Of how many calls the client keeps the facts that rules go by, when they began and how they ended, neither arguments nor results,
         * so that {@link MoaClient#dryRun} has something to try rules on; 1 to 100,000, default 1,024, or 0 for none. Each of the first calls
         * is kept, and from then on one of 128 by chance, which stands for as many. Call keys and attachments are kept up to 64 characters each.
         *
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder samples(int value) {
            this.samples = Samples.checkPlaces(value, 0);
            return this;
        }

        /**
         * Whether and where the client keeps what it knows, so that it can begin without its registry; default {@link
         * DiskConfig#DEFAULT}. No list is kept of fixed addresses and of a registry that does not outlive the process, and no rules of a
         * {@linkplain RuleSource#outlivesProcess() source that does not}: neither depends on the other.
         */
        public Builder disk(DiskConfig value) {
            this.disk = value;
            return this;
        }

        /**
         * Calls go to these addresses, and no registry is asked: for tools, tests and first steps. Default the registry
         * of the runtime.
         *
         * @param values at least one, each a process of its own
         */
        public Builder addresses(Address... values) {
            this.discovery = new FixedAddresses(List.of(values), moa.ticker());
            return this;
        }

        /** How shares of quotas are asked for; default {@link QuotaConfig#DEFAULT}. */
        public Builder quotas(QuotaConfig value) {
            this.quotas = value;
            return this;
        }

        /**
         * Whether and how calls go through an agent; default {@link MeshConfig#DEFAULT}, never. The settings {@code moa.mesh} and {@code
         * moa.mesh.agent} of the release stand above it.
         */
        public Builder mesh(MeshConfig value) {
            this.mesh = value;
            return this;
        }

        /** Calls never go through an agent, whatever the release says: for agents themselves, and for tools. */
        public Builder withoutMesh() {
            this.mesh = null;
            return this;
        }

        /** Adds a filter, which sees each call once, however often it is sent, in the order added. */
        public Builder filter(Filter value) {
            filters.add(value);
            return this;
        }

        /**
         * Adds an observer, who is told of each call and closed with the client: one client's alone. Default nobody, and then a call passes
         * nothing that would tell.
         */
        public Builder observer(CallObserver value) {
            observers.add(value);
            return this;
        }

        public MoaClient build() {
            // The registry is asked for only when a service is followed: a client may be made before there is one.
            Discovery where = discovery != null
                    ? discovery
                    : (service, listener) -> moa.registry().subscribe(service, listener);
            boolean keepLists =
                    discovery == null && moa.hasRegistry() && moa.registry().outlivesProcess();
            boolean keepRules = moa.rules() != null && moa.rules().outlivesProcess();
            DiskConfig kept = keepLists || keepRules ? disk.over(System::getProperty, System::getenv) : DiskConfig.OFF;
            boolean registered = discovery == null && moa.hasRegistry();
            Consumer<List<Registry.Unreachable>> complaints =
                    registered ? all -> moa.registry().complain(moa.self().instance(), all) : all -> {};
            Map<String, String> said = new HashMap<>(labels);
            for (String name : List.of(Instance.ZONE, Instance.UNIT, Instance.ENVIRONMENT)) {
                String label = LabelSetting.over(name, labels.get(name), System::getProperty, System::getenv);
                if (label == null) {
                    said.remove(name);
                } else {
                    said.put(name, label);
                }
            }
            Vantage vantage = new Vantage(moa.self().instance(), said.get(Instance.ZONE), subset);
            return new MoaClient(
                    moa,
                    endpoints,
                    where,
                    belief,
                    outliers,
                    vantage,
                    said,
                    keepLists ? kept : DiskConfig.OFF,
                    keepRules ? kept.folder() : null,
                    complaints,
                    samples,
                    overloadThrottle,
                    quotas,
                    filters,
                    mesh,
                    Observation.by(observers, new ObserverComplaints("MoaClient[" + moa.self() + "]")));
        }
    }
}
