package io.moa.registry.watch;

import java.util.List;

/**
 * What the store says of one process, apart from any probe. Immutable.
 *
 * @param leaseAgeMillis how long ago it renewed its lease, in milliseconds; {@link #NO_LEASE} if there is none, which may
 *     mean that it is dead, or that the store was emptied or its clock jumped
 * @param heartbeatMillis how often it renews it, as it says itself, in milliseconds; 0 if it does not say
 * @param complaints of consumers that cannot reach it, each of another consumer, younger than
 *     {@link WatchStore#COMPLAINT_LIFE}
 */
public record Signs(long leaseAgeMillis, long heartbeatMillis, List<Complaint> complaints) {

    /** The age of a lease that is missing. */
    public static final long NO_LEASE = -1;

    /** Neither a lease nor complaints. */
    public static final Signs NONE = new Signs(NO_LEASE, 0, List.of());

    public Signs {
        complaints = List.copyOf(complaints);
    }
}
