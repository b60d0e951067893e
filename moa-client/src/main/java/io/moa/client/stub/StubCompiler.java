package io.moa.client.stub;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.cluster.ClusterLink;
import io.moa.discovery.ServiceId;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.DeclaredErrors;
import io.moa.governance.policy.DeclaredParameters;
import io.moa.governance.policy.DeclaredPolicy;
import io.moa.governance.policy.DeclaredService;
import io.moa.governance.policy.FallbackForm;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.policy.ResolvedTypes;
import io.moa.governance.policy.StrayAnnotations;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.Serializer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes stubs. All reflection and annotation reading of a client happens here, once per interface, and so do the checks: a
 * mistake is an error when the stub is made.
 */
public final class StubCompiler {

    private static final Logger LOG = LoggerFactory.getLogger(StubCompiler.class);

    private final Moa moa;
    private final CallStarter starter;
    private final Function<ServiceId, ClusterLink> clusters;
    private final MethodGates gates;
    private final LiveMethods live;
    private final Observation observation;

    public StubCompiler(
            Moa moa,
            CallStarter starter,
            Function<ServiceId, ClusterLink> clusters,
            MethodGates gates,
            LiveMethods live,
            Observation observation) {
        this.live = live;
        this.observation = observation;
        this.moa = moa;
        this.starter = starter;
        this.clusters = clusters;
        this.gates = gates;
    }

    /**
     * Makes a stub.
     *
     * @param type an interface with {@code @MoaService}
     * @param config what differs from the annotations
     * @param options of its calls
     * @throws IllegalArgumentException if the interface cannot be a service, saying why and what is expected
     */
    public <S> S compile(Class<S> type, StubConfig config, CallOptions options) {
        MoaService annotation = type.getAnnotation(MoaService.class);
        if (annotation == null || !type.isInterface()) {
            throw new IllegalArgumentException(
                    type.getName() + " must be an interface with @MoaService to be called as a service");
        }
        ServiceId service = DeclaredService.of(
                type,
                annotation,
                config.group() == null ? annotation.group() : config.group(),
                config.version() == null ? annotation.version() : config.version());
        StrayAnnotations.refuseIn(type);
        PolicySettings settings = config.policies().and(releaseOf(moa, service));
        AllowList allowed = AllowList.ofService(type).plus(config.allow().toArray(new Class<?>[0]));
        Map<Method, StubMethod> methods = new HashMap<>();
        Set<Method> onlyLocal = FallbackForm.onlyLocal(type);
        Map<Method, FallbackAnswer> local = new HashMap<>();
        List<DeclaredPolicy> all = new ArrayList<>();
        ClusterLink cluster = null;
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            if (onlyLocal.contains(method)) {
                local.put(method, FallbackAnswer.local(type, method));
                continue;
            }
            DeclaredErrors.check(type, method);
            FallbackForm fallback = FallbackForm.of(type, method);
            DeclaredPolicy declared = DeclaredPolicy.ofStub(type, method, settings);
            all.add(declared);
            MethodPolicy policy = declared.policy();
            Serializer serializer = moa.serializers().require(policy.value(PolicyKey.SERIALIZER));
            MethodId id = MethodId.of(method.getName(), method.getParameterTypes());
            boolean async = CompletionStage.class.isAssignableFrom(method.getReturnType());
            Type result = async ? valueType(method) : method.getGenericReturnType();
            try {
                var arguments = serializer.arguments(
                        Arrays.asList(method.getGenericParameterTypes()),
                        DeclaredParameters.names(type, method),
                        allowed);
                var results = serializer.result(result, allowed);
                RuleAnswer.Form form = new RuleAnswer.Form(moa.serializers(), result, allowed, results);
                FallbackValue.check(type.getSimpleName() + "." + method.getName(), policy, form);
                if (cluster == null) {
                    cluster = clusters.apply(service); // only now: a wrong interface must not begin to follow anything
                }
                methods.put(
                        method,
                        new StubMethod(
                                id,
                                policy,
                                serializer.id(),
                                arguments,
                                results,
                                ErrorReader.of(method.getExceptionTypes(), allowed, serializer),
                                async,
                                form,
                                cluster,
                                method,
                                ResolvedTypes.ofParameters(type, method),
                                fallback == null ? null : FallbackAnswer.of(type, fallback),
                                gates.of(service, id, policy, live::gates),
                                observation.of(service, id)));
            } catch (SerializationException e) {
                throw new IllegalArgumentException(
                        type.getName() + "." + method.getName() + " cannot be carried by the serializer "
                                + serializer.name() + ": " + e.getMessage(),
                        e);
            }
        }
        settings.check(
                type.getSimpleName(),
                methods.values().stream().map(StubMethod::method).toList());
        if (methods.isEmpty()) {
            throw new IllegalArgumentException(type.getName() + " has no method to call");
        }
        DeclaredPolicy.unused(type.getSimpleName(), all).forEach(why -> LOG.warn("{}", why));
        all.forEach(each -> each.idle().forEach(why -> LOG.warn("{}", why)));
        moa.noteService(service);
        tellMistakes(service);
        methods.values().forEach(live::add);
        return type.cast(new ServiceStub(type, service, methods, local, options, starter).proxy());
    }

    /** Tells, once for each setting, which ones nobody reads, and which ones may be meant for a service and name another one. */
    private void tellMistakes(ServiceId service) {
        for (ReleaseSettings.Place place : moa.release().weakestFirst()) {
            Map<String, String> mistakes = new TreeMap<>(PolicySettings.unread(place.texts(), place::describe));
            mistakes.putAll(PolicySettings.near(place.texts(), service, moa.services(), place::describe));
            mistakes.forEach((setting, why) -> {
                if (moa.isUntold(place.describe(setting))) {
                    LOG.warn("{}", why);
                }
            });
        }
    }

    /** What the release configuration says of a service, the strongest place last. */
    public static PolicySettings releaseOf(Moa moa, ServiceId service) {
        PolicySettings said = PolicySettings.NONE;
        for (ReleaseSettings.Place place : moa.release().weakestFirst()) {
            said = said.and(PolicySettings.ofTexts(place.texts(), service, place::describe));
        }
        return said;
    }

    private static Type valueType(Method method) {
        if (method.getGenericReturnType() instanceof ParameterizedType future
                && (method.getReturnType() == CompletableFuture.class
                        || method.getReturnType() == CompletionStage.class)) {
            Type value = future.getActualTypeArguments()[0];
            return value == Void.class ? void.class : value;
        }
        throw new IllegalArgumentException(method.getDeclaringClass().getName() + "." + method.getName() + " returns "
                + method.getGenericReturnType().getTypeName()
                + "; an asynchronous method returns CompletableFuture<T> or CompletionStage<T>");
    }
}
