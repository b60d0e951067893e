package io.moa.governance.policy;

import io.moa.annotation.Balancing;
import io.moa.annotation.CallKey;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.annotation.Fallback;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.Importance;
import io.moa.annotation.LoadBalance;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OnFailure;
import io.moa.annotation.OneWay;
import io.moa.annotation.Quota;
import io.moa.annotation.RateLimit;
import io.moa.annotation.RateShape;
import io.moa.annotation.Retry;
import io.moa.annotation.RouteTag;
import io.moa.annotation.Timeout;
import io.moa.annotation.WarmUp;
import io.moa.annotation.ZoneChoice;
import io.moa.annotation.ZonePreference;
import io.moa.invoke.Criticality;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is decided about the calls of a method. This table is all there is: annotations, code, the release configuration, live
 * rules, the wire form and explanations are read and written by it, so that each thing has one name, one range and one default
 * everywhere. Immutable.
 *
 * @param <T> the type of its values
 */
public final class PolicyKey<T> {

    /** Who enforces it. */
    public enum Side {
        CALLER("caller"),
        PROVIDER("provider"),
        /** As {@linkplain PolicyKey#sideSaidBy() another key} says. */
        EITHER("caller or provider");

        private final String label;

        Side(String label) {
            this.label = label;
        }

        /** Its name in explanations. */
        public String label() {
            return label;
        }
    }

    /**
     * The annotation that says it.
     *
     * @param annotation which
     * @param attribute its attribute; empty if the annotation itself says yes
     * @param range what the attribute may say, where that is less than elsewhere: who wants no limit leaves the annotation out, while a rule
     *     must be able to say it; null if it may say what all may
     */
    public record Said(
            Class<? extends Annotation> annotation,
            String attribute,
            @Nullable PolicyType<?> range) {
        @Override
        public String toString() {
            return "@" + annotation.getSimpleName() + (attribute.isEmpty() ? "" : "(" + attribute + ")");
        }
    }

    private static final Map<String, PolicyKey<?>> BY_NAME = new LinkedHashMap<>();
    private static final Duration MONTH = Duration.ofDays(30);

    /** How long a caller waits, all attempts together. */
    public static final PolicyKey<Duration> TIMEOUT = key(
                    "timeout", PolicyType.duration(Duration.ofMillis(1), MONTH), Duration.ofSeconds(1))
            .said(Timeout.class, "millis")
            .at(Side.CALLER, true)
            .means("how long a caller waits, all attempts together; a deadline that the call inherits still bounds it")
            .like("@Timeout(millis = 300)");

    /** Whether a call that may have run may be sent again. */
    public static final PolicyKey<Boolean> IDEMPOTENT = key("idempotent", PolicyType.flag(), false)
            .said(Idempotent.class, "")
            .at(Side.CALLER, true)
            .means("whether a call that may have run may be sent again")
            .like("@Idempotent");

    /** How often a call is sent in all. */
    public static final PolicyKey<Integer> ATTEMPTS = key("attempts", PolicyType.integer(1, 10), 3)
            .said(Retry.class, "attempts")
            .at(Side.CALLER, true)
            .means("how often a call is sent in all")
            .like("@Retry(attempts = 2)");

    /** How many of a hundred calls may be sent again. */
    public static final PolicyKey<Integer> RETRY_BUDGET = key("retry-budget", PolicyType.integer(0, 100), 10)
            .said(Retry.class, "budgetPercent")
            .at(Side.CALLER, true)
            .means("of a hundred calls of the service in ten seconds so many may be sent again, and ten in any case")
            .like("@Retry(budgetPercent = 20)");

    /** What follows when a call fails. */
    public static final PolicyKey<FailureMode> ON_FAILURE = key(
                    "on-failure", PolicyType.choice(FailureMode.class), FailureMode.FAILOVER)
            .said(OnFailure.class, "value")
            .at(Side.CALLER, true)
            .means("what follows when an attempt fails, or how many are made at once")
            .like("@OnFailure(FailureMode.FAILFAST)");

    /** How many instances forking calls. */
    public static final PolicyKey<Integer> FORKS = key("forks", PolicyType.integer(2, 8), 2)
            .said(OnFailure.class, "forks")
            .at(Side.CALLER, true)
            .means("how many instances on-failure forking calls at once")
            .like("@OnFailure(value = FailureMode.FORKING, forks = 3)");

    /** After how long without an answer a second attempt is made. */
    public static final PolicyKey<Duration> HEDGE_AFTER = key(
                    "hedge-after", PolicyType.duration(Duration.ZERO, Duration.ofMinutes(1)), Duration.ZERO)
            .said(Hedge.class, "afterMillis", PolicyType.duration(Duration.ofMillis(1), Duration.ofMinutes(1)))
            .at(Side.CALLER, true)
            .means(
                    "after so long without an answer an idempotent call is sent to a second instance too; 0ms for only when"
                            + " the first one's connection is silent")
            .like("@Hedge(afterMillis = 20)");

    /** How many of a hundred calls may have a second attempt. */
    public static final PolicyKey<Integer> HEDGE_BUDGET = key("hedge-budget", PolicyType.integer(1, 100), 5)
            .said(Hedge.class, "budgetPercent")
            .at(Side.CALLER, true)
            .means("of a hundred calls of the service in ten seconds so many may be hedged, and ten in any case")
            .like("@Hedge(afterMillis = 20, budgetPercent = 2)");

    /** How one of several instances is chosen. */
    public static final PolicyKey<Balancing> LOAD_BALANCE = key(
                    "load-balance", PolicyType.choice(Balancing.class), Balancing.P2C)
            .said(LoadBalance.class, "value")
            .at(Side.CALLER, true)
            .means("how one of several instances is chosen")
            .like("@LoadBalance(Balancing.LEAST_IN_FLIGHT)");

    /** The call key that consistent hashing hashes. */
    public static final PolicyKey<String> HASH_BY = key("hash-by", PolicyType.word(0, 64), "")
            .said(LoadBalance.class, "hashBy")
            .at(Side.CALLER, true)
            .means("the call key that load-balance consistent-hash goes by")
            .like("@LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = \"customer\")");

    /** How much it matters that an instance runs in the caller's own zone. */
    public static final PolicyKey<ZoneChoice> ZONE = key("zone", PolicyType.choice(ZoneChoice.class), ZoneChoice.ANY)
            .said(ZonePreference.class, "value")
            .at(Side.CALLER, true)
            .means("how much it matters that an instance runs in the caller's own zone")
            .like("@ZonePreference(ZoneChoice.PREFER)");

    /** The lane of calls that have none. */
    public static final PolicyKey<String> ROUTE_TAG = key("route-tag", PolicyType.word(0, 64), "")
            .said(RouteTag.class, "value", PolicyType.word(1, 64))
            .at(Side.CALLER, true)
            .means("the lane of calls that have none")
            .like("@RouteTag(\"gray\")");

    /** How much a refusal hurts. */
    public static final PolicyKey<Criticality> CRITICALITY = key(
                    "criticality", PolicyType.choice(Criticality.class), Criticality.CRITICAL)
            .said(Importance.class, "value")
            .at(Side.CALLER, true)
            .means("how much a refusal hurts; never more than that of the call being served")
            .like("@Importance(Criticality.SHEDDABLE)");

    /** The names of values in the arguments, each with its path. */
    public static final PolicyKey<Map<String, String>> CALL_KEYS = key("call-keys", PolicyType.paths(), Map.of())
            .said(CallKey.class, "value")
            .at(Side.CALLER, true)
            .means("names of values in the arguments, for rules, limits and hashes")
            .like("@CallKey(value = \"customer\", path = \"customer.id\")");

    /** The serializer. */
    public static final PolicyKey<String> SERIALIZER = key("serializer", PolicyType.name(64), "hessian")
            .said(MoaService.class, "serializer")
            .at(Side.CALLER, false)
            .means("how arguments and results become bytes")
            .like("@MoaService(serializer = \"json\")");

    /** How many calls in a second. */
    public static final PolicyKey<Integer> RATE_LIMIT = key("rate-limit", PolicyType.integer(0, 10_000_000), 0)
            .said(RateLimit.class, "perSecond", PolicyType.integer(1, 10_000_000))
            .at(Side.EITHER, true)
            .means("calls of the method in a second, in each process; 0 for any number")
            .like("@RateLimit(perSecond = 500)");

    /** How many calls at once after a pause. */
    public static final PolicyKey<Integer> RATE_BURST = key("rate-burst", PolicyType.integer(0, 10_000_000), 0)
            .said(RateLimit.class, "burst")
            .at(Side.EITHER, true)
            .means("how many of them at once, after a pause; 0 for as many as in a tenth of a second")
            .like("@RateLimit(perSecond = 500, burst = 50)");

    /** Who counts calls in a second. */
    public static final PolicyKey<EnforcedAt> RATE_LIMIT_AT = key(
                    "rate-limit-at", PolicyType.choice(EnforcedAt.class), EnforcedAt.PROVIDER)
            .said(RateLimit.class, "at")
            .at(Side.EITHER, true)
            .means("who counts calls in a second")
            .like("@RateLimit(perSecond = 500, at = EnforcedAt.CALLER)");

    /** How the calls of a rate lie in time. */
    public static final PolicyKey<RateShape> RATE_SHAPE = key(
                    "rate-shape", PolicyType.choice(RateShape.class), RateShape.TOKEN_BUCKET)
            .said(RateLimit.class, "shape")
            .at(Side.EITHER, true)
            .means("how they lie in time: a burst after a pause, never more in any second, or evenly spaced")
            .like("@RateLimit(perSecond = 500, shape = RateShape.SLIDING_WINDOW)");

    /** How long a call beyond a rate may wait for its turn. */
    public static final PolicyKey<Duration> RATE_WAIT = key(
                    "rate-wait", PolicyType.duration(Duration.ZERO, Duration.ofSeconds(10)), Duration.ZERO)
            .said(RateLimit.class, "waitMillis")
            .at(Side.EITHER, true)
            .means(
                    "so long a call beyond the rate may wait for its turn, never beyond its deadline; 0ms to be refused at once")
            .like("@RateLimit(perSecond = 500, waitMillis = 200)");

    /** How long a rate takes to become whole. */
    public static final PolicyKey<Duration> RATE_WARM_UP = key(
                    "rate-warm-up", PolicyType.duration(Duration.ZERO, Duration.ofMinutes(10)), Duration.ZERO)
            .said(RateLimit.class, "warmUpMillis")
            .at(Side.EITHER, true)
            .means("so long the rate grows from a third to the whole, from the start and after as long a pause")
            .like("@RateLimit(perSecond = 500, warmUpMillis = 30_000)");

    /** Which calls a rate counts together. */
    public static final PolicyKey<String> RATE_PER = key("rate-per", PolicyType.counted(), "method")
            .said(RateLimit.class, "per")
            .at(Side.EITHER, true)
            .means("which calls are counted together; those without the key that it names are not limited")
            .like("@RateLimit(perSecond = 5, per = \"key:customer\")");

    /** Whose calls a rate does not count. */
    public static final PolicyKey<List<String>> RATE_EXEMPT = key("rate-exempt", PolicyType.names(), List.of())
            .said(RateLimit.class, "exempt")
            .at(Side.EITHER, true)
            .means("calling applications that are neither counted nor limited")
            .like("@RateLimit(perSecond = 500, exempt = {\"console\", \"batch-*\"})");

    /** How many calls in a second, of all processes together. */
    public static final PolicyKey<Integer> QUOTA = key("quota", PolicyType.integer(0, 10_000_000), 0)
            .said(Quota.class, "perSecond", PolicyType.integer(1, 10_000_000))
            .at(Side.EITHER, true)
            .means(
                    "calls of the method in a second, of all its providers together, or of all processes of a calling application;"
                            + " 0 for any number")
            .like("@Quota(perSecond = 1000)");

    /** Who counts calls of the quota. */
    public static final PolicyKey<EnforcedAt> QUOTA_AT = key(
                    "quota-at", PolicyType.choice(EnforcedAt.class), EnforcedAt.PROVIDER)
            .said(Quota.class, "at")
            .at(Side.EITHER, true)
            .means("who counts the calls of the quota: its providers together, or each calling application for itself")
            .like("@Quota(perSecond = 1000, at = EnforcedAt.CALLER)");

    /** How many calls in a second while the registry cannot be asked. */
    public static final PolicyKey<Integer> QUOTA_AWAY = key("quota-away", PolicyType.integer(0, 10_000_000), 0)
            .said(Quota.class, "away")
            .at(Side.EITHER, true)
            .means(
                    "calls of each process in a second while the registry cannot be asked, never more than the quota; 0 for the"
                            + " quota divided by how many processes shared it last")
            .like("@Quota(perSecond = 1000, away = 150)");

    /** How many calls at once. */
    public static final PolicyKey<Integer> CONCURRENCY_LIMIT = key(
                    "concurrency-limit", PolicyType.integer(0, 1_000_000), 0)
            .said(ConcurrencyLimit.class, "value", PolicyType.integer(1, 1_000_000))
            .at(Side.EITHER, true)
            .means("calls of the method at once, in each process; 0 for any number")
            .like("@ConcurrencyLimit(20)");

    /** Who counts calls at once. */
    public static final PolicyKey<EnforcedAt> CONCURRENCY_LIMIT_AT = key(
                    "concurrency-limit-at", PolicyType.choice(EnforcedAt.class), EnforcedAt.PROVIDER)
            .said(ConcurrencyLimit.class, "at")
            .at(Side.EITHER, true)
            .means("who counts calls at once")
            .like("@ConcurrencyLimit(value = 20, at = EnforcedAt.CALLER)");

    /** At which share of failures the breaker opens. */
    public static final PolicyKey<Integer> BREAKER_FAILURES = key("breaker-failures", PolicyType.integer(0, 100), 0)
            .said(CircuitBreaker.class, "failurePercent", PolicyType.integer(1, 100))
            .at(Side.CALLER, true)
            .means("at so many failed calls of a hundred the breaker opens; 0 for no breaker")
            .like("@CircuitBreaker");

    /** How many calls the breaker needs to judge. */
    public static final PolicyKey<Integer> BREAKER_CALLS = key("breaker-calls", PolicyType.integer(1, 100_000), 20)
            .said(CircuitBreaker.class, "minCalls")
            .at(Side.CALLER, true)
            .means("with fewer calls in its window the breaker does not judge")
            .like("@CircuitBreaker(minCalls = 50)");

    /** How far the breaker looks back. */
    public static final PolicyKey<Duration> BREAKER_WINDOW = key(
                    "breaker-window",
                    PolicyType.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
                    Duration.ofSeconds(10))
            .said(CircuitBreaker.class, "windowMillis")
            .at(Side.CALLER, true)
            .means("how far the breaker looks back")
            .like("@CircuitBreaker(windowMillis = 30_000)");

    /** How long the breaker stays open. */
    public static final PolicyKey<Duration> BREAKER_OPEN = key(
                    "breaker-open",
                    PolicyType.duration(Duration.ofMillis(1), Duration.ofHours(1)),
                    Duration.ofSeconds(5))
            .said(CircuitBreaker.class, "openMillis")
            .at(Side.CALLER, true)
            .means("how long the breaker stays open before some calls try")
            .like("@CircuitBreaker(openMillis = 1_000)");

    /** How many calls try. */
    public static final PolicyKey<Integer> BREAKER_TRIALS = key("breaker-trials", PolicyType.integer(1, 1_000), 3)
            .said(CircuitBreaker.class, "trials")
            .at(Side.CALLER, true)
            .means("how many calls try whether the breaker may close")
            .like("@CircuitBreaker(trials = 5)");

    /** The method that answers when a call has failed. */
    public static final PolicyKey<String> FALLBACK_METHOD = key("fallback-method", PolicyType.name(200), "")
            .said(Fallback.class, "method")
            .at(Side.CALLER, false)
            .onlyAnnotated()
            .means("the method of the interface that answers when a call has failed")
            .like("@Fallback(method = \"fromCache\")");

    /** The class that answers when a call has failed. */
    public static final PolicyKey<String> FALLBACK_CLASS = key("fallback-class", PolicyType.name(400), "")
            .said(Fallback.class, "type")
            .at(Side.CALLER, false)
            .onlyAnnotated()
            .means("the class that answers when a call has failed")
            .like("@Fallback(type = EmptyStock.class)");

    /** How old the last good answer may be that answers when a call has failed. */
    public static final PolicyKey<Duration> FALLBACK_LAST_GOOD = key(
                    "fallback-last-good", PolicyType.duration(Duration.ZERO, Duration.ofDays(1)), Duration.ZERO)
            .said(Fallback.class, "lastGoodMillis")
            .at(Side.CALLER, true)
            .means(
                    "how old an earlier answer to the same arguments, tag and attachments may be that answers when a call"
                            + " has failed; 0ms for none")
            .like("@Fallback(lastGoodMillis = 60_000)");

    /** The constant that answers when a call has failed. */
    public static final PolicyKey<String> FALLBACK_VALUE = key("fallback-value", PolicyType.json(256), "")
            .said(Fallback.class, "value")
            .at(Side.CALLER, true)
            .means("the constant that answers when a call has failed, as JSON")
            .like("@Fallback(\"[]\")");

    /** Whether the caller wants no reply. */
    public static final PolicyKey<Boolean> ONE_WAY = key("one-way", PolicyType.flag(), false)
            .said(OneWay.class, "")
            .at(Side.CALLER, false)
            .means("whether the caller wants no reply")
            .like("@OneWay");

    /** Whether the provider runs the method on the event loop. */
    public static final PolicyKey<Boolean> NON_BLOCKING = key("non-blocking", PolicyType.flag(), false)
            .said(NonBlocking.class, "")
            .at(Side.PROVIDER, false)
            .means("whether the provider runs the method on the event loop")
            .like("@NonBlocking");

    /** How long a process takes to get up to speed. */
    public static final PolicyKey<Duration> WARM_UP = key(
                    "warm-up", PolicyType.duration(Duration.ZERO, Duration.ofHours(1)), Duration.ZERO)
            .said(WarmUp.class, "millis")
            .at(Side.PROVIDER, false)
            .means("how long a provider's share of the calls grows, from its own start")
            .like("@WarmUp(millis = 30_000)");

    private static final Set<Class<? extends Annotation>> LIMITS =
            Set.of(RateLimit.class, Quota.class, ConcurrencyLimit.class, CircuitBreaker.class);

    private final String name;
    private final PolicyType<T> type;
    private final T defaultValue;
    private final int place;
    private @Nullable Said said;
    private Side side = Side.CALLER;
    private boolean live;
    private boolean annotated;
    private String meaning = "";
    private String example = "";

    private PolicyKey(String name, PolicyType<T> type, T defaultValue, int place) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.place = place;
    }

    private static <T> PolicyKey<T> key(String name, PolicyType<T> type, T defaultValue) {
        PolicyKey<T> key = new PolicyKey<>(name, type, defaultValue, BY_NAME.size());
        BY_NAME.put(name, key);
        return key;
    }

    private PolicyKey<T> said(Class<? extends Annotation> annotation, String attribute) {
        this.said = new Said(annotation, attribute, null);
        return this;
    }

    private PolicyKey<T> said(Class<? extends Annotation> annotation, String attribute, PolicyType<T> range) {
        this.said = new Said(annotation, attribute, range);
        return this;
    }

    private PolicyKey<T> onlyAnnotated() {
        this.annotated = true;
        return this;
    }

    private PolicyKey<T> at(Side where, boolean byRule) {
        this.side = where;
        this.live = byRule;
        return this;
    }

    private PolicyKey<T> means(String words) {
        this.meaning = words;
        return this;
    }

    private PolicyKey<T> like(String annotated) {
        this.example = annotated;
        return this;
    }

    /** All keys, in the order in which they are explained. */
    public static List<PolicyKey<?>> all() {
        return new ArrayList<>(BY_NAME.values());
    }

    /** The key of a name; null if there is none. */
    public static @Nullable PolicyKey<?> named(String name) {
        return BY_NAME.get(name);
    }

    static int count() {
        return BY_NAME.size();
    }

    /** Its name in rules, in the release configuration and in explanations. */
    public String name() {
        return name;
    }

    public PolicyType<T> type() {
        return type;
    }

    public T defaultValue() {
        return defaultValue;
    }

    /** Which annotation says it; null if none does. */
    public @Nullable Said said() {
        return said;
    }

    /** Who enforces it. */
    public Side side() {
        return side;
    }

    /** Which key says who enforces it; null if it is always the same side. */
    public @Nullable PolicyKey<EnforcedAt> sideSaidBy() {
        if (said != null && said.annotation() == RateLimit.class) {
            return RATE_LIMIT_AT;
        }
        if (this == QUOTA || this == QUOTA_AT || this == QUOTA_AWAY) {
            return QUOTA_AT;
        }
        return this == CONCURRENCY_LIMIT || this == CONCURRENCY_LIMIT_AT ? CONCURRENCY_LIMIT_AT : null;
    }

    /** Whether it is a figure of a limit or a breaker: such a value can stand beside any other one. */
    public boolean isLimit() {
        return said != null && LIMITS.contains(said.annotation());
    }

    /** Whether a live rule may change it. */
    public boolean isLive() {
        return live;
    }

    /** Whether nothing but its annotation can say it, because its form is checked against the interface. */
    public boolean isOnlyAnnotated() {
        return annotated;
    }

    /** What it decides, for people. */
    public String meaning() {
        return meaning;
    }

    /** How an interface says it. */
    public String example() {
        return example;
    }

    int place() {
        return place;
    }

    /**
     * Reads a plain value of it.
     *
     * @throws IllegalArgumentException if it is not possible; the message names the key
     */
    public T read(Object plain) {
        try {
            return type.read(plain);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
