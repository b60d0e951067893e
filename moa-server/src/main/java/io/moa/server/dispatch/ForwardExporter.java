package io.moa.server.dispatch;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceExport;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.observe.Observation;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Gate;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.ServiceForm;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Makes of a forwarded service what a server needs to answer for it. */
public final class ForwardExporter {

    private ForwardExporter() {}

    /**
     * Exports.
     *
     * @param gate limits the calls in flight of the whole service
     * @param quotas where shares of quotas are asked for
     * @param observation is told of the calls
     */
    public static ServiceExporter.Exported export(
            ForwardedService forwarded, Gate gate, Ticker ticker, QuotaRounds quotas, Observation observation) {
        ServiceRates rates = new ServiceRates(forwarded.service().toString(), ticker);
        List<ExportedMethod> methods = new ArrayList<>();
        List<ServiceForm.Method> forms = new ArrayList<>();
        List<String> fingerprints = new ArrayList<>();
        for (ForwardedService.Method each : forwarded.methods()) {
            methods.add(ExportedMethod.relayed(
                    forwarded.service(),
                    each.named().id(),
                    each.policy(),
                    new ExportedMethod.Relayed(each.routes()),
                    gate,
                    new MethodGate(
                            EnforcedAt.PROVIDER,
                            ticker,
                            quotas,
                            observation.gates(),
                            forwarded.service(),
                            each.named().id(),
                            rates),
                    observation.of(forwarded.service(), each.named().id())));
            List<Type> parameters = Collections.nCopies(Math.max(0, each.named().parameterCount()), Object.class);
            forms.add(new ServiceForm.Method(each.named(), parameters, Object.class));
            fingerprints.add(each.named().toString());
        }
        return new ServiceExporter.Exported(
                new ServiceExport(forwarded.service(), Set.of(), ServiceExporter.fingerprint(fingerprints)),
                methods,
                new ServiceForm(forwarded.service(), forms, AllowList.ofValues()),
                List.of());
    }
}
