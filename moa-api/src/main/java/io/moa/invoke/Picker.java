package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * Chooses an instance out of a fixed set. A picker is a snapshot: it never reaches back for newer state; newer state is a
 * new picker. Never blocks; safe for many threads.
 */
@FunctionalInterface
public interface Picker {

    /** The choice for one attempt, or null if no candidate is left for it. */
    @Nullable
    Lease pick(Invocation call);
}
