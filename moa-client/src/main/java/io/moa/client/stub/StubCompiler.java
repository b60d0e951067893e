package io.moa.client.stub;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.cluster.ClusterLink;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.AnnotatedPolicy;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.Serializer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Makes stubs. All reflection and annotation reading of a client happens here, once per interface, and so do the checks: a
 * mistake is an error when the stub is made.
 */
public final class StubCompiler {

    private final Moa moa;
    private final CallStarter starter;
    private final Function<ServiceId, ClusterLink> clusters;

    public StubCompiler(Moa moa, CallStarter starter, Function<ServiceId, ClusterLink> clusters) {
        this.moa = moa;
        this.starter = starter;
        this.clusters = clusters;
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
        ServiceId service = new ServiceId(
                annotation.name().isEmpty() ? type.getName() : annotation.name(),
                config.group() == null ? annotation.group() : config.group(),
                config.version() == null ? annotation.version() : config.version());
        Serializer serializer =
                moa.serializers().require(config.serializer() == null ? annotation.serializer() : config.serializer());
        AllowList allowed = AllowList.ofService(type).plus(config.allow().toArray(new Class<?>[0]));
        Map<Method, StubMethod> methods = new HashMap<>();
        ClusterLink cluster = null;
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            MethodPolicy policy = config.over(AnnotatedPolicy.read(type, method));
            boolean async = CompletionStage.class.isAssignableFrom(method.getReturnType());
            Type result = async ? valueType(method) : method.getGenericReturnType();
            try {
                var arguments = serializer.arguments(Arrays.asList(method.getGenericParameterTypes()), allowed);
                var results = serializer.result(result, allowed);
                if (cluster == null) {
                    cluster = clusters.apply(service); // only now: a wrong interface must not begin to follow anything
                }
                methods.put(
                        method,
                        StubMethod.of(
                                MethodId.of(method.getName(), method.getParameterTypes()),
                                policy,
                                serializer.id(),
                                arguments,
                                results,
                                ErrorReader.of(method.getExceptionTypes(), allowed, serializer),
                                async,
                                cluster));
            } catch (SerializationException e) {
                throw new IllegalArgumentException(
                        type.getName() + "." + method.getName() + " cannot be carried by the serializer "
                                + serializer.name() + ": " + e.getMessage(),
                        e);
            }
        }
        if (methods.isEmpty()) {
            throw new IllegalArgumentException(type.getName() + " has no method to call");
        }
        return type.cast(new ServiceStub(type, service, methods, options, starter).proxy());
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
