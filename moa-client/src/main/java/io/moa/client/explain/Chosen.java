package io.moa.client.explain;

import io.moa.annotation.Balancing;
import io.moa.annotation.FailureMode;
import io.moa.annotation.ZoneChoice;
import io.moa.discovery.Instance;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Route;
import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom a call would go to of those whom the rules leave, looked for as real calls look for them, and what of its policy bears on that.
 * Immutable.
 *
 * @param choices who may be called
 * @param picked who would be picked; null for nobody, and for a call that goes to several
 * @param together to whom a call goes that goes to several; empty for any other
 * @param notes for people
 */
record Chosen(List<Candidate> choices, @Nullable Candidate picked, List<Candidate> together, List<String> notes) {

    private static final Chosen NOBODY = new Chosen(List.of(), null, List.of(), List.of());

    static Chosen of(Route route, MethodPolicy policy, Invocation call) {
        if (!(route instanceof Route.To to)) {
            return NOBODY;
        }
        CandidateSet left = to.candidates();
        List<Candidate> choices = left.everybody(call);
        List<String> notes = new ArrayList<>();
        zone(policy, left, choices.size(), notes);
        hash(policy, call, notes);
        return switch (policy.onFailure()) {
            case BROADCAST -> several(choices, choices, to, notes);
            case FORKING -> several(choices, forks(call, left, policy.value(PolicyKey.FORKS)), to, notes);
            default -> new Chosen(choices, left.look(call), List.of(), notes);
        };
    }

    /** Whether there is somebody to call. */
    boolean isSomebody() {
        return picked != null || !together.isEmpty();
    }

    private static Chosen several(List<Candidate> choices, List<Candidate> together, Route.To to, List<String> notes) {
        if (to.mirror() != null) {
            notes.add("no copy is made of a call that goes to several");
        }
        return new Chosen(choices, null, together, notes);
    }

    private static List<Candidate> forks(Invocation call, CandidateSet left, int count) {
        List<Candidate> forks = new ArrayList<>();
        Set<String> tried = new HashSet<>();
        Invocation next = call;
        while (forks.size() < count) {
            Candidate one = left.look(next);
            if (one == null || !tried.add(one.instance().uuid())) {
                break; // there are no more
            }
            forks.add(one);
            next = call.withAttributes(call.attributes().with(CandidateSet.TRIED, Set.copyOf(tried)));
        }
        return forks;
    }

    private static void zone(MethodPolicy policy, CandidateSet left, int choices, List<String> notes) {
        if (policy.zone() == ZoneChoice.ANY || left.isEmpty()) {
            return;
        }
        String said = "zone is " + PolicyKey.ZONE.type().plain(policy.zone()) + " ("
                + policy.get(PolicyKey.ZONE).source() + "): ";
        String own = left.ownZone();
        List<Candidate> all = left.candidates();
        if (own == null) {
            notes.add(said + "without effect, as this process knows no zone of its own");
        } else if (all.stream()
                .allMatch(each ->
                        each.instance().labels().getOrDefault(Instance.ZONE, "").isEmpty())) {
            notes.add(said + "without effect, as none of these instances says a zone");
        } else if (policy.zone() == ZoneChoice.REQUIRE) {
            notes.add(said + choices + " of these " + all.size() + " may be called, in zone " + own
                    + ", where this process is");
        } else {
            notes.add(said + "those in zone " + own + " come first, while enough of them are well");
        }
    }

    private static void hash(MethodPolicy policy, Invocation call, List<String> notes) {
        if (policy.balancing() == Balancing.CONSISTENT_HASH
                && policy.onFailure() != FailureMode.BROADCAST
                && CandidateSet.balancing(call) != Balancing.CONSISTENT_HASH) {
            notes.add("load-balance is consistent-hash by the call key " + policy.hashBy()
                    + ", which this call does not have: it is placed by p2c");
        }
    }
}
