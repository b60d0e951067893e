package io.moa.server.dispatch;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicySettings;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.NamedMethod;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A service that another process serves, such as one of another language, and for which this one answers. Immutable.
 *
 * @param service the service
 * @param methods at least one, each {@linkplain MethodId#ofAnyParameters for any parameters}, no name twice
 * @param policies what is decided about its methods; the release configuration and rules stand above it
 * @param route takes each call that has passed the gates, its arguments as JSON, and answers with JSON. It blocks nothing, heeds deadline and
 *     cancellation, and is safe for many threads
 */
public record RelayedService(ServiceId service, List<NamedMethod> methods, PolicySettings policies, Invoker route) {

    public RelayedService {
        methods = List.copyOf(methods);
        Set<String> names = new HashSet<>();
        for (NamedMethod each : methods) {
            if (!each.id().takesAnyParameters()) {
                throw new IllegalArgumentException("A relayed method takes any parameters, not " + each.id());
            }
            if (!names.add(each.id().name())) {
                throw new IllegalArgumentException(
                        service + " has the method " + each.id().name() + " twice");
            }
        }
        if (methods.isEmpty()) {
            throw new IllegalArgumentException(service + " needs at least one method");
        }
    }

    /**
     * A method of such a service.
     *
     * @param parameters their names in order, by which callers may send arguments; null if nobody knows
     */
    public static NamedMethod method(String name, @Nullable List<String> parameters) {
        return new NamedMethod(MethodId.ofAnyParameters(name), parameters);
    }
}
