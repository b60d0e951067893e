package io.moa.governance.balance;

import io.moa.annotation.Balancing;
import io.moa.annotation.ZoneChoice;
import io.moa.discovery.Instance;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Those of one plan whom a call may be sent to, in tiers: the most wanted first. The first tier is called that has somebody against
 * whom nothing speaks; if none has, whoever is found against whom least speaks. Within a tier one is chosen as the policy of the call says
 * ({@link Balancing}).
 *
 * <p>A set is made cheaply: what a way of choosing needs is made when the first call comes that is to be placed so. Immutable but for what
 * is learnt of the candidates; safe for many threads.
 */
public final class CandidateSet {

    /** Instances that this call has tried already; they are used again only when no other is left. */
    public static final Attributes.Key<Set<String>> TRIED = new Attributes.Key<>("tried instances");

    /**
     * For so much longer than others a call that may not run twice keeps away from who has failed: 1 s. Whether an instance is back is
     * tried by a call that can go elsewhere if it is not, as long as such calls come.
     */
    private static final long CAUTION_NANOS = 1_000_000_000L;

    private final List<List<Candidate>> tiers;
    private final RandomGenerator chance;
    private final Ticker ticker;
    private final @Nullable String ownZone;
    private final Tier[] all;
    private volatile @Nullable Zones zones; // made by the first call to which they matter

    /**
     * A set for a caller that knows no zone of its own.
     *
     * @param tiers the most wanted candidates first; each tier may be empty
     * @param chance where draws come from; must be safe for many threads
     * @param ticker tells how long ago a failure was
     */
    public CandidateSet(List<List<Candidate>> tiers, RandomGenerator chance, Ticker ticker) {
        this(tiers, chance, ticker, null);
    }

    /**
     * A set.
     *
     * @param tiers the most wanted candidates first; each tier may be empty
     * @param chance where draws come from; must be safe for many threads
     * @param ticker tells how long ago a failure was
     * @param ownZone where the caller is, as the label {@link Instance#ZONE} says it; null if it is not known
     */
    public CandidateSet(List<List<Candidate>> tiers, RandomGenerator chance, Ticker ticker, @Nullable String ownZone) {
        this.tiers =
                tiers.stream().filter(tier -> !tier.isEmpty()).map(List::copyOf).toList();
        this.chance = chance;
        this.ticker = ticker;
        this.ownZone = ownZone;
        this.all = this.tiers.stream()
                .map(tier -> new Tier(tier.toArray(new Candidate[0]), chance))
                .toArray(Tier[]::new);
    }

    /** The choice for one attempt, in the way that the policy of the call says; null if nobody may be called. */
    public @Nullable Lease pick(Invocation call) {
        if (all.length == 0) {
            return null;
        }
        long now = ticker.nanos();
        Candidate chosen = choose(call, now, false);
        return chosen == null ? null : new CountedLease(chosen, now);
    }

    /**
     * Whether anybody is there whom such a call may use, and who is neither ejected nor known not to be reached, or is to be tried again by
     * it. Nothing is counted. Costs two volatile reads where the first one is well.
     */
    public boolean isServing(Invocation call) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        Tier[] among = allowed(policy);
        for (Tier tier : among) {
            for (int i = 0; i < tier.size(); i++) {
                if (tier.candidate(i).load().standing().isReachable()) {
                    return true;
                }
            }
        }
        long judged = judged(policy, ticker.nanos());
        for (Tier tier : among) {
            for (int i = 0; i < tier.size(); i++) {
                if (!tier.candidate(i).load().standing().isOut(judged)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static long judged(@Nullable MethodPolicy policy, long now) {
        return policy == null || policy.isIdempotent() ? now : now - CAUTION_NANOS;
    }

    /**
     * Who would be picked for a call now; null if nobody may be called. Nothing is counted, and nobody's turn passes; where a lot is drawn,
     * the next call draws another one.
     */
    public @Nullable Candidate look(Invocation call) {
        return all.length == 0 ? null : choose(call, ticker.nanos(), true);
    }

    /** By which balancing a call is placed: that of its policy, or {@code p2c} for one that has no key to be placed by. */
    public static Balancing balancing(Invocation call) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        if (policy == null) {
            return Balancing.P2C;
        }
        return policy.balancing() == Balancing.CONSISTENT_HASH
                        && call.callKeys().get(policy.hashBy()) == null
                ? Balancing.P2C
                : policy.balancing();
    }

    private @Nullable Candidate choose(Invocation call, long now, boolean looking) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        Balancing balancing = Balancing.P2C;
        long key = 0;
        Tier[] among = all;
        if (policy != null) {
            balancing = policy.balancing();
            if (balancing == Balancing.CONSISTENT_HASH) {
                String text = call.callKeys().get(policy.hashBy());
                if (text == null) {
                    balancing = Balancing.P2C;
                } else {
                    key = TextHash.of(text);
                }
            }
            if (policy.zone() != ZoneChoice.ANY && ownZone != null) {
                among = zones(ownZone).among(policy.zone(), now);
            }
        }
        Set<String> tried = call.attributes().get(TRIED);
        long judged = judged(policy, now);
        if (among.length == 1) {
            return among[0].candidate(place(among[0], balancing, key, tried, judged, looking));
        }
        Candidate best = null;
        int least = Integer.MAX_VALUE;
        for (Tier tier : among) {
            Candidate candidate = tier.candidate(place(tier, balancing, key, tried, judged, looking));
            int objections = Objections.to(candidate, tried, judged);
            if (objections < least) {
                least = objections;
                best = candidate;
            }
            if (objections == Objections.NONE) {
                break;
            }
        }
        return best;
    }

    /** Everybody who may be called, each picked for an attempt of a call that goes to all: those of the own zone, if it is required. */
    public List<Lease> leaseAll(Invocation call) {
        long now = ticker.nanos();
        List<Lease> leases = new ArrayList<>();
        everybody(call).forEach(each -> leases.add(new CountedLease(each, now)));
        return leases;
    }

    /** Everybody who may be called, the most wanted first: those of the own zone, if it is required. */
    public List<Candidate> everybody(Invocation call) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        Tier[] among = allowed(policy);
        List<Candidate> everybody = new ArrayList<>();
        for (Tier tier : among) {
            for (int i = 0; i < tier.size(); i++) {
                everybody.add(tier.candidate(i));
            }
        }
        return everybody;
    }

    /** Those whom a policy allows at all: those of the own zone, if it is required. */
    private Tier[] allowed(@Nullable MethodPolicy policy) {
        return policy != null && policy.zone() == ZoneChoice.REQUIRE && ownZone != null
                ? zones(ownZone).among(policy.zone(), ticker.nanos())
                : all;
    }

    private static int place(
            Tier tier, Balancing balancing, long key, @Nullable Set<String> tried, long now, boolean looking) {
        return looking ? tier.look(balancing, key, tried, now) : tier.choose(balancing, key, tried, now);
    }

    private Zones zones(String own) {
        Zones known = zones;
        if (known == null) {
            known = new Zones(all, tiers, own, chance);
            zones = known;
        }
        return known;
    }

    /** Where the caller is; null if it is not known. */
    public @Nullable String ownZone() {
        return ownZone;
    }

    public boolean isEmpty() {
        return tiers.isEmpty();
    }

    /** All of them, the most wanted first, for explanations and meters. */
    public List<Candidate> candidates() {
        return tiers.stream().flatMap(List::stream).toList();
    }

    /** Those of this set whose instances pass, in the same tiers. */
    public CandidateSet where(Predicate<Instance> wanted) {
        return new CandidateSet(chosen(tiers, wanted), chance, ticker, ownZone);
    }

    static List<List<Candidate>> chosen(List<List<Candidate>> tiers, Predicate<Instance> wanted) {
        return tiers.stream()
                .map(tier ->
                        tier.stream().filter(one -> wanted.test(one.instance())).toList())
                .toList();
    }
}
