package io.moa.server.resp;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.List;

/**
 * How a server answers {@code MOA.LOOKUP}: where a service is offered. It answers from memory and never waits, since event loops ask it.
 * Implementations are safe for many threads.
 */
@FunctionalInterface
public interface RespLookup {

    /** What is known of a service, or why nothing is. Never null; what it throws is answered as an error. */
    Found find(ServiceId service);

    /** What is known of a service. */
    sealed interface Found {}

    /**
     * Who offers it. Nobody, if there is no entry.
     *
     * @param edition names the life of the one who answers
     * @param revision grows with every change of the entries, within one edition
     * @param ageMillis how long ago this was confirmed; 0 or more
     * @param source who said so, for people
     * @param complete whether the entries are all who are registered
     * @param entries a list that does not change any more
     */
    record Known(
            String edition,
            long revision,
            long ageMillis,
            String source,
            boolean complete,
            List<Snapshot.Entry> entries)
            implements Found {}

    /**
     * It cannot be said now, which is not the same as "nobody": the caller asks another copy, and keeps what it has. Answered as
     * {@code TRYAGAIN}.
     *
     * @param why for people
     */
    record NotNow(String why) implements Found {}

    /**
     * It is never known here. Answered as {@code ERR}.
     *
     * @param why for people, with what to do
     */
    record Never(String why) implements Found {}
}
