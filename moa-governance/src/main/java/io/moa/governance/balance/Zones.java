package io.moa.governance.balance;

import io.moa.annotation.ZoneChoice;
import io.moa.discovery.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The tiers of a set as the caller's zone and the others. Zones come before distances: a far instance of the own zone before a near one of
 * another.
 *
 * <p>The own zone takes everything while at least {@value #ENOUGH_PERCENT} % of it, by weight, are neither ejected nor have just failed. Below
 * that it takes as much less as it falls short, and the others take the rest: so those that are left do not drown, and nothing jumps. It is
 * looked at every 10 ms.
 *
 * <p>Source: the overprovisioning factor of Envoy's priority levels, 1.4, of which {@value #ENOUGH_PERCENT} % is the inverse.
 *
 * <p>Safe for many threads.
 */
final class Zones {

    private static final int ENOUGH_PERCENT = 70;
    private static final long LOOK_NANOS = 10_000_000;
    private static final int WHOLE = 1 << 16;

    private final RandomGenerator chance;
    private final Candidate[] ownCandidates;
    private final Tier[] own;
    private final Tier[] ownFirst;
    private final Tier[] othersFirst;
    private volatile long lookedNanos;
    private volatile int share = -1; // of the own zone, of WHOLE; not looked yet

    /**
     * Zones of a set.
     *
     * @param all its tiers, to be used where zones make no difference
     * @param tiers the same
     * @param ownZone where the caller is
     */
    Zones(Tier[] all, List<List<Candidate>> tiers, String ownZone, RandomGenerator chance) {
        this.chance = chance;
        List<List<Candidate>> here = CandidateSet.chosen(tiers, one -> ownZone.equals(zoneOf(one)));
        this.ownCandidates = here.stream().flatMap(List::stream).toArray(Candidate[]::new);
        boolean said = tiers.stream().flatMap(List::stream).anyMatch(each -> !zoneOf(each.instance())
                .isEmpty());
        boolean allHere =
                ownCandidates.length == tiers.stream().mapToInt(List::size).sum();
        if (!said || allHere) {
            this.own = all;
            this.ownFirst = all;
            this.othersFirst = all;
            return;
        }
        Tier[] others = made(CandidateSet.chosen(tiers, one -> !ownZone.equals(zoneOf(one))), chance);
        this.own = made(here, chance);
        this.ownFirst = own.length == 0
                ? all
                : Stream.of(own, others).flatMap(Stream::of).toArray(Tier[]::new);
        this.othersFirst = own.length == 0
                ? all
                : Stream.of(others, own).flatMap(Stream::of).toArray(Tier[]::new);
    }

    static String zoneOf(Instance instance) {
        return instance.labels().getOrDefault(Instance.ZONE, "");
    }

    private static Tier[] made(List<List<Candidate>> tiers, RandomGenerator chance) {
        List<Tier> made = new ArrayList<>(tiers.size());
        for (List<Candidate> tier : tiers) {
            if (!tier.isEmpty()) {
                made.add(new Tier(tier.toArray(new Candidate[0]), chance));
            }
        }
        return made.toArray(new Tier[0]);
    }

    /** Where to look for somebody to call, the most wanted first; empty if nobody may be called. */
    Tier[] among(ZoneChoice choice, long nowNanos) {
        if (choice == ZoneChoice.REQUIRE) {
            return own;
        }
        if (ownFirst == othersFirst) {
            return ownFirst;
        }
        int takes = share;
        if (takes < 0 || nowNanos - lookedNanos >= LOOK_NANOS) {
            takes = look(nowNanos);
            lookedNanos = nowNanos;
            share = takes;
        }
        return takes >= WHOLE || chance.nextInt(WHOLE) < takes ? ownFirst : othersFirst;
    }

    private int look(long nowNanos) {
        long whole = 0;
        long well = 0;
        for (Candidate each : ownCandidates) {
            whole += each.weight();
            well += Objections.to(each, null, nowNanos) == Objections.NONE ? each.weight() : 0;
        }
        return (int) Math.min(WHOLE, well * WHOLE * 100 / (whole * ENOUGH_PERCENT));
    }
}
