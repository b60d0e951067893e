package io.moa.server.dispatch;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceExport;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Gate;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.protocol.serialize.ServiceForm;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes of a relayed service what a server needs to answer for it. */
public final class RelayExporter {

    private RelayExporter() {}

    /**
     * Exports.
     *
     * @param json the number of the serializer in which it is offered
     * @param gate limits the calls in flight of the whole service
     * @param said what code and release configuration say of its methods
     * @param quotas where shares of quotas are asked for
     * @param observation is told of the calls
     * @throws IllegalArgumentException if something is said of a method that there is not
     */
    public static ServiceExporter.Exported export(
            RelayedService relayed,
            int json,
            Gate gate,
            PolicySettings said,
            Ticker ticker,
            QuotaRounds quotas,
            Observation observation) {
        List<MethodId> ids = relayed.methods().stream().map(NamedMethod::id).toList();
        said.check(relayed.service().toString(), ids);
        ServiceRates rates = new ServiceRates(relayed.service().toString(), ticker);
        ExportedMethod.Relayed route = new ExportedMethod.Relayed(Map.of(json, relayed.route()));
        List<ExportedMethod> methods = new ArrayList<>();
        List<ServiceForm.Method> forms = new ArrayList<>();
        List<String> fingerprints = new ArrayList<>();
        for (NamedMethod each : relayed.methods()) {
            methods.add(ExportedMethod.relayed(
                    relayed.service(),
                    each.id(),
                    said.over(MethodPolicy.DEFAULT, each.id().toString()),
                    route,
                    gate,
                    new MethodGate(
                            EnforcedAt.PROVIDER,
                            ticker,
                            quotas,
                            observation.gates(),
                            relayed.service(),
                            each.id(),
                            rates),
                    observation.of(relayed.service(), each.id())));
            List<Type> parameters = Collections.nCopies(Math.max(0, each.parameterCount()), Object.class);
            forms.add(new ServiceForm.Method(each, parameters, Object.class));
            fingerprints.add(each.toString());
        }
        return new ServiceExporter.Exported(
                new ServiceExport(relayed.service(), Set.of("json"), ServiceExporter.fingerprint(fingerprints)),
                methods,
                new ServiceForm(relayed.service(), forms, AllowList.ofValues()),
                List.of());
    }
}
