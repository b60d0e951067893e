package io.moa.governance.plan;

import io.moa.discovery.Instance;

/**
 * How the share of a process grows while it warms up: evenly, from its start to the end of the time that it asks for.
 *
 * <p><b>Whose clock.</b> The start is told on the wall clock of the instance's host, which may be wrong. A process that
 * appeared while this one was looking is as old as that moment, whatever its clock says. Of one that was there when this
 * process began to look, the clocks' difference is all there is; it counts at least from the moment it was first seen.
 */
public final class WarmUp {

    private WarmUp() {}

    /** How old the process is, as far as this process can tell, in milliseconds; 0 or more. */
    public static long ageMillis(Instance instance, boolean appeared, long seenForMillis, long wallMillis) {
        long seen = Math.max(0, seenForMillis);
        return appeared ? seen : Math.max(seen, wallMillis - instance.startedAtEpochMillis());
    }

    /**
     * The weight of a process of this age.
     *
     * @param weight its full weight
     * @return from 1 to the full weight; 0 if that is 0
     */
    public static int weight(int weight, long warmUpMillis, long ageMillis) {
        if (weight == 0 || ageMillis >= warmUpMillis) {
            return weight;
        }
        return (int) Math.max(1, weight * Math.max(0, ageMillis) / warmUpMillis);
    }
}
