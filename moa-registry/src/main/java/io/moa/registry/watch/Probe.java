package io.moa.registry.watch;

import io.moa.discovery.Instance;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether an instance answers, at the level of the protocol, without calling anything. Safe for many threads; nothing
 * blocks.
 */
@FunctionalInterface
public interface Probe {

    /**
     * Looks once. Ends within the probe's own limit of time, never exceptionally.
     *
     * @param instance which process is meant; another one at its address is a failure
     */
    CompletableFuture<Finding> probe(Instance instance);

    /**
     * What a probe found. Immutable.
     *
     * @param failure why the instance did not answer, for people; null if it did
     * @param nameless whether it was not even asked, because nobody could tell where the name of its host leads: that is so for every
     *     watcher that asks the same name server, and says little of the instance
     */
    record Finding(@Nullable String failure, boolean nameless) {

        /** The instance itself answered. */
        public static final Finding REACHED = new Finding(null, false);

        /** It did not. */
        public static Finding failed(String why) {
            return new Finding(Evidence.sentence(why), false);
        }

        /** It was not asked, for want of an address. */
        public static Finding nameless(String why) {
            return new Finding(Evidence.sentence(why), true);
        }

        public boolean reached() {
            return failure == null;
        }
    }
}
