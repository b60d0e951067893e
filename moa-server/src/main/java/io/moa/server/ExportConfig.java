package io.moa.server;

import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import io.moa.server.dispatch.Workers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one exported service that differ from the server's. Immutable.
 *
 * @param group replaces the annotation's group; empty keeps it
 * @param version replaces the annotation's version; empty keeps it
 * @param workers where its methods run; null for a pool with the server's setting
 * @param serializers names of the serializers that callers may use; empty for all there are
 * @param policies what is decided about calls, for all methods or for one, over the annotations
 * @param allow classes that callers' bytes may create beyond those that the signatures name
 */
public record ExportConfig(
        String group,
        String version,
        @Nullable Workers workers,
        Set<String> serializers,
        PolicySettings policies,
        List<Class<?>> allow) {

    /** Nothing differs. */
    public static final ExportConfig DEFAULT = new ExportConfig("", "", null, Set.of(), PolicySettings.NONE, List.of());

    public ExportConfig {
        serializers = Set.copyOf(serializers);
        allow = List.copyOf(allow);
    }

    public ExportConfig withGroup(String value) {
        return new ExportConfig(value, version, workers, serializers, policies, allow);
    }

    public ExportConfig withVersion(String value) {
        return new ExportConfig(group, value, workers, serializers, policies, allow);
    }

    public ExportConfig withWorkers(Workers value) {
        return new ExportConfig(group, version, value, serializers, policies, allow);
    }

    public ExportConfig withSerializers(String... names) {
        return new ExportConfig(group, version, workers, Set.of(names), policies, allow);
    }

    public ExportConfig withAllowed(Class<?>... classes) {
        return new ExportConfig(group, version, workers, serializers, policies, List.of(classes));
    }

    /**
     * With a policy for every method that can use it, such as {@link PolicyKey#RATE_LIMIT}; that one can is checked when the server starts.
     *
     * @throws IllegalArgumentException if the value is out of range, or nothing that a provider can say in code
     */
    public <T> ExportConfig with(PolicyKey<T> key, T value) {
        return with("", key, value);
    }

    /**
     * With a policy for one method, or for all of one name that can use it.
     *
     * @param method its name, with its parameter types if it is one of several, such as {@code reserve(java.lang.String,int)}; that there is
     *     such a method, and that one can use the value, is checked when the server starts
     * @throws IllegalArgumentException if the value is out of range, or nothing that a provider can say in code
     */
    public <T> ExportConfig with(String method, PolicyKey<T> key, T value) {
        if (key.side() == PolicyKey.Side.CALLER) {
            throw new IllegalArgumentException(
                    key + " is enforced at the caller, which does not hear what a provider's code"
                            + " says; expected it in StubConfig, or " + key.example() + " on the interface");
        }
        PolicySettings more = policies.with(
                method, key, value, Origin.CODE, "ExportConfig" + (method.isEmpty() ? "" : " for " + method));
        return new ExportConfig(group, version, workers, serializers, more, allow);
    }
}
