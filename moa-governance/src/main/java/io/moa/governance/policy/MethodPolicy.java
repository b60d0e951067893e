package io.moa.governance.policy;

import io.moa.annotation.Balancing;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.annotation.ZoneChoice;
import io.moa.invoke.Attributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that is decided about the calls of one method, each value with its origin. Plain data: it is made when a stub or an export is
 * made, and anew when a rule changes it, and read on the call path without lookup or parsing. Immutable.
 */
public final class MethodPolicy {

    /** Nothing said: every value is its default. */
    public static final MethodPolicy DEFAULT = new MethodPolicy(defaults());

    /** Under this key a stub hands the policy of the called method to the filters. */
    public static final Attributes.Key<MethodPolicy> KEY = new Attributes.Key<>("method policy");

    private final Setting<?>[] settings; // by the place of their key

    // What every call reads.
    private final long timeoutNanos;
    private final int attempts;
    private final boolean idempotent;
    private final boolean oneWay;
    private final long hedgeAfterNanos;
    private final FailureMode onFailure;
    private final Balancing balancing;
    private final String hashBy;
    private final ZoneChoice zone;

    private MethodPolicy(Setting<?>[] settings) {
        this.settings = settings;
        this.timeoutNanos = value(PolicyKey.TIMEOUT).toNanos();
        this.attempts = value(PolicyKey.ATTEMPTS);
        this.idempotent = value(PolicyKey.IDEMPOTENT);
        this.oneWay = value(PolicyKey.ONE_WAY);
        this.hedgeAfterNanos = value(PolicyKey.HEDGE_AFTER).toNanos();
        this.onFailure = value(PolicyKey.ON_FAILURE);
        this.balancing = value(PolicyKey.LOAD_BALANCE);
        this.hashBy = value(PolicyKey.HASH_BY);
        this.zone = value(PolicyKey.ZONE);
    }

    private static Setting<?>[] defaults() {
        Setting<?>[] settings = new Setting<?>[PolicyKey.count()];
        for (PolicyKey<?> key : PolicyKey.all()) {
            settings[key.place()] = Setting.ofDefault(key.defaultValue());
        }
        return settings;
    }

    /** The value in force and where it comes from. */
    @SuppressWarnings("unchecked") // with() is the only writer and keeps key and type together
    public <T> Setting<T> get(PolicyKey<T> key) {
        return (Setting<T>) settings[key.place()];
    }

    /** The value in force. */
    public <T> T value(PolicyKey<T> key) {
        return get(key).value();
    }

    /** The value of {@link PolicyKey#TIMEOUT}, in nanoseconds. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** The value of {@link PolicyKey#ATTEMPTS}. */
    public int attempts() {
        return attempts;
    }

    /** The value of {@link PolicyKey#IDEMPOTENT}. */
    public boolean isIdempotent() {
        return idempotent;
    }

    /** The value of {@link PolicyKey#ONE_WAY}. */
    public boolean isOneWay() {
        return oneWay;
    }

    /** The value of {@link PolicyKey#HEDGE_AFTER}, in nanoseconds; 0 for no hedge but at a silent server. */
    public long hedgeAfterNanos() {
        return hedgeAfterNanos;
    }

    /** The value of {@link PolicyKey#ON_FAILURE}. */
    public FailureMode onFailure() {
        return onFailure;
    }

    /** The value of {@link PolicyKey#LOAD_BALANCE}. */
    public Balancing balancing() {
        return balancing;
    }

    /** The value of {@link PolicyKey#HASH_BY}. */
    public String hashBy() {
        return hashBy;
    }

    /** The value of {@link PolicyKey#ZONE}. */
    public ZoneChoice zone() {
        return zone;
    }

    /** This policy with another value, if the origin of the new one is strong enough. */
    public <T> MethodPolicy with(PolicyKey<T> key, Setting<T> other) {
        Setting<T> before = get(key);
        Setting<T> next = before.or(other);
        if (next.equals(before)) {
            return this;
        }
        Setting<?>[] changed = settings.clone();
        changed[key.place()] = next;
        if (key == PolicyKey.RATE_LIMIT) {
            Setting<Integer> burst = get(PolicyKey.RATE_BURST);
            if (burst.value() != 0
                    && !next.value().equals(0)
                    && other.origin() != burst.origin()
                    && other.origin().overrides(burst.origin())) {
                // It was meant for the rate beside it: whoever says 5 in a second does not mean 5 and a thousand at
                // once.
                changed[PolicyKey.RATE_BURST.place()] =
                        new Setting<>(PolicyKey.RATE_BURST.defaultValue(), other.origin(), other.detail());
            }
        }
        return new MethodPolicy(changed);
    }

    /** This policy with a value that application code says. */
    public <T> MethodPolicy withCode(PolicyKey<T> key, T value, String where) {
        return with(key, new Setting<>(key.read(value), Origin.CODE, where));
    }

    /**
     * What of it cannot be together; empty if all is well. What annotations and code say is checked when a stub is made; a rule that leads
     * here is not applied to the method.
     */
    public List<PolicyConflict> conflicts() {
        return PolicyConflict.in(this);
    }

    /**
     * Values of it that have no effect beside others, such as a budget for hedges where there are none. No call is harmed by them, and where a
     * stronger place says the others nobody has made a mistake; empty if there are none.
     */
    public List<PolicyConflict> idle() {
        // Without call keys the method's types may be unknown here, or a filter sets them.
        return PolicyConflict.idle(this).stream()
                .filter(each -> !each.keys().contains(PolicyKey.CALL_KEYS)
                        || !value(PolicyKey.CALL_KEYS).isEmpty())
                .toList();
    }

    /** Its values that are not defaults, as JSON has them: each with its origin and the place, so that another process can go by it. */
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (PolicyKey<?> key : PolicyKey.all()) {
            Setting<?> setting = get(key);
            if (setting.origin() != Origin.DEFAULT) {
                plain.put(key.name(), List.of(plainOf(key), setting.origin().label(), setting.detail()));
            }
        }
        return plain;
    }

    private <T> Object plainOf(PolicyKey<T> key) {
        return key.type().plain(value(key));
    }

    /**
     * Reads what {@link #toPlain} wrote. What a newer process knows and this one does not is passed over.
     *
     * @throws IllegalArgumentException if a value is out of its range or has another form
     */
    public static MethodPolicy ofPlain(Map<?, ?> plain) {
        MethodPolicy policy = DEFAULT;
        for (Map.Entry<?, ?> entry : plain.entrySet()) {
            PolicyKey<?> key = PolicyKey.named(String.valueOf(entry.getKey()));
            if (key == null) {
                continue;
            }
            if (!(entry.getValue() instanceof List<?> parts) || parts.size() != 3 || parts.get(0) == null) {
                throw new IllegalArgumentException(key + ": expected [value, origin, place], not " + entry.getValue());
            }
            policy = policy.withPlain(
                    key, parts.get(0), Origin.labelled(String.valueOf(parts.get(1))), String.valueOf(parts.get(2)));
        }
        return policy;
    }

    /** This policy with a plain value, if the origin is strong enough. */
    public <T> MethodPolicy withPlain(PolicyKey<T> key, Object plain, Origin origin, String detail) {
        return with(key, new Setting<>(key.read(plain), origin, detail));
    }

    /** Who enforces a value of this policy. */
    public PolicyKey.Side side(PolicyKey<?> key) {
        PolicyKey<EnforcedAt> saidBy = key.sideSaidBy();
        if (saidBy == null) {
            return key.side();
        }
        return value(saidBy) == EnforcedAt.CALLER ? PolicyKey.Side.CALLER : PolicyKey.Side.PROVIDER;
    }

    /**
     * One line per value, for people, as a caller sees it: what is in force, where it comes from, and who enforces it; then one for each value
     * that {@linkplain #idle() has no effect}.
     */
    public String describe() {
        List<String> lines = new ArrayList<>();
        for (PolicyKey<?> key : PolicyKey.all()) {
            lines.add(line(key));
        }
        idle().forEach(each -> lines.add("Without effect: " + described(each)));
        lines.add(
                "What is enforced at the provider is decided by the provider's own code, settings and rules; above stands what"
                        + " this process knows of it, and MoaServer.describe() tells it there");
        return String.join("\n", lines);
    }

    /**
     * One line for each value that a provider enforces unless it is said otherwise, for people, as that provider sees it; then one for each of them
     * that {@linkplain #idle() has no effect}.
     */
    public String describeAtProvider() {
        List<String> lines = new ArrayList<>();
        for (PolicyKey<?> key : PolicyKey.all()) {
            if (key.side() != PolicyKey.Side.CALLER) {
                lines.add(line(key));
            }
        }
        for (PolicyConflict each : idle()) {
            if (each.keys().stream().noneMatch(key -> key.side() == PolicyKey.Side.CALLER)) {
                lines.add("Without effect: " + described(each));
            }
        }
        return String.join("\n", lines);
    }

    private String described(PolicyConflict idle) {
        List<String> values = new ArrayList<>();
        for (PolicyKey<?> key : idle.keys()) {
            values.add(key + " " + plainOf(key) + " (" + get(key).source() + ")");
        }
        return values.get(0) + " beside " + String.join(" and ", values.subList(1, values.size()));
    }

    private String line(PolicyKey<?> key) {
        return String.format(
                "%-21s %-12s at the %-9s %s",
                key.name(), plainOf(key), side(key).label(), get(key).source());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MethodPolicy that && Arrays.equals(settings, that.settings);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(settings);
    }

    /** What is not a default. */
    @Override
    public String toString() {
        return "MethodPolicy" + toPlain();
    }

    /** The value of {@link PolicyKey#TIMEOUT}. */
    public Duration timeout() {
        return value(PolicyKey.TIMEOUT);
    }
}
