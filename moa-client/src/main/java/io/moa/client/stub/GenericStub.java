package io.moa.client.stub;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.cluster.ClusterLink;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.Serializers;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls a service whose interface is not on the class path: for gateways, consoles and tests. Arguments and results are
 * plain data, maps, lists, strings, numbers, booleans and null, carried as JSON; the server binds them to the types that
 * its methods declare, and to nothing else. Safe for many threads.
 */
public final class GenericStub {

    /** So many methods are remembered; more, such as names out of users' hands, are prepared for each call anew. */
    private static final int REMEMBERED = 1_000;

    private final Serializer json;
    private final ClusterLink cluster;
    private final CallStarter starter;
    private final LiveMethods live;
    private final MethodGates gates;
    private final Observation observation;
    private final Serializers serializers;
    private final Map<String, StubMethod> methods = new ConcurrentHashMap<>();

    public GenericStub(
            Moa moa,
            ClusterLink cluster,
            CallStarter starter,
            LiveMethods live,
            MethodGates gates,
            Observation observation) {
        this.live = live;
        this.gates = gates;
        this.observation = observation;
        this.json = moa.serializers().require("json");
        this.serializers = moa.serializers();
        this.cluster = cluster;
        this.starter = starter;
    }

    /**
     * Calls and waits.
     *
     * @param method the method with its parameter types, such as {@code greet(java.lang.String)}
     * @param arguments plain data, one per parameter
     * @return plain data
     * @throws io.moa.invoke.CallException if the call fails; a business exception is a {@link
     *     io.moa.invoke.RemoteApplicationException}
     */
    public @Nullable Object call(String method, @Nullable Object... arguments) {
        return call(CallOptions.NONE, method, arguments);
    }

    /** Calls with options and waits. */
    public @Nullable Object call(CallOptions options, String method, @Nullable Object... arguments) {
        try {
            return starter.call(null, method(method, arguments.length), arguments, options);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a generic call declares no checked exception", e);
        }
    }

    /** Calls with options and goes on. */
    public CompletableFuture<@Nullable Object> callAsync(
            CallOptions options, String method, @Nullable Object... arguments) {
        return starter.callAsync(null, method(method, arguments.length), arguments, options);
    }

    private StubMethod method(String text, int arity) {
        StubMethod known = methods.get(text);
        if (known == null) {
            MethodId id = MethodId.parse(text);
            int declared = id.signature().equals("()") ? 0 : id.signature().split(",", -1).length;
            if (declared != arity) {
                throw new IllegalArgumentException(
                        id + " has " + declared + " parameters, but " + arity + " arguments were given");
            }
            List<Type> untyped = Collections.nCopies(arity, Object.class);
            MethodGate gate = gates.alone(cluster.service(), id);
            AllowList nothing = AllowList.ofValues();
            BodyCodec result = json.result(Object.class, nothing);
            known = new StubMethod(
                    id,
                    MethodPolicy.DEFAULT.withCode(PolicyKey.TIMEOUT, Duration.ofSeconds(3), "GenericStub's default"),
                    json.id(),
                    json.arguments(untyped, nothing),
                    result,
                    ErrorReader.untyped(result),
                    false,
                    new RuleAnswer.Form(serializers, Object.class, nothing, result),
                    cluster,
                    null,
                    List.of(),
                    null,
                    gate,
                    observation.of(cluster.service(), id));
            if (methods.size() < REMEMBERED) {
                live.add(known);
                methods.put(text, known);
            }
        } else if (arity != parameters(known)) {
            throw new IllegalArgumentException(text + " was called with " + arity + " arguments");
        }
        return known;
    }

    private static int parameters(StubMethod method) {
        String signature = method.method().signature();
        return signature.equals("()") ? 0 : signature.split(",", -1).length;
    }
}
