package io.moa.governance.rule;

import io.moa.governance.policy.PolicyType;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds back or fails the calls that it matches, on purpose: to see what callers make of it. Immutable.
 *
 * @param when what is asked of a call; all of it must be true
 * @param percent how many of the calls that it matches it strikes
 * @param sticky by whose value it is chosen which ones; null for by lot, as for calls that do not have it
 * @param delay for how long they are held back; up to a minute, zero for not at all
 * @param fail how they fail then; null if they go on
 */
public record FaultRule(
        String id,
        Matcher service,
        @Nullable Matcher callers,
        List<Condition> when,
        Percent percent,
        @Nullable Fact sticky,
        Duration delay,
        @Nullable Failure fail,
        Rollout rollout,
        boolean enabled,
        String note)
        implements Rule {

    /** For how long calls may be held back. */
    static final PolicyType<Duration> DELAY = PolicyType.duration(Duration.ofMillis(1), Duration.ofMinutes(1));

    public FaultRule {
        when = List.copyOf(when);
    }

    /**
     * How a call fails.
     *
     * @param status why; {@link Status#APPLICATION} beside an error, and never {@link Status#CANCELLED}
     * @param error the {@link io.moa.annotation.ErrorCode} of what the service throws; null if it throws nothing
     * @param message for people; empty for none
     */
    public record Failure(Status status, @Nullable String error, String message) {

        /**
         * What a real failure of this status tells of the implementation, though nobody was called: what stands above is to do what it would
         * do then. A connection that was refused, a limit and a check ran nothing; of the rest nobody can tell, and an exception says that
         * it ran.
         */
        public Executed executed() {
            return switch (status) {
                case APPLICATION -> Executed.YES;
                case DEADLINE_EXCEEDED, INTERNAL, PROTOCOL_ERROR -> Executed.MAYBE;
                default -> Executed.NO;
            };
        }

        /** For people: the status, or the code of the error. */
        public String name() {
            return error == null ? status.name() : "error " + error;
        }

        Map<String, Object> toPlain() {
            Map<String, Object> plain = new LinkedHashMap<>();
            if (error == null) {
                plain.put("status", status.name());
            } else {
                plain.put("error", error);
            }
            if (!message.isEmpty()) {
                plain.put("message", message);
            }
            return plain;
        }
    }

    /** What it does to a call that it strikes, for people, such as {@code 200ms, then UNAVAILABLE}. */
    public String effect() {
        String held = delay.isZero() ? "" : DELAY.plain(delay).toString();
        return fail == null ? held : held + (held.isEmpty() ? "" : ", then ") + fail.name();
    }

    @Override
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("kind", "fault");
        plain.put("service", service.toPlain());
        if (!when.isEmpty()) {
            plain.put("when", RulePlain.of(when));
        }
        if (!percent.equals(Percent.ALL)) {
            plain.put("percent", percent.toPlain());
        }
        if (sticky != null) {
            plain.put("sticky", sticky.toString());
        }
        if (!delay.isZero()) {
            plain.put("delay", DELAY.plain(delay));
        }
        if (fail != null) {
            plain.put("fail", fail.toPlain());
        }
        RulePlain.putCommon(plain, this);
        return plain;
    }
}
