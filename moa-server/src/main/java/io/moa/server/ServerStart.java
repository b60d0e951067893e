package io.moa.server;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.annotation.MoaService;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.observe.Observation;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.observe.ObserverFilter;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.quota.QuotaRounds;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleFeed;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.log.ObserverComplaints;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.ServedProcess;
import io.moa.observe.RefusalCause;
import io.moa.protocol.serialize.JsonSerializer;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.protocol.serialize.RuleText;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.ServiceForm;
import io.moa.server.dispatch.Dispatcher;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.ForwardExporter;
import io.moa.server.dispatch.ForwardedService;
import io.moa.server.dispatch.RelayExporter;
import io.moa.server.dispatch.RelayedService;
import io.moa.server.dispatch.ServiceExporter;
import io.moa.server.dispatch.ServiceTable;
import io.moa.server.dispatch.WorkerPool;
import io.moa.server.dispatch.Workers;
import io.moa.server.filter.DedupFilter;
import io.moa.server.health.HealthConfig;
import io.moa.server.health.HealthEndpoint;
import io.moa.server.health.LoopPulse;
import io.moa.server.mesh.InboundSeat;
import io.moa.server.network.ListenConfig;
import io.moa.server.network.ListenPlan;
import io.moa.server.network.LocalNetwork;
import io.moa.server.network.UnixSocketConfig;
import io.moa.server.network.UnixSocketFile;
import io.moa.server.resp.OwnAddress;
import io.moa.server.resp.RespConfig;
import io.moa.server.resp.RespDoor;
import io.moa.server.resp.RespLookup;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One start of a server: what it opened is closed again if anything fails. Used once, by one thread. */
final class ServerStart {

    private static final Logger LOG = LoggerFactory.getLogger(ServerStart.class);

    private final MoaServer.Builder set;
    private final Moa moa;
    private final Observation observation;
    private final Map<String, WorkerPool> pools = new LinkedHashMap<>();
    private final List<Listener> opened = new ArrayList<>();
    private @Nullable HealthEndpoint health;
    private @Nullable UnixSocketFile unix;
    private Registry.@Nullable Registration registration;
    private @Nullable FollowedRules following;
    private @Nullable OverloadWatch overload;
    private @Nullable InboundSeat seat;
    private final QuotaRounds quotas;

    ServerStart(MoaServer.Builder set) {
        this.set = set;
        this.moa = set.moa;
        this.quotas = new QuotaRounds(
                moa.hasRegistry() ? moa.registry().quotas() : null,
                set.quotas,
                moa.ticker(),
                moa.scheduler(),
                "provider",
                UUID.randomUUID().toString().replace("-", ""),
                told -> LOG.warn("The server of {}: {}", moa.self(), told));
        this.observation = Observation.by(set.observers, new ObserverComplaints("MoaServer[" + moa.self() + "]"));
    }

    MoaServer run() {
        if (set.exports.isEmpty() && set.relays.isEmpty() && set.forwards.isEmpty()) {
            throw new IllegalArgumentException("A server exports at least one service: call export(...)");
        }
        HealthConfig healthConfig = HealthConfig.over(set.health, set.settings.property(), set.settings.variable());
        UnixSocketConfig unixConfig = set.unixSocket.over(set.settings.property(), set.settings.variable());
        ListenPlan plan = set.address == null ? plan() : null;
        moa.beginServing();
        boolean started = false;
        try {
            LifeCycle life = life(healthConfig == null ? HealthConfig.at(0) : healthConfig);
            if (healthConfig != null) { // before everything else, so that a slow start can be watched
                health = HealthEndpoint.open(healthConfig, life, moa.self().application(), moa.ticker());
            }
            MoaServer server = open(life, plan, unixConfig);
            started = true;
            return server;
        } finally {
            if (!started) { // nothing stays open or announced of a server that nobody holds
                undo();
            }
        }
    }

    private ListenPlan plan() {
        ListenConfig config = set.listen.over(set.settings.property(), set.settings.variable());
        return config.plan(
                LocalNetwork.cards(),
                moa.hasRegistry() ? LocalNetwork.towards(moa.registry().nodes()) : null,
                LocalNetwork::resolve,
                moa.hasRegistry());
    }

    private LifeCycle life(HealthConfig config) {
        return new LifeCycle(
                "The server of " + moa.self(),
                moa.ticker(),
                new LoopPulse(moa.transport().loops(), moa.ticker(), config.stuckAfter()),
                config.startupLimit());
    }

    private MoaServer open(LifeCycle life, @Nullable ListenPlan plan, UnixSocketConfig unixConfig) {
        List<ServiceExport> published = new ArrayList<>();
        List<ExportedMethod> methods = new ArrayList<>();
        List<ServiceForm> forms = new ArrayList<>();
        for (MoaServer.Builder.Export<?> export : set.exports) {
            ServiceExporter.Exported exported = export(export);
            published.add(exported.published());
            methods.addAll(exported.methods());
            forms.add(exported.form());
            exported.warnings().forEach(each -> LOG.warn("{}", each));
        }
        for (RelayedService relayed : set.relays) {
            ServiceExporter.Exported exported = relay(relayed);
            published.add(exported.published());
            methods.addAll(exported.methods());
            forms.add(exported.form());
        }
        tellMistakes(published); // what is forwarded was looked at in its own process
        for (ForwardedService forwarded : set.forwards) {
            ServiceExporter.Exported exported = forward(forwarded);
            published.add(exported.published());
            methods.addAll(exported.methods());
            forms.add(exported.form());
        }
        ServiceTable table = new ServiceTable(methods);
        Map<String, String> labels = LabelSettings.over(set.labels, set.settings.property(), set.settings.variable());
        following = follow(labels, methods); // before the door is open: the first call goes by them, too
        Dispatcher dispatcher =
                new Dispatcher(table, moa.ticker(), moa.transportConfig().maxBodyBytes());
        ObservedMethod unknown = observation.ofUnknown();
        ObserverFilter observer = unknown == null ? null : new ObserverFilter(unknown, moa.ticker());
        DedupFilter dedup = new DedupFilter(moa.ticker(), set.dedup);
        Invoker route = ServerStack.route(moa.ticker(), moa.scheduler(), observer, dedup, set.filters, dispatcher);
        OwnAddress own = new OwnAddress(() -> life.stage() == LifeCycle.Stage.SERVING);
        RespLookup lookup = set.lookup != null ? set.lookup : own;
        ServerLoad ofThreads = new ServerLoad(pools.values(), moa.ticker());
        IntSupplier load = set.load != null ? set.load : ofThreads::percent;
        AtomicReference<@Nullable String> shut = new AtomicReference<>();
        Host host = new ExportHost(moa.self(), route, table, load, respDoor(table, forms, life, lookup), shut);

        Address where =
                set.address != null ? set.address : plan != null ? plan.bind() : new Address.Tcp("127.0.0.1", 0);
        opened.add(listen(where, host));
        List<Address> addresses = new ArrayList<>();
        Address listening = opened.get(0).address();
        addresses.add(plan != null && listening instanceof Address.Tcp tcp ? plan.announced(tcp.port()) : listening);
        if (plan != null && unixConfig.mode() != UnixSocketConfig.Mode.OFF) {
            openUnix(unixConfig, host);
        }
        if (unix != null) {
            addresses.add(
                    unix.address()); // never first: it changes with each start, and an operator's decision is kept
        }
        Instance instance =
                instance(published, addresses, labels, set.warmUp != null ? set.warmUp : longestWarmUp(methods));
        own.announce(instance);
        registration = moa.hasRegistry() ? moa.registry().register(instance) : null;
        Listener doors = opened.size() == 1 ? opened.get(0) : new Doors(opened);
        ServerFront front = new ServerFront(instance, doors, life, own, shut);
        Host behind = new ExportHost(
                moa.self(),
                ServerStack.behindAgent(moa.ticker(), observer, dedup, set.filters, dispatcher),
                table,
                load,
                null,
                new AtomicReference<>());
        seat = seat(behind, methods, forms, labels, front);
        if (seat != null) {
            doors = new ServedDoors(doors, seat);
        }
        life.begin(doors, registration);
        overload = set.adaptive ? OverloadWatch.open(pools.values(), moa.self().application()) : null;
        MoaServer server = new MoaServer(
                moa,
                doors,
                pools,
                methods,
                front,
                seat,
                life,
                health,
                unix,
                overload,
                set.drainLimit,
                following,
                quotas,
                observation);
        observation.serves(server);
        if (set.closeOnShutdown) {
            server.closeOnShutdown();
        }
        tell(server, published, plan, addresses);
        if (seat != null) {
            seat.open();
            if (following != null) {
                following.watch(seat::live);
            }
        }
        return server;
    }

    /** Null if its callers could not be told that somebody else serves them. */
    private @Nullable InboundSeat seat(
            Host behind,
            List<ExportedMethod> methods,
            List<ServiceForm> forms,
            Map<String, String> labels,
            ServerFront front) {
        MeshConfig config = set.mesh;
        if (config == null || !moa.hasRegistry() || !moa.registry().takesRegistrations()) {
            return null;
        }
        Map<ServiceId, Map<MethodId, NamedMethod>> names = new HashMap<>();
        forms.forEach(
                form -> form.methods().forEach(each -> names.computeIfAbsent(form.service(), any -> new HashMap<>())
                        .put(each.named().id(), each.named())));
        List<ServedProcess.Method> told = methods.stream()
                .map(each -> new ServedProcess.Method(
                        each.service(),
                        each.method(),
                        each.serializers().stream().sorted().toList(),
                        names.getOrDefault(each.service(), Map.of())
                                .getOrDefault(each.method(), new NamedMethod(each.method(), null))
                                .parameterNames(),
                        each.declared().toPlain()))
                .toList();
        return new InboundSeat(
                moa,
                config,
                behind,
                (at, secret) -> new ServedProcess(
                        moa.self().instance(),
                        moa.self().application(),
                        at,
                        secret,
                        labels,
                        set.maxInFlightPerService,
                        told),
                front,
                observation::meshed);
    }

    /** Null if nobody is answered who speaks RESP, or JSON is not spoken here. */
    private @Nullable RespDoor respDoor(
            ServiceTable table, List<ServiceForm> forms, LifeCycle life, RespLookup lookup) {
        RespConfig config = set.resp.over(set.settings.property(), set.settings.variable());
        if (config.access() == RespConfig.Access.OFF) {
            return null;
        }
        for (Serializer each : moa.serializers().all()) {
            if (each instanceof JsonSerializer json) {
                return new RespDoor(config, table, forms, json, json.requests(), life, lookup, moa.ticker());
            }
        }
        return null;
    }

    private @Nullable FollowedRules follow(Map<String, String> labels, List<ExportedMethod> methods) {
        RuleSource source = moa.rules();
        if (source == null) {
            return null;
        }
        LocalProcess process =
                new LocalProcess(moa.self().instance(), moa.self().application(), labels);
        RuleFeed feed = new RuleFeed(process, RuleText::read, new ServedRules("" + moa.self(), methods));
        return new FollowedRules(source, feed, moa.self().application(), rulesFolder(source));
    }

    /** Where rules are kept; null for nowhere, as of those that end with this process. */
    private @Nullable Path rulesFolder(RuleSource source) {
        if (!source.outlivesProcess()) {
            return null;
        }
        String said = set.settings.property().apply(MoaServer.RULES_PROPERTY);
        if (said == null || said.isBlank()) {
            said = set.settings.variable().apply(MoaServer.RULES_VARIABLE);
        }
        if (said == null || said.isBlank()) {
            return set.rulesFolder;
        }
        return said.strip().equalsIgnoreCase("off") ? null : Path.of(said.strip());
    }

    private static Duration longestWarmUp(List<ExportedMethod> methods) {
        return methods.stream()
                .map(method -> method.policy().value(PolicyKey.WARM_UP))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private Instance instance(
            List<ServiceExport> published, List<Address> addresses, Map<String, String> labels, Duration warmUp) {
        return Instance.builder(moa.self().instance(), moa.self().application())
                .host(moa.hostId())
                .addresses(addresses)
                .protocol(Instance.MOA_1)
                .exports(published)
                .weight(set.weight)
                .startedAtEpochMillis(moa.startedAtEpochMillis())
                .warmUp(warmUp)
                .labels(labels)
                .metadata(set.metadata)
                .build();
    }

    private void tell(
            MoaServer server, List<ServiceExport> published, @Nullable ListenPlan plan, List<Address> addresses) {
        LOG.info(
                "{} serves {}{}{}{}",
                server,
                published.stream().map(ServiceExport::service).toList(),
                registration == null ? "" : ", announced at " + addresses,
                plan == null ? "" : "; " + plan.reason(),
                health == null ? "" : "; its health is told at " + health.address());
        if (addresses.get(0) instanceof Address.Tcp tcp && isLoopback(tcp.host()) && isSharedWithOthers()) {
            LOG.warn(
                    "{} announces {}, which only this host reaches, in a registry that other hosts may use too:"
                            + " call host(\"auto\"), or set MOA_SERVER_HOST",
                    server,
                    tcp);
        }
    }

    private static boolean isLoopback(String host) {
        return host.startsWith("127.") || host.equals("localhost") || host.equals("0:0:0:0:0:0:0:1");
    }

    private boolean isSharedWithOthers() {
        return moa.hasRegistry() && LocalNetwork.towards(moa.registry().nodes()) != null;
    }

    private void openUnix(UnixSocketConfig config, Host host) {
        String obstacle = null;
        if (moa.hostId().isEmpty()) {
            obstacle = "this host cannot be told from others, see HostId";
        } else if (!moa.transport().supports(new Address.Unix("/"))) {
            obstacle = "they need Linux and Netty's native epoll";
        } else {
            try {
                UnixSocketFile file = UnixSocketFile.prepare(
                        config,
                        moa.self().application(),
                        moa.self().instance(),
                        set.settings.property(),
                        set.settings.variable());
                unix = file;
                opened.add(listen(file.binding(), host));
                file.publish();
            } catch (IOException | IllegalStateException e) {
                obstacle = String.valueOf(e.getMessage());
                remove(unix);
                unix = null;
                while (opened.size() > 1) {
                    opened.remove(1).close();
                }
            }
        }
        if (obstacle != null && config.mode() == UnixSocketConfig.Mode.FOLDER) {
            throw new IllegalStateException("There can be no Unix socket in " + config.folder() + ": " + obstacle);
        }
        if (obstacle != null) {
            LOG.info("{} has no Unix socket: {}", moa.self(), obstacle);
        }
    }

    static void remove(@Nullable UnixSocketFile file) {
        try {
            if (file != null) {
                file.remove();
            }
        } catch (IOException e) { // the next server of this folder finds that nobody listens there
            LOG.debug("{} stays behind", file.address(), e);
        }
    }

    private void undo() {
        if (following != null) {
            following.close();
        }
        quotas.close();
        LifeCycle.withdraw(registration);
        if (seat != null) {
            seat.close();
        }
        opened.forEach(Listener::close);
        remove(unix);
        if (overload != null) {
            overload.close();
        }
        pools.values().forEach(WorkerPool::close);
        if (health != null) {
            health.close();
        }
        observation.close();
        moa.endServing();
    }

    private <S> ServiceExporter.Exported export(MoaServer.Builder.Export<S> export) {
        ExportConfig config = export.config();
        requirePreferredSerializer(export.type());
        Workers wanted = config.workers() != null ? config.workers() : set.workers;
        String name = export.type().getSimpleName();
        WorkerPool pool = pools.computeIfAbsent(
                export.type().getName() + config, any -> new WorkerPool(name, wanted, moa.ticker()));
        List<Serializer> serializers = new ArrayList<>();
        if (config.serializers().isEmpty()) {
            serializers.addAll(moa.serializers().all());
        } else {
            config.serializers()
                    .forEach(each -> serializers.add(moa.serializers().require(each)));
        }
        return ServiceExporter.export(
                export.type(),
                export.implementation(),
                new ServiceExporter.Terms(
                        serializers,
                        config.allow(),
                        pool,
                        observation.gate(RefusalCause.IN_FLIGHT, new ConcurrencyGate(name, set.maxInFlightPerService)),
                        service -> config.policies().and(releaseOf(service)),
                        moa.ticker(),
                        quotas,
                        config.group(),
                        config.version(),
                        observation));
    }

    private ServiceExporter.Exported relay(RelayedService relayed) {
        return RelayExporter.export(
                relayed,
                moa.serializers().require("json").id(),
                observation.gate(
                        RefusalCause.IN_FLIGHT,
                        new ConcurrencyGate(relayed.service().name(), set.maxInFlightPerService)),
                relayed.policies().and(releaseOf(relayed.service())),
                moa.ticker(),
                quotas,
                observation);
    }

    private ServiceExporter.Exported forward(ForwardedService forwarded) {
        return ForwardExporter.export(
                forwarded,
                observation.gate(
                        RefusalCause.IN_FLIGHT,
                        new ConcurrencyGate(forwarded.service().name(), set.maxInFlightPerService)),
                moa.ticker(),
                quotas,
                observation);
    }

    /** What the release configuration says of a service, the strongest place last. */
    private PolicySettings releaseOf(ServiceId service) {
        PolicySettings said = PolicySettings.NONE;
        for (ReleaseSettings.Place place : moa.release().weakestFirst()) {
            said = said.and(PolicySettings.ofTexts(place.texts(), service, place::describe));
        }
        return said;
    }

    /** Tells, once for each setting, which ones nobody reads, and which ones may be meant for exported services and name others. */
    private void tellMistakes(List<ServiceExport> exported) {
        exported.forEach(each -> moa.noteService(each.service())); // all of them before: one is not meant for another
        for (ReleaseSettings.Place place : moa.release().weakestFirst()) {
            Map<String, String> mistakes = new TreeMap<>(PolicySettings.unread(place.texts(), place::describe));
            for (ServiceExport each : exported) {
                mistakes.putAll(PolicySettings.near(place.texts(), each.service(), moa.services(), place::describe));
            }
            mistakes.forEach((setting, why) -> {
                if (moa.isUntold(place.describe(setting))) {
                    LOG.warn("{}", why);
                }
            });
        }
    }

    /** A misspelt name in the annotation would otherwise be found by the first caller. */
    private void requirePreferredSerializer(Class<?> type) {
        MoaService annotation = type.getAnnotation(MoaService.class);
        if (annotation != null) {
            try {
                moa.serializers().require(annotation.serializer());
            } catch (IllegalArgumentException unknown) {
                throw new IllegalArgumentException(
                        "@MoaService of " + type.getName() + ": " + unknown.getMessage(), unknown);
            }
        }
    }

    private Listener listen(Address where, Host exported) {
        try {
            return moa.transport().listen(where, exported).join();
        } catch (CompletionException e) {
            throw new IllegalStateException(
                    "Cannot listen on " + where + ": "
                            + (e.getCause() == null ? e : e.getCause().getMessage()),
                    e.getCause());
        }
    }

    /** What the transport sees of this server. */
    private record ExportHost(
            Peer self,
            Invoker route,
            ServiceTable table,
            IntSupplier percent,
            @Nullable RespDoor resp,
            AtomicReference<@Nullable String> shut)
            implements Host {
        @Override
        public @Nullable String refusal(Peer peer, byte[] credential) {
            return shut.get();
        }

        @Override
        public boolean serves(ServiceId service) {
            return table.serves(service);
        }

        @Override
        public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            ExportedMethod exported = table.find(service, method);
            return exported == null ? null : exported.attributes(serializer);
        }

        @Override
        public int load() {
            return percent.getAsInt();
        }
    }
}
