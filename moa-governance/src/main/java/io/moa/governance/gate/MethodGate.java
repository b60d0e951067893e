package io.moa.governance.gate;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.quota.QuotaGate;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Admission;
import io.moa.invoke.Attributes;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Permit;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The gates of one method at one side, as its policy says: breaker, calls at once, calls in a second, its share of a quota. Another policy
 * changes the limits and keeps what was counted, also when a limit is taken away and comes back; calls meanwhile are not counted. What was
 * counted can be handed to the gate of another process ({@link #memory}). Safe for many threads; a method without limits costs one volatile
 * read.
 */
public final class MethodGate implements Gate {

    /** Under this key a stub hands the gate of the called method to the filters, if there is anything to limit. */
    public static final Attributes.Key<Gate> KEY = new Attributes.Key<>("method gate");

    private final String subject;
    private final EnforcedAt side;
    private final Ticker ticker;
    private final BiFunction<PolicyKey<Integer>, Gate, Gate> seen;
    private final @Nullable QuotaRounds quotas;
    private final String method;
    private final ServiceRates service;

    // What has been counted; guarded by this. They stay when nothing is limited.
    private @Nullable BreakerGate breaker;
    private @Nullable ConcurrencyGate concurrency;
    private @Nullable RateGate rate;
    private @Nullable QuotaGate quota;

    // What another process knew of a gate that the policy does not have yet; guarded by this.
    private @Nullable BreakerMemory breakerBefore;
    private @Nullable RateMemory rateBefore;

    private MethodPolicy policy = MethodPolicy.DEFAULT; // by which it goes; guarded by this
    private volatile @Nullable Gate gates; // those that limit now

    /**
     * One that lets everything pass.
     *
     * @param subject whose calls it guards, for the reasons given to those refused
     * @param side where it stands; it enforces what is to be enforced there
     * @param service rates that methods of the service share
     */
    public MethodGate(String subject, EnforcedAt side, Ticker ticker, ServiceRates service) {
        this(subject, side, ticker, service, (policy, gate) -> gate);
    }

    /**
     * One that lets everything pass, and may have a quota that other processes share.
     *
     * @param quotas where shares are asked for
     * @param shared rates that methods of the service share
     */
    public MethodGate(
            EnforcedAt side,
            Ticker ticker,
            QuotaRounds quotas,
            ServiceId service,
            MethodId method,
            ServiceRates shared) {
        this(side, ticker, quotas, (policy, gate) -> gate, service, method, shared);
    }

    /**
     * One that lets everything pass, may have a quota that other processes share, and of which somebody wants to know who refuses.
     *
     * @param quotas where shares are asked for
     * @param seen of the gate that stands for a policy makes the one that is asked; the policy is that which says how much is too much
     * @param shared rates that methods of the service share
     */
    public MethodGate(
            EnforcedAt side,
            Ticker ticker,
            QuotaRounds quotas,
            BiFunction<PolicyKey<Integer>, Gate, Gate> seen,
            ServiceId service,
            MethodId method,
            ServiceRates shared) {
        this(service + " " + method.name(), side, ticker, shared, seen, quotas, service + " " + method);
    }

    /**
     * One that lets everything pass, and of which somebody wants to know who refuses.
     *
     * @param seen of the gate that stands for a policy makes the one that is asked; the policy is that which says how much is too much
     */
    public MethodGate(
            String subject,
            EnforcedAt side,
            Ticker ticker,
            ServiceRates service,
            BiFunction<PolicyKey<Integer>, Gate, Gate> seen) {
        this(subject, side, ticker, service, seen, null, "");
    }

    private MethodGate(
            String subject,
            EnforcedAt side,
            Ticker ticker,
            ServiceRates service,
            BiFunction<PolicyKey<Integer>, Gate, Gate> seen,
            @Nullable QuotaRounds quotas,
            String method) {
        this.service = service;
        this.quotas = quotas;
        this.method = method;
        this.subject = subject;
        this.side = side;
        this.ticker = ticker;
        this.seen = seen;
    }

    /** Whether anything is to be limited at a side. */
    public static boolean limits(MethodPolicy policy, EnforcedAt side) {
        return breaks(policy, side)
                || limitsAtOnce(policy, side)
                || limitsRate(policy, side)
                || limitsTogether(policy, side);
    }

    private static boolean breaks(MethodPolicy policy, EnforcedAt side) {
        return side == EnforcedAt.CALLER && policy.value(PolicyKey.BREAKER_FAILURES) > 0;
    }

    private static boolean limitsAtOnce(MethodPolicy policy, EnforcedAt side) {
        return policy.value(PolicyKey.CONCURRENCY_LIMIT) > 0 && policy.value(PolicyKey.CONCURRENCY_LIMIT_AT) == side;
    }

    private static boolean limitsRate(MethodPolicy policy, EnforcedAt side) {
        return policy.value(PolicyKey.RATE_LIMIT) > 0 && policy.value(PolicyKey.RATE_LIMIT_AT) == side;
    }

    private static boolean limitsTogether(MethodPolicy policy, EnforcedAt side) {
        return policy.value(PolicyKey.QUOTA) > 0 && policy.value(PolicyKey.QUOTA_AT) == side;
    }

    /** Goes by a policy, for calls that come from now on. */
    public synchronized void govern(MethodPolicy next) {
        policy = next;
        Gate breaks = breaker();
        gates = SequentialGate.of( // what costs a token is asked last
                seen(PolicyKey.BREAKER_FAILURES, breaks),
                SequentialGate.of(
                        seen(PolicyKey.CONCURRENCY_LIMIT, concurrency()),
                        SequentialGate.of(
                                seen(PolicyKey.RATE_LIMIT, rate()), // what it refuses is nobody's part of a quota
                                seen(PolicyKey.QUOTA, quota()))));
    }

    private @Nullable Gate seen(PolicyKey<Integer> policy, @Nullable Gate gate) {
        return gate == null ? null : seen.apply(policy, gate);
    }

    private @Nullable Gate breaker() {
        int percent = policy.value(PolicyKey.BREAKER_FAILURES);
        if (!breaks(policy, side)) {
            return null;
        }
        BreakerGate.Thresholds thresholds = new BreakerGate.Thresholds(
                percent,
                policy.value(PolicyKey.BREAKER_CALLS),
                policy.value(PolicyKey.BREAKER_WINDOW),
                policy.value(PolicyKey.BREAKER_OPEN),
                policy.value(PolicyKey.BREAKER_TRIALS));
        if (breaker == null) {
            breaker = new BreakerGate(subject, thresholds, ticker);
            if (breakerBefore != null) {
                breaker.remember(breakerBefore);
            }
        } else {
            breaker.thresholds(thresholds);
        }
        return breaker;
    }

    private @Nullable Gate concurrency() {
        int limit = policy.value(PolicyKey.CONCURRENCY_LIMIT);
        if (!limitsAtOnce(policy, side)) {
            return null;
        }
        if (concurrency == null) {
            concurrency = new ConcurrencyGate(subject, limit);
        } else {
            concurrency.limit(limit);
        }
        return concurrency;
    }

    private @Nullable RateGate rate() {
        if (!limitsRate(policy, side)) {
            return null;
        }
        RateTerms terms = RateTerms.of(policy);
        if (terms.isOfService()) {
            return service.gate(this, terms);
        }
        if (rate == null) {
            rate = new RateGate(subject, terms, ticker);
            if (rateBefore != null) {
                rate.remember(rateBefore);
            }
        } else {
            rate.limit(terms);
        }
        return rate;
    }

    /**
     * What its breaker and its rate limit know now, for the gate of this method in another process. Nothing changes. A rate that methods of the
     * service share is not handed on.
     */
    public synchronized GateMemory memory() {
        return new GateMemory(
                breaker == null ? breakerBefore : breaker.memory(), rate == null ? rateBefore : rate.memory());
    }

    /**
     * Goes on from what the gate of this method in another process knew, under the policy that holds here. Of what is not limited here yet it is
     * kept until it is, and time begins then; what the memory does not speak of stays as it is.
     */
    public synchronized void remember(GateMemory memory) {
        BreakerMemory ofBreaker = memory.breaker();
        if (ofBreaker != null && breaker != null) {
            breaker.remember(ofBreaker);
        } else if (ofBreaker != null) {
            breakerBefore = ofBreaker;
        }
        RateMemory ofRate = memory.rate();
        if (ofRate != null && rate != null) {
            rate.remember(ofRate);
        } else if (ofRate != null) {
            rateBefore = ofRate;
        }
    }

    private @Nullable Gate quota() {
        if (quotas == null) {
            return null;
        }
        if (!limitsTogether(policy, side)) {
            if (quota != null) {
                quotas.end(quota);
            }
            return null;
        }
        if (quota == null) {
            quota = quotas.gate(subject, method);
        }
        quota.limit(policy.value(PolicyKey.QUOTA), policy.value(PolicyKey.QUOTA_AWAY));
        quotas.begin(quota);
        return quota;
    }

    @Override
    public Admission admit(Invocation call) {
        Gate now = gates;
        return now == null ? Permit.FREE : now.admit(call);
    }

    /**
     * How it would meet a call now: what would refuse it, that a breaker is not closed, and by what and for whom a rate counts it. Empty if
     * nothing speaks against it and no rate is limited.
     */
    public synchronized List<GateLook> look(Invocation call) {
        List<GateLook> looks = new ArrayList<>();
        if (breaker != null && breaks(policy, side)) {
            Admission.Rejected no = breaker.refusal();
            if (no == null && breaker.state() != BreakerGate.State.CLOSED) {
                looks.add(new GateLook(
                        "The breaker of " + subject + " was open, and the next call tries whether it works again",
                        false));
            }
            refused(looks, no);
        }
        refused(looks, concurrency != null && limitsAtOnce(policy, side) ? concurrency.refusal() : null);
        RateGate counts = rate();
        if (counts != null) {
            looks.add(counts.look(call));
        }
        if (quota != null && limitsTogether(policy, side)) {
            Admission.Rejected no = quota.refusal();
            if (no == null && quota.isAway()) {
                looks.add(new GateLook(quota.look(), false));
            }
            refused(looks, no);
        }
        return looks;
    }

    private static void refused(List<GateLook> looks, Admission.@Nullable Rejected no) {
        if (no != null) {
            looks.add(GateLook.refused(no));
        }
    }

    /** By what its quota goes now, for people; empty without one. */
    public synchronized String lookAtQuota() {
        return quota == null || !limitsTogether(policy, side) ? "" : quota.look();
    }

    @Override
    public String toString() {
        return "MethodGate[" + subject + ", " + gates + "]";
    }
}
