package io.moa.server.dispatch;

import io.moa.annotation.EnforcedAt;
import io.moa.annotation.MoaService;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.CallKeyReader;
import io.moa.governance.policy.DeclaredErrors;
import io.moa.governance.policy.DeclaredParameters;
import io.moa.governance.policy.DeclaredPolicy;
import io.moa.governance.policy.DeclaredService;
import io.moa.governance.policy.FallbackForm;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.policy.StrayAnnotations;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Gate;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.ErrorWriter;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.ServiceForm;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Turns an implementation of an annotated interface into exported methods. All reflection of a server happens here, once,
 * and so do the checks: a mistake is an error at start, with the expected form.
 */
public final class ServiceExporter {

    /**
     * One exported service.
     *
     * @param published what the registry is told
     * @param methods what the dispatcher calls
     * @param form its methods with types and names, for callers without the interface
     * @param warnings what is no mistake and yet to be told, once
     */
    public record Exported(
            ServiceExport published, List<ExportedMethod> methods, ServiceForm form, List<String> warnings) {}

    private ServiceExporter() {}

    /**
     * Finds the one annotated interface of an implementation.
     *
     * @throws IllegalArgumentException if there is none, or more than one
     */
    public static Class<?> interfaceOf(@Nullable Object implementation) {
        if (implementation == null) {
            throw new IllegalArgumentException("A service needs an implementation, not null");
        }
        Set<Class<?>> found = new HashSet<>();
        collect(implementation.getClass(), found);
        if (found.size() == 1) {
            return found.iterator().next();
        }
        String name = implementation.getClass().getName();
        throw new IllegalArgumentException(
                found.isEmpty()
                        ? name
                                + " implements no interface with @MoaService. The annotation stands on the interface that"
                                + " caller and provider share, not on the class."
                        : name + " implements several services, "
                                + found.stream().map(Class::getName).sorted().collect(Collectors.joining(" and "))
                                + "; say which: export(TheInterface.class, implementation)");
    }

    private static void collect(Class<?> type, Set<Class<?>> found) {
        for (Class<?> candidate : type.getInterfaces()) {
            if (candidate.isAnnotationPresent(MoaService.class)) {
                found.add(candidate);
            } else {
                collect(candidate, found);
            }
        }
        if (type.getSuperclass() != null) {
            collect(type.getSuperclass(), found);
        }
    }

    /**
     * How a service is exported.
     *
     * @param serializers in which it is offered
     * @param extraTypes classes that bytes may create beyond those of the signatures
     * @param workers where methods run that are not declared non-blocking
     * @param gate limits the calls in flight of the whole service
     * @param policies what code and release configuration say over the annotations of a service
     * @param ticker the runtime's, for limits
     * @param quotas where shares of quotas are asked for
     * @param group replaces the annotation's group unless empty
     * @param version replaces the annotation's version unless empty
     * @param observation is told of the calls
     */
    public record Terms(
            List<Serializer> serializers,
            List<Class<?>> extraTypes,
            WorkerPool workers,
            Gate gate,
            Function<ServiceId, PolicySettings> policies,
            Ticker ticker,
            QuotaRounds quotas,
            String group,
            String version,
            Observation observation) {

        /** Terms of what nobody observes. */
        public Terms(
                List<Serializer> serializers,
                List<Class<?>> extraTypes,
                WorkerPool workers,
                Gate gate,
                Function<ServiceId, PolicySettings> policies,
                Ticker ticker,
                QuotaRounds quotas,
                String group,
                String version) {
            this(serializers, extraTypes, workers, gate, policies, ticker, quotas, group, version, Observation.NONE);
        }
    }

    /**
     * Exports.
     *
     * @param type the annotated interface
     * @param implementation answers the calls; must be safe for many threads
     * @throws IllegalArgumentException if the interface cannot be a service, saying why and what is expected
     */
    public static <S> Exported export(Class<S> type, @Nullable S implementation, Terms terms) {
        MoaService annotation = type.getAnnotation(MoaService.class);
        if (annotation == null || !type.isInterface()) {
            throw new IllegalArgumentException(
                    type.getName() + " must be an interface with @MoaService to be exported as a service");
        }
        if (!type.isInstance(implementation)) {
            throw new IllegalArgumentException(
                    "The service " + type.getName() + " needs an object that implements it, not "
                            + (implementation == null
                                    ? "null"
                                    : "a " + implementation.getClass().getName()));
        }
        ServiceId service = DeclaredService.of(
                type,
                annotation,
                terms.group().isEmpty() ? annotation.group() : terms.group(),
                terms.version().isEmpty() ? annotation.version() : terms.version());
        StrayAnnotations.refuseIn(type);
        StrayAnnotations.refuseOn(type, implementation.getClass());
        AllowList allowed = AllowList.ofService(type).plus(terms.extraTypes().toArray(new Class<?>[0]));
        PolicySettings said = terms.policies().apply(service);
        Set<Method> onlyLocal = FallbackForm.onlyLocal(type);
        ServiceRates rates = new ServiceRates(service.toString(), terms.ticker());
        List<ExportedMethod> methods = new ArrayList<>();
        List<DeclaredPolicy> all = new ArrayList<>();
        Set<String> offered = new HashSet<>();
        List<String> fingerprints = new ArrayList<>();
        List<ServiceForm.Method> forms = new ArrayList<>();
        List<Method> nameless = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || isShadow(method, type) || onlyLocal.contains(method)) {
                continue;
            }
            DeclaredErrors.check(type, method);
            DeclaredPolicy declared = DeclaredPolicy.ofExport(type, method, said);
            if (declared.policy().get(PolicyKey.CALL_KEYS).origin() != Origin.DEFAULT) {
                CallKeyReader.check(type, method);
            }
            all.add(declared);
            MethodPolicy policy = declared.policy();
            MethodId id = MethodId.of(method.getName(), method.getParameterTypes());
            boolean async = CompletionStage.class.isAssignableFrom(method.getReturnType());
            Type result = async ? valueType(method) : method.getGenericReturnType();
            List<String> names = DeclaredParameters.names(type, method);
            if (names == null) {
                nameless.add(method);
            }
            ServiceForm.Method form = new ServiceForm.Method(
                    new NamedMethod(id, names), Arrays.asList(method.getGenericParameterTypes()), result);
            forms.add(form);
            Map<Integer, ExportedMethod.Codecs> codecs =
                    codecs(terms.serializers(), annotation.serializer(), method, form, allowed, offered);
            methods.add(new ExportedMethod(
                    service,
                    id,
                    policy,
                    handle(type, implementation, method),
                    async,
                    codecs,
                    policy.value(PolicyKey.NON_BLOCKING) ? null : terms.workers(),
                    terms.gate(),
                    new MethodGate(
                            EnforcedAt.PROVIDER,
                            terms.ticker(),
                            terms.quotas(),
                            terms.observation().gates(),
                            service,
                            id,
                            rates),
                    terms.observation().of(service, id)));
            fingerprints.add(id + ":" + result.getTypeName());
        }
        said.check(
                type.getSimpleName(),
                methods.stream().map(ExportedMethod::method).toList());
        if (methods.isEmpty()) {
            throw new IllegalArgumentException(type.getName() + " has no method to call");
        }
        List<String> unused = DeclaredPolicy.unused(type.getSimpleName(), all); // callers are told what concerns them
        return new Exported(
                new ServiceExport(service, offered, fingerprint(fingerprints)),
                methods,
                new ServiceForm(service, forms, allowed),
                nameless.isEmpty() || !offered.contains("json")
                        ? List.of()
                        : List.of(DeclaredParameters.warning(type, nameless)));
    }

    /** Where a service narrows an inherited result, the compiler adds a second method of the same name and parameters. */
    private static boolean isShadow(Method method, Class<?> type) {
        if (!method.isBridge()) {
            return false;
        }
        for (Method other : type.getMethods()) {
            if (!other.isBridge()
                    && other.getName().equals(method.getName())
                    && Arrays.equals(other.getParameterTypes(), method.getParameterTypes())) {
                return true;
            }
        }
        return false;
    }

    /** A serializer that cannot carry a signature is not offered for it, unless it is the one that callers are told to use. */
    private static Map<Integer, ExportedMethod.Codecs> codecs(
            List<Serializer> serializers,
            String preferred,
            Method method,
            ServiceForm.Method form,
            AllowList allowed,
            Set<String> offered) {
        Map<Integer, ExportedMethod.Codecs> codecs = new HashMap<>();
        List<String> refusals = new ArrayList<>();
        for (Serializer serializer : serializers) {
            try {
                codecs.put(
                        serializer.id(),
                        new ExportedMethod.Codecs(
                                serializer.arguments(
                                        form.parameters(), form.named().parameterNames(), allowed),
                                serializer.result(form.result(), allowed),
                                new ErrorWriter(method.getExceptionTypes(), allowed, serializer)));
                offered.add(serializer.name());
            } catch (SerializationException cannotCarry) {
                refusals.add(serializer.name() + ": " + cannotCarry.getMessage());
                if (serializer.name().equals(preferred)) {
                    throw new IllegalArgumentException(
                            method.getDeclaringClass().getName() + "." + method.getName()
                                    + " cannot be carried by its serializer " + preferred + ": "
                                    + cannotCarry.getMessage(),
                            cannotCarry);
                }
            }
        }
        if (codecs.isEmpty()) {
            throw new IllegalArgumentException(method.getDeclaringClass().getName() + "." + method.getName()
                    + " cannot be carried by any serializer that the service is offered in; "
                    + String.join("; ", refusals));
        }
        return codecs;
    }

    private static Type valueType(Method method) {
        if (method.getGenericReturnType() instanceof ParameterizedType future
                && (method.getReturnType() == CompletableFuture.class
                        || method.getReturnType() == CompletionStage.class)) {
            Type value = future.getActualTypeArguments()[0];
            return value == Void.class ? void.class : value;
        }
        throw new IllegalArgumentException(method.getDeclaringClass().getName() + "." + method.getName()
                + " returns " + method.getGenericReturnType().getTypeName()
                + "; an asynchronous method returns CompletableFuture<T> or CompletionStage<T>");
    }

    private static MethodHandle handle(Class<?> type, Object implementation, Method method) {
        try {
            MethodHandles.Lookup lookup =
                    Modifier.isPublic(type.getModifiers()) ? MethodHandles.publicLookup() : MethodHandles.lookup();
            MethodHandle bound;
            try {
                bound = lookup.unreflect(method);
            } catch (IllegalAccessException notPublic) {
                method.setAccessible(true); // a package-private interface of the application itself
                bound = MethodHandles.lookup().unreflect(method);
            }
            return bound.bindTo(implementation)
                    .asSpreader(Object[].class, method.getParameterCount())
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (IllegalAccessException | RuntimeException e) {
            throw new IllegalArgumentException(
                    type.getName() + "." + method.getName()
                            + " cannot be called by MOA; make the interface public, or open its package to MOA",
                    e);
        }
    }

    static String fingerprint(List<String> methods) {
        methods.sort(null);
        CRC32C crc = new CRC32C();
        crc.update(String.join("\n", methods).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
