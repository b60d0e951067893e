package io.moa.node.quickstart;

import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.registry.embedded.EmbeddedRegistry;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the parts of the quickstart run, besides the consumer. */
interface Stage extends AutoCloseable {

    /** What this machine allows: processes around a Redis, or else everything in this process. */
    static Stage open() {
        EmbeddedRegistry embedded = EmbeddedRegistry.start();
        return embedded.redis().isPresent()
                ? new ProcessStage(embedded, embedded.redis().get())
                : new OneProcessStage(embedded);
    }

    /** What it is, in a sentence for people. */
    String what();

    /** The consumer's registry. */
    Registry registry();

    /** The live rules that the consumer goes by. */
    RuleSource rules();

    /** Puts a live rule, as {@code ./moa rules put} does; all who follow the rules go by it soon. */
    void putRule(String id, String json);

    /** Starts an instance, which has announced itself when this returns. */
    Provider provider(String name);

    /** Lets an instance die so that it can tell nobody. */
    void kill(Provider victim);

    /**
     * Waits until the watchers have taken a dead instance off the online list.
     *
     * @return why they did, in lines; empty if they did not in time; null if there are no watchers here
     */
    @Nullable
    List<String> removal(Provider dead, Duration patience);

    /** Puts a registry that {@link #kill} has made deaf in order again. */
    void mend();

    /** Ends everything that was not ended before. Idempotent. */
    @Override
    void close();
}
