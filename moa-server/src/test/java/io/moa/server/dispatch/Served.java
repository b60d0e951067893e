package io.moa.server.dispatch;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Ticker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls and methods as a transport and an exporter would make them. */
public final class Served {

    public static final ServiceId SERVICE = ServiceId.of("shop.Stock");

    private Served() {}

    /** A method of which the gate is all that matters. */
    public static ExportedMethod guardedBy(Gate gate) {
        return method("take()", null, gate);
    }

    static ExportedMethod method(String method, @Nullable WorkerPool workers) {
        return method(method, workers, any -> Permit.FREE);
    }

    private static ExportedMethod method(String method, @Nullable WorkerPool workers, Gate gate) {
        MethodHandle nothing = MethodHandles.empty(MethodType.methodType(Object.class, Object[].class));
        return new ExportedMethod(
                SERVICE,
                MethodId.parse(method),
                MethodPolicy.DEFAULT,
                nothing,
                false,
                Map.of(),
                workers,
                gate,
                new MethodGate(
                        "take", EnforcedAt.PROVIDER, Ticker.system(), new ServiceRates("take", Ticker.system())));
    }

    /** A call to a method, as far as it is known. */
    public static Invocation.Builder call(@Nullable ExportedMethod method) {
        Invocation.Builder call = Invocation.of(
                method == null ? SERVICE : method.service(),
                method == null ? MethodId.parse("take()") : method.method(),
                Payload.EMPTY,
                new Ledger(Phase.SERVER_QUEUE, 0));
        return method == null ? call : call.attributes(method.attributes(1));
    }
}
