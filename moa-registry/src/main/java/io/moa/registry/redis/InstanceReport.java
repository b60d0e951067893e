package io.moa.registry.redis;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.registry.watch.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that Redis holds about one process, for people. Immutable.
 *
 * @param uuid the process
 * @param instance what it says of itself; null if it says nothing, or nothing that can be read
 * @param problem why what it says cannot be read; null if it can, or if there is nothing
 * @param withdrawn whether it asks for no new calls
 * @param leaseMillis how long its lease still runs; negative if it has lapsed
 * @param mark what the watchers say
 * @param operator what an operator has decided for it, or for its place
 * @param remembered whether only the process itself still knows of that decision, because Redis has lost it: its next start will not
 * @param evidence why it was marked and unmarked, newest first
 * @param passedOver what else stands there about it that cannot be read, such as a decision, each with the reason; everybody acts as
 *     if it were not there
 */
public record InstanceReport(
        String uuid,
        @Nullable Instance instance,
        @Nullable String problem,
        boolean withdrawn,
        long leaseMillis,
        Liveness mark,
        OperatorState operator,
        boolean remembered,
        List<Evidence> evidence,
        List<String> passedOver) {

    public InstanceReport {
        evidence = List.copyOf(evidence);
        passedOver = List.copyOf(passedOver);
    }

    /** Nothing but why it is passed over. */
    static InstanceReport ofBadEntry(String uuid, String problem) {
        return new InstanceReport(
                uuid, null, problem, false, -1, Liveness.ONLINE, OperatorState.NONE, false, List.of(), List.of());
    }

    /** With a decision that stands in Redis. */
    InstanceReport with(OperatorState decision) {
        return new InstanceReport(
                uuid, instance, problem, withdrawn, leaseMillis, mark, decision, false, evidence, passedOver);
    }

    /** How many entries about it are bad and passed over. */
    public int bad() {
        return passedOver.size() + (problem == null ? 0 : 1);
    }

    /** Whether new calls may go there, as MOA's clients see it. */
    public boolean usable() {
        return instance != null
                && instance.reachable()
                && instance.speaks(Instance.MOA_1)
                && !withdrawn
                && mark.online()
                && !operator.offline();
    }
}
