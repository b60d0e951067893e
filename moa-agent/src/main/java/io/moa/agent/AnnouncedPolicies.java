package io.moa.agent;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.MethodId;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of an application have declared of the methods that they call, for those of its programs that cannot declare anything. What was
 * announced last holds. Safe for many threads.
 */
final class AnnouncedPolicies {

    private record Called(ServiceId service, MethodId method) {}

    private final Map<Called, MethodPolicy> policies = new ConcurrentHashMap<>();

    /** By name and number of parameters, those of all that are called so. */
    private final Map<Called, Map<MethodId, MethodPolicy>> overloads = new ConcurrentHashMap<>();

    void add(ServiceId service, MethodId method, MethodPolicy policy) {
        policies.put(new Called(service, method), policy);
        if (method.isUntyped()) {
            return;
        }
        Called untyped = new Called(service, MethodId.untyped(method.name(), method.parameterCount()));
        overloads.compute(untyped, (any, before) -> {
            Map<MethodId, MethodPolicy> all = before == null ? new ConcurrentHashMap<>() : before;
            all.put(method, policy);
            if (new HashSet<>(all.values()).size() == 1) {
                policies.put(untyped, policy);
            } else {
                policies.remove(
                        untyped); // which one is meant is not known here, and one may be idempotent and the other not
            }
            return all;
        });
    }

    /**
     * What is declared of a method.
     *
     * @param method with types, or {@linkplain MethodId#untyped without}
     * @return null if nothing is, or if several methods are called so that declare different things
     */
    @Nullable
    MethodPolicy of(ServiceId service, MethodId method) {
        return policies.get(new Called(service, method));
    }
}
