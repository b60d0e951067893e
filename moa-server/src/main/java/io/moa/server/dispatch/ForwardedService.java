package io.moa.server.dispatch;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Invoker;
import io.moa.protocol.serialize.NamedMethod;
import java.util.List;
import java.util.Map;

/**
 * A service of another process that speaks MOA, for which this one answers in that process's name: calls pass the gates here, and go on with their
 * arguments as they came. Immutable.
 *
 * @param service the service
 * @param methods at least one
 */
public record ForwardedService(ServiceId service, List<Method> methods) {

    /**
     * A method.
     *
     * @param named the method, and what its parameters are called
     * @param policy what is decided about it without live rules; nothing that this process is given changes it
     * @param routes for each serializer in which it is offered, by its number, what takes its calls; it blocks nothing, heeds deadline and
     *     cancellation, and is safe for many threads
     */
    public record Method(NamedMethod named, MethodPolicy policy, Map<Integer, Invoker> routes) {
        public Method {
            routes = Map.copyOf(routes);
        }
    }

    public ForwardedService {
        methods = List.copyOf(methods);
        if (methods.isEmpty()) {
            throw new IllegalArgumentException(service + " needs at least one method");
        }
    }
}
