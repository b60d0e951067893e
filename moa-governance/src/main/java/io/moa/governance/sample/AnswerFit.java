package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import org.jspecify.annotations.Nullable;

/** Tells whether a method can return what a rule answers. Must not block or throw; called from many threads. */
@FunctionalInterface
public interface AnswerFit {

    /** Knows no methods, so it has nothing to say against any value. */
    AnswerFit UNKNOWN = (service, method, value) -> null;

    /**
     * Why a value is no result of a method.
     *
     * @param service to which the call was made, wherever a rule has led it since
     * @param value a plain value: null, a text, a number, a boolean, a list or a map of such
     * @return for people; null if it fits, or if that is not known
     */
    @Nullable
    String misfit(ServiceId service, MethodId method, @Nullable Object value);
}
