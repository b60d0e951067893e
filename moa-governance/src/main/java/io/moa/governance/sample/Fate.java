package io.moa.governance.sample;

import io.moa.governance.policy.PolicyKey;
import java.util.Set;

/**
 * What rules do with a call. Immutable.
 *
 * @param kind where it ends
 * @param instances the uuids of those who may be picked; empty if nobody is called
 * @param copies the uuids of those of whom one gets a copy
 * @param told for people: which rule ended the call, and why, or why nobody may be called, or why it is not known; empty if there is nothing to say
 * @param via for people: which rule led it to which other service before; empty if none did
 */
public record Fate(Kind kind, Set<String> instances, Set<String> copies, String told, String via) {

    /** Where a call can end. */
    public enum Kind {
        /** At one of some instances. */
        TO,
        /** A rule refuses it. */
        DENIED,
        /** A rule leaves nobody, and refuses it for that. */
        REFUSED,
        /** Rules let it pass, and there is nobody whom it may use: no instance at all, or none in the zone that its policy requires. */
        FAILED,
        /** A rule answers it. */
        ANSWERED,
        /** A rule answers it with a value that is no result of its method, so that it fails. */
        MISFIT,
        /** A rule fails it on purpose, in a way that speaks against a provider, and nobody is called. */
        INJECTED,
        /** A rule fails it on purpose, in a way that speaks against nobody. */
        INJECTED_ANSWER,
        /** A limit or a breaker of its caller refuses it, so no rule is asked where it goes. */
        LIMITED,
        /** It is not known: the service is not followed any more, or not yet. */
        UNKNOWN
    }

    /** That of a call which a limit or a breaker refuses: the one that a policy speaks of. */
    static Fate limited(PolicyKey<Integer> policy) {
        String told = policy == PolicyKey.BREAKER_FAILURES ? "breaker open" : "over " + policy;
        return new Fate(Kind.LIMITED, Set.of(), Set.of(), told, "");
    }

    /** For people. */
    @Override
    public String toString() {
        return (via.isEmpty() ? "" : via + ", ") + end();
    }

    private String end() {
        return switch (kind) {
            case TO -> "to " + counted(instances) + (copies.isEmpty() ? "" : ", a copy to one of " + copies.size());
            case DENIED -> "denied by " + told;
            case REFUSED -> "refused by " + told;
            case FAILED, MISFIT -> "failed, as " + told;
            case INJECTED, INJECTED_ANSWER -> "failed by " + told;
            case ANSWERED -> "answered by " + told;
            case LIMITED -> "refused, " + told;
            case UNKNOWN -> "to nobody known, as " + told;
        };
    }

    private static String counted(Set<String> instances) {
        return instances.size() == 1 ? "1 instance" : instances.size() + " instances";
    }

    /** How this becomes another one, for people. */
    String becoming(Fate after) {
        if (kind != Kind.TO || after.kind != Kind.TO || !via.equals(after.via)) { // one process may offer both services
            return this + " -> " + after;
        }
        long both = instances.stream().filter(after.instances::contains).count();
        return this + " -> " + after + (both == after.instances.size() ? "" : ", " + both + " of them as before");
    }
}
