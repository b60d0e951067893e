package io.moa.testkit;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.invoke.Ticker;
import java.time.Duration;

/**
 * Where {@link RegistryContract} is played: one empty store for one test, and the hands of an operator, a watcher and fate
 * upon it.
 *
 * <p>Closing closes every registry that was opened here and takes the store away.
 */
public interface RegistryStage extends AutoCloseable {

    /** A registry over the store, as another process would hold it. Open until the test or the stage closes it. */
    Registry open();

    /** The ticker that the registries were given. */
    Ticker ticker();

    /** Does what an operator does: records a decision about an instance. Takes effect soon. */
    void decide(String uuid, OperatorState state);

    /** Does what a watcher does: records what it says of an instance. Takes effect soon. */
    void mark(String uuid, Liveness liveness);

    /**
     * Makes the store lose what it holds of an instance, as one does that is emptied or short of memory, without a word of
     * its process. An implementation whose processes repeat their announcements may list it again soon.
     */
    void lose(String uuid);

    /** Makes the store unreachable. Registries notice in their own time. */
    void loseStore();

    /** Ends {@link #loseStore()}; the store holds what it held. */
    void restoreStore();

    /** How long the tests wait for what this implementation brings about. Default: 10 s. */
    default Eventually eventually() {
        return Eventually.within(Duration.ofSeconds(10));
    }

    @Override
    void close();
}
