package io.moa.server.mesh;

import io.moa.discovery.Address;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What callers see of a server, as far as it depends on who serves them. Nothing blocks; safe for many threads. */
public interface Front {

    /**
     * Announces, under the same identity, where callers find the server from now on.
     *
     * @param agent where its agent serves them; null for its own addresses
     * @return completes when callers can know of it, which they cannot while the registry is away; never exceptionally
     */
    CompletableFuture<Void> announce(@Nullable Address agent);

    /**
     * Whether nobody can be served anywhere, as the agent is away; then the server is off the online list.
     *
     * @param why for people; null if callers are served
     */
    void away(@Nullable String why);

    /**
     * Whether those are refused who connect from now on.
     *
     * @param why for whoever is refused; null to take them
     */
    void shut(@Nullable String why);

    /** Tells those who are connected to come no more; completes, when they are gone, with how many they were. */
    CompletableFuture<Integer> dismiss();
}
