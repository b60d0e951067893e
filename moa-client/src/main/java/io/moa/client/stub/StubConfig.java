package io.moa.client.stub;

import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.Setting;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller decides about a service in code, over the annotations of its interface. Immutable; null means the
 * annotation, or else the default, holds.
 *
 * @param group which offer of the service, or null
 * @param version which edition, or null
 * @param serializer the serializer's name, or null
 * @param timeout of every method, or null
 * @param attempts how often a call is sent in all, 1 to 10, or null
 * @param allow classes that replies may create beyond those that the signatures name
 */
public record StubConfig(
        @Nullable String group,
        @Nullable String version,
        @Nullable String serializer,
        @Nullable Duration timeout,
        @Nullable Integer attempts,
        List<Class<?>> allow) {

    /** The annotations hold. */
    public static final StubConfig ANNOTATED = new StubConfig(null, null, null, null, null, List.of());

    public StubConfig {
        allow = List.copyOf(allow);
    }

    public StubConfig withGroup(String value) {
        return new StubConfig(value, version, serializer, timeout, attempts, allow);
    }

    public StubConfig withVersion(String value) {
        return new StubConfig(group, value, serializer, timeout, attempts, allow);
    }

    public StubConfig withSerializer(String value) {
        return new StubConfig(group, version, value, timeout, attempts, allow);
    }

    public StubConfig withTimeout(Duration value) {
        return new StubConfig(group, version, serializer, value, attempts, allow);
    }

    public StubConfig withAttempts(int value) {
        return new StubConfig(group, version, serializer, timeout, value, allow);
    }

    public StubConfig withAllowed(Class<?>... classes) {
        return new StubConfig(group, version, serializer, timeout, attempts, List.of(classes));
    }

    MethodPolicy over(MethodPolicy annotated) {
        MethodPolicy policy = annotated;
        if (timeout != null) {
            policy = policy.orTimeout(new Setting<>(timeout, Origin.CODE, "StubConfig"));
        }
        if (attempts != null) {
            policy = policy.orAttempts(new Setting<>(attempts, Origin.CODE, "StubConfig"));
        }
        return policy;
    }
}
