package io.moa.client.stub;

import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller decides about a service in code, over the annotations of its interface. Immutable; null means the
 * annotation, or else the default, holds.
 *
 * @param group which offer of the service, or null
 * @param version which edition, or null
 * @param policies what is decided about calls, for all methods or for one
 * @param allow classes that replies may create beyond those that the signatures name
 */
public record StubConfig(
        @Nullable String group, @Nullable String version, PolicySettings policies, List<Class<?>> allow) {

    /** The annotations hold. */
    public static final StubConfig ANNOTATED = new StubConfig(null, null, PolicySettings.NONE, List.of());

    public StubConfig {
        allow = List.copyOf(allow);
    }

    public StubConfig withGroup(String value) {
        return new StubConfig(value, version, policies, allow);
    }

    public StubConfig withVersion(String value) {
        return new StubConfig(group, value, policies, allow);
    }

    /** With a serializer for every method, by its name: {@link PolicyKey#SERIALIZER}. */
    public StubConfig withSerializer(String value) {
        return with(PolicyKey.SERIALIZER, value);
    }

    /** With a timeout for every method: {@link PolicyKey#TIMEOUT}. */
    public StubConfig withTimeout(Duration value) {
        return with(PolicyKey.TIMEOUT, value);
    }

    /** With a number of attempts for every method: {@link PolicyKey#ATTEMPTS}. */
    public StubConfig withAttempts(int value) {
        return with(PolicyKey.ATTEMPTS, value);
    }

    /**
     * With a policy for every method that can use it; that one can is checked when the stub is made.
     *
     * @throws IllegalArgumentException if the value is out of range, or nothing that a caller can say in code
     */
    public <T> StubConfig with(PolicyKey<T> key, T value) {
        return with("", key, value);
    }

    /**
     * With a policy for one method, or for all of one name that can use it.
     *
     * @param method its name, with its parameter types if it is one of several, such as {@code reserve(java.lang.String,int)}; that there is
     *     such a method, and that one can use the value, is checked when the stub is made
     * @throws IllegalArgumentException if the value is out of range, or nothing that a caller can say in code
     */
    public <T> StubConfig with(String method, PolicyKey<T> key, T value) {
        if (key.side() == PolicyKey.Side.PROVIDER) {
            throw new IllegalArgumentException(
                    key + " is enforced at the provider, which does not hear what a stub's code"
                            + " says; expected it in ExportConfig, or " + key.example() + " on the interface");
        }
        PolicySettings more = policies.with(
                method, key, value, Origin.CODE, "StubConfig" + (method.isEmpty() ? "" : " for " + method));
        return new StubConfig(group, version, more, allow);
    }

    public StubConfig withAllowed(Class<?>... classes) {
        return new StubConfig(group, version, policies, List.of(classes));
    }
}
