package io.moa.governance.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that is said of one method, after what cannot be meant for it was left out. Of values that do not go together, one is judged: that
 * which cannot be used beside the others.
 *
 * <ul>
 *   <li>If a stronger place says one of the others, it is overruled, and nobody's mistake: it stays without effect, or is left out if a call
 *       could not be made with it.
 *   <li>Else, if it is said for several methods, it is left out for this one, and is a mistake only if all of them leave it out.
 *   <li>Else it is a mistake: who said it could know the others.
 * </ul>
 *
 * Immutable.
 *
 * @param policy what holds
 * @param said what was not left out, the strongest last
 * @param leftOut what is said for several methods and cannot be used by this one
 * @param impossible mistakes with which no call can be made
 * @param idle mistakes that have no effect
 */
record Settled(
        MethodPolicy policy,
        List<PolicySettings.Said<?>> said,
        List<LeftOut> leftOut,
        List<PolicyConflict> impossible,
        List<PolicyConflict> idle) {

    /**
     * A value that is said for several methods and that this one cannot use.
     *
     * @param isImpossible whether no call could be made with it, so that it is worse than idle
     */
    record LeftOut(PolicySettings.Said<?> said, PolicyConflict why, boolean isImpossible) {}

    /** Finds out what holds of what is said; used once. */
    static final class Settling {
        private final List<PolicySettings.Said<?>> said;
        private final boolean overloaded;
        private final List<LeftOut> leftOut = new ArrayList<>();
        private final Map<PolicyKey<?>, PolicySettings.Said<?>> overrulers = new HashMap<>(); // of what was left out

        /**
         * Of what is said.
         *
         * @param said the strongest last
         * @param overloaded whether others have the method's name, for whom that what is said by name may be meant
         */
        Settling(List<PolicySettings.Said<?>> said, boolean overloaded) {
            this.said = new ArrayList<>(said);
            this.overloaded = overloaded;
        }

        /**
         * What holds.
         *
         * @param impossible finds values with which no call can be made
         * @param idle finds values without effect
         */
        Settled settle(
                Function<MethodPolicy, List<PolicyConflict>> impossible,
                Function<MethodPolicy, List<PolicyConflict>> idle) {
            while (true) {
                MethodPolicy policy = MethodPolicy.DEFAULT;
                for (PolicySettings.Said<?> each : said) {
                    policy = each.over(policy);
                }
                List<PolicyConflict> cannotBe = impossible.apply(policy);
                List<PolicyConflict> unused = new ArrayList<>(idle.apply(policy));
                unused.removeIf(each -> overruler(each) != null);
                if (!leavesOneOut(cannotBe, true) && !leavesOneOut(unused, false)) {
                    return new Settled(policy, List.copyOf(said), List.copyOf(leftOut), cannotBe, unused);
                }
            }
        }

        private boolean leavesOneOut(List<PolicyConflict> conflicts, boolean areImpossible) {
            for (PolicyConflict each : conflicts) {
                PolicySettings.Said<?> judged = inForce(each.keys().get(0));
                PolicySettings.Said<?> overruler = overruler(each);
                if (judged != null && overruler != null) {
                    overrulers.put(judged.key(), overruler);
                    said.remove(judged);
                    return true;
                }
                if (judged != null && (judged.isWide() || (overloaded && !judged.isForOne()))) {
                    leftOut.add(new LeftOut(judged, each, areImpossible));
                    said.remove(judged);
                    return true;
                }
            }
            return false;
        }

        private PolicySettings.@Nullable Said<?> inForce(PolicyKey<?> key) {
            PolicySettings.Said<?> last = null;
            for (PolicySettings.Said<?> each : said) {
                last = each.key() == key ? each : last;
            }
            return last;
        }

        /** Who says at a stronger place what makes the judged value of a conflict unusable; null if nobody does. */
        private PolicySettings.@Nullable Said<?> overruler(PolicyConflict conflict) {
            PolicySettings.Said<?> judged = inForce(conflict.keys().get(0));
            for (PolicyKey<?> key : conflict.keys().subList(1, conflict.keys().size())) {
                for (PolicySettings.Said<?> cause : new PolicySettings.Said<?>[] {inForce(key), overrulers.get(key)}) {
                    if (judged != null && cause != null && cause.overrules(judged)) {
                        return cause;
                    }
                }
            }
            return null;
        }
    }
}
