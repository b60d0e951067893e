package io.moa.discovery;

import java.util.Set;

/**
 * One service that an instance offers. Immutable.
 *
 * @param service which
 * @param serializers names of the serializers that the instance accepts for it, fixed at export
 * @param contract a fingerprint of the methods, for comparing editions; empty if not said
 */
public record ServiceExport(ServiceId service, Set<String> serializers, String contract) {
    public ServiceExport {
        serializers = Set.copyOf(serializers);
    }

    // By hand, as is hashCode: every process waits for it when it starts (decision 0014).
    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceExport export
                && export.service.equals(service)
                && export.serializers.equals(serializers)
                && export.contract.equals(contract);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * service.hashCode() + serializers.hashCode()) + contract.hashCode();
    }
}
