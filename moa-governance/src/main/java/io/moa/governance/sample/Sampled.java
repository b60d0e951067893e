package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;

/**
 * The calls of one method by one application, about which a process decides alike. Immutable.
 *
 * @param caller the calling application; empty if that is not known
 */
public record Sampled(ServiceId service, MethodId method, String caller) {

    static Sampled of(Sample sample) {
        return new Sampled(sample.service(), sample.method(), sample.facts().caller());
    }

    /** For people. */
    @Override
    public String toString() {
        return service + " " + method.name() + (caller.isEmpty() ? "" : ", caller " + caller);
    }
}
