package io.moa.governance.belief;

import io.moa.discovery.Instance;
import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.Map;

/**
 * What is believed of a service now, and what is to be done to know more. Immutable.
 *
 * @param snapshot what the registry says, with the instances whose removal is not believed among the entries
 * @param doubts the uuids of just these, to be called last, each with the reason for people
 * @param probes instances that are to be probed now; the answers go to {@link Belief#probed}
 * @param nextNanos after so long {@link Belief#tick} has something to do; {@link Long#MAX_VALUE} if never
 */
public record Believed(Snapshot snapshot, Map<String, String> doubts, List<Instance> probes, long nextNanos) {
    public Believed {
        doubts = Map.copyOf(doubts);
        probes = List.copyOf(probes);
    }
}
