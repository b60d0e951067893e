package io.moa.protocol.serialize;

import io.moa.discovery.ServiceId;
import java.lang.reflect.Type;
import java.util.List;

/**
 * What bytes become when a service is called: for those who answer callers without its interface, and describe it to them. Immutable.
 *
 * @param service the service
 * @param methods each with its types
 * @param allowed the classes that bytes may create
 */
public record ServiceForm(ServiceId service, List<Method> methods, AllowList allowed) {

    /**
     * One method.
     *
     * @param named the method, and what its parameters are called
     * @param parameters the generic types of its parameters, in order
     * @param result the generic type of what it gives, that of the value if it gives a future; {@code void.class} for nothing
     */
    public record Method(NamedMethod named, List<Type> parameters, Type result) {
        public Method {
            parameters = List.copyOf(parameters);
        }
    }

    public ServiceForm {
        methods = List.copyOf(methods);
    }
}
