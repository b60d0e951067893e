package io.moa.governance.rule;

import io.moa.annotation.EnforcedAt;
import io.moa.governance.policy.MethodForm;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyConflict;
import io.moa.governance.policy.PolicyKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules that say values for one method, and what holds of them at one side.
 *
 * <p><b>What cannot be together.</b> The values of a rule that contradict others or the form of the method are not taken, with all else that
 * this rule says, but for its limits: those go with everything, and a protection is not to end because of what stands beside it. Of several
 * rules it is the least particular. That a method must not run twice is stronger than any wish to run it twice, whoever says either.
 *
 * <p><b>Who enforces.</b> A limit is moved to the other side only by a rule that is in force in all processes: by one that the others do not
 * follow it would be enforced by nobody.
 *
 * <p>Made for one answer; not safe for several threads.
 */
final class MethodRules {

    private final String subject;
    private final EnforcedAt side;
    private final List<RuleBook.Read> mostParticularFirst;
    private final Set<RuleBook.Read> passedOver = new HashSet<>();
    private final List<PassedOver> told = new ArrayList<>();
    private final Map<PolicyKey<?>, RuleBook.Read> unsafe = new HashMap<>(); // values that these rules forbid

    /**
     * Rules for a method.
     *
     * @param subject the method, for people
     * @param side who goes by them
     */
    MethodRules(String subject, EnforcedAt side, List<RuleBook.Read> mostParticularFirst) {
        this.subject = subject;
        this.side = side;
        this.mostParticularFirst = mostParticularFirst;
    }

    /** What holds over what is declared. */
    AppliedPolicy over(MethodPolicy declared, MethodForm form) {
        while (true) {
            Map<PolicyKey<?>, RuleBook.Read> winners = winners();
            MethodPolicy policy = policy(declared, winners);
            List<PolicyConflict> conflicts = new ArrayList<>();
            if (side == EnforcedAt.CALLER) { // what a provider enforces contradicts nothing
                conflicts.addAll(policy.conflicts());
                conflicts.addAll(form.conflicts(policy));
            }
            if (conflicts.stream().noneMatch(each -> resolve(each, winners))) {
                return new AppliedPolicy(policy, told);
            }
        }
    }

    private Map<PolicyKey<?>, RuleBook.Read> winners() {
        Map<PolicyKey<?>, RuleBook.Read> winners = new HashMap<>();
        for (RuleBook.Read each : mostParticularFirst) {
            for (PolicyKey<?> key : rule(each).set().keySet()) {
                if (holds(each, key)) {
                    winners.putIfAbsent(key, each);
                }
            }
        }
        RuleBook.Read rate = winners.get(PolicyKey.RATE_LIMIT);
        RuleBook.Read burst = winners.get(PolicyKey.RATE_BURST);
        if (rate != null
                && burst != null
                && mostParticularFirst.indexOf(rate) < mostParticularFirst.indexOf(burst)
                && rule(rate).particularity() > rule(burst).particularity()) {
            winners.remove(PolicyKey.RATE_BURST); // it was meant for the rate beside it
        }
        return winners;
    }

    private boolean holds(RuleBook.Read read, PolicyKey<?> key) {
        if (!key.isLimit()) {
            return !passedOver.contains(read);
        }
        PolicyKey<EnforcedAt> at = key.sideSaidBy();
        if (at == null || rule(read).rollout().equals(Rollout.EVERYWHERE)) {
            return true;
        }
        Object moved = rule(read).set().get(at);
        return moved == null || at.read(moved) == side;
    }

    private MethodPolicy policy(MethodPolicy declared, Map<PolicyKey<?>, RuleBook.Read> winners) {
        MethodPolicy policy = declared;
        for (PolicyKey<?> key : PolicyKey.all()) { // in the order of the table: a burst comes after its rate
            RuleBook.Read winner = winners.get(key);
            if (winner != null) {
                policy = rule(winner).over(policy, key, winner.version());
            }
            RuleBook.Read forbids = unsafe.get(key);
            if (forbids != null) {
                policy = off(policy, key, "rule " + rule(forbids).id() + ", " + forbids.version());
            }
        }
        return policy;
    }

    private static <T> MethodPolicy off(MethodPolicy policy, PolicyKey<T> key, String rule) {
        return policy.withPlain(
                key, key.type().plain(key.defaultValue()), Origin.LIVE_RULE, rule + ", says that it is not idempotent");
    }

    /** Takes something away because of a conflict; false if no rule has a part in it. */
    private boolean resolve(PolicyConflict conflict, Map<PolicyKey<?>, RuleBook.Read> winners) {
        PolicyKey<?> first = conflict.keys().get(0);
        RuleBook.Read guilty = leastParticular(conflict, winners);
        if (conflict.keys().contains(PolicyKey.IDEMPOTENT) && guilty != null) {
            RuleBook.Read wish = winners.get(first);
            if (wish == null) {
                unsafe.put(first, guilty);
                return true;
            }
            guilty = wish;
        }
        if (guilty == null) {
            return false;
        }
        passedOver.add(guilty);
        boolean limits = rule(guilty).set().keySet().stream().anyMatch(PolicyKey::isLimit);
        told.add(new PassedOver(
                rule(guilty),
                "rule " + rule(guilty).id() + ", " + guilty.version() + " is passed over for " + subject
                        + (limits ? ", but for its limits" : "") + ": " + conflict));
        return true;
    }

    private RuleBook.@Nullable Read leastParticular(PolicyConflict conflict, Map<PolicyKey<?>, RuleBook.Read> winners) {
        RuleBook.Read least = null;
        for (PolicyKey<?> key : conflict.keys()) {
            RuleBook.Read read = winners.get(key);
            if (read != null
                    && (least == null || mostParticularFirst.indexOf(read) > mostParticularFirst.indexOf(least))) {
                least = read;
            }
        }
        return least;
    }

    private static PolicyRule rule(RuleBook.Read read) {
        return (PolicyRule) read.rule();
    }
}
