package io.moa.server.dispatch;

import io.moa.discovery.ServiceId;
import io.moa.governance.overload.CallRoom;
import io.moa.invoke.MethodId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything a server exports. Immutable; made when the server starts. */
public final class ServiceTable {

    private final Map<ServiceId, Map<MethodId, ExportedMethod>> services = new LinkedHashMap<>();

    /** Collects methods; two exports of the same service are an error that names them. */
    public ServiceTable(List<ExportedMethod> methods) {
        for (ExportedMethod method : methods) {
            ExportedMethod twin = services.computeIfAbsent(method.service(), any -> new LinkedHashMap<>())
                    .put(method.method(), method);
            if (twin != null) {
                throw new IllegalArgumentException(method + " is exported twice by this server");
            }
        }
    }

    /** Whether this service is exported. */
    public boolean serves(ServiceId service) {
        return services.containsKey(service);
    }

    /**
     * The exported method that is meant, or null: the one of these types; else one that is offered for any; else, for who does not say
     * types, the only one of the name with so many parameters.
     */
    public @Nullable ExportedMethod find(ServiceId service, MethodId method) {
        Map<MethodId, ExportedMethod> methods = services.get(service);
        if (methods == null) {
            return null;
        }
        ExportedMethod typed = methods.get(method);
        if (typed != null) {
            return typed;
        }
        ExportedMethod any = methods.get(MethodId.ofAnyParameters(method.name()));
        return any != null || !method.isUntyped() ? any : onlyOf(methods, method);
    }

    private static @Nullable ExportedMethod onlyOf(Map<MethodId, ExportedMethod> methods, MethodId untyped) {
        ExportedMethod only = null;
        for (ExportedMethod each : methods.values()) {
            if (each.method().name().equals(untyped.name())
                    && each.method().parameterCount() == untyped.parameterCount()) {
                if (only != null) {
                    return null;
                }
                only = each;
            }
        }
        return only;
    }

    /** Every method. */
    public List<ExportedMethod> methods() {
        List<ExportedMethod> all = new ArrayList<>();
        services.values().forEach(methods -> all.addAll(methods.values()));
        return all;
    }

    /** Why calls to a service that is not exported fail, for people. */
    public String whyUnknown(ServiceId service) {
        String sameName = services.keySet().stream()
                .filter(exported -> exported.name().equals(service.name()))
                .map(ServiceId::toString)
                .collect(Collectors.joining(", "));
        return "The service " + service + " is not exported here"
                + (sameName.isEmpty() ? "" : "; with other group or version there is " + sameName);
    }

    String whyUnknown(ServiceId service, MethodId method) {
        Map<MethodId, ExportedMethod> methods = services.get(service);
        if (methods == null) {
            return whyUnknown(service);
        }
        String overloads = methods.keySet().stream()
                .filter(exported -> exported.name().equals(method.name()))
                .map(MethodId::toString)
                .collect(Collectors.joining(", "));
        return service + " has no method " + method + " here; "
                + (overloads.isEmpty()
                        ? "its methods are "
                                + methods.keySet().stream()
                                        .limit(20)
                                        .map(MethodId::toString)
                                        .collect(Collectors.joining(", "))
                        : "of that name there is " + overloads
                                + (method.isUntyped() ? "; name one with its types" : ""));
    }

    /** Why a call finds no room, for its caller. */
    String whyFull(ExportedMethod refused, CallRoom.Refusal why) {
        WorkerPool pool = refused.workers();
        return "No room for " + refused + ": " + why.limit() + " calls run on the threads of "
                + (pool == null ? "nobody" : pool.name()) + ", as many as may now, and " + why.waiting() + " wait"
                + (pool == null ? "" : "; running now: " + pool.busiest(this::busiest));
    }

    private String busiest(WorkerPool pool) {
        String running = methods().stream()
                .filter(method -> method.workers() == pool && method.running().get() > 0)
                .sorted(Comparator.comparingInt(
                                (ExportedMethod method) -> method.running().get())
                        .reversed())
                .limit(3)
                .map(method -> method.method() + " " + method.running().get())
                .collect(Collectors.joining(", "));
        return running.isEmpty() ? "none of ours" : running;
    }

    /** Why a call that had room did not run. */
    String whyNoThread(ExportedMethod refused, Throwable noThread) {
        WorkerPool pool = refused.workers();
        return pool != null && pool.workers().executor() != null && noThread instanceof RejectedExecutionException
                ? "The executor of " + pool.name() + " refuses " + refused + ": " + noThread
                : "No thread could be started for " + refused + ": " + noThread;
    }
}
