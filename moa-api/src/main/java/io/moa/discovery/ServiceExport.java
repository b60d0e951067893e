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
}
