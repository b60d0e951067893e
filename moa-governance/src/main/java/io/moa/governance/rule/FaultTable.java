package io.moa.governance.rule;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The fault rules of one service that are in force in one process, in the order of their ids. A call meets all of them, up to the first
 * that fails it; for how long they hold it back adds up.
 *
 * <p>Immutable but for the numbers of those that were struck, safe for many threads.
 */
public final class FaultTable {

    /** So many fault rules a service may have; those that come last are left out. */
    public static final int MAX_RULES = 50;

    /** Under this key stands in a call what may be done to it; calls that nothing may be done to have none. */
    public static final Attributes.Key<FaultTable> KEY = new Attributes.Key<>("injected faults");

    /** No rule at all. */
    public static final FaultTable NONE = new FaultTable(List.of(), Map.of());

    /** A rule, and of which version it is, for people. */
    record Read(FaultRule rule, String version) {}

    private final List<Read> said;
    private final ArmedFault[] faults;
    private final Map<String, String> leftOut;

    private FaultTable(List<Read> said, Map<String, String> leftOut) {
        this.said = List.copyOf(said);
        this.leftOut = Map.copyOf(leftOut);
        this.faults = said.stream()
                .map(each -> new ArmedFault(each.rule(), each.version()))
                .toArray(ArmedFault[]::new);
    }

    /** Those for a service, which come in the order of their ids. */
    static FaultTable of(List<Read> inForce, ServiceId service) {
        List<Read> taken = new ArrayList<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        int comparisons = 0;
        for (Read each : inForce) {
            if (!each.rule().isFor(service)) {
                continue;
            }
            int more = Condition.comparisons(each.rule().callers(), each.rule().when());
            if (taken.size() == MAX_RULES || comparisons + more > RouteTable.MAX_COMPARISONS) {
                leftOut.put(
                        each.rule().id(),
                        "a service may have " + MAX_RULES + " fault rules, which compare a call with "
                                + RouteTable.MAX_COMPARISONS + " values in all, and this one comes later");
            } else {
                taken.add(each);
                comparisons += more;
            }
        }
        return taken.isEmpty() && leftOut.isEmpty() ? NONE : new FaultTable(taken, leftOut);
    }

    /** Whether nothing is done to any call. */
    public boolean isEmpty() {
        return faults.length == 0;
    }

    /** In their order. */
    public List<ArmedFault> faults() {
        return List.of(faults);
    }

    /**
     * What is done to an attempt of a call, whose lots are drawn for it; null if nothing. Counts nothing.
     *
     * @param chance where lots are drawn
     */
    public @Nullable Fault strike(Invocation call, RandomGenerator chance) {
        return strike(call, any -> chance);
    }

    /** As {@link #strike(Invocation, RandomGenerator)}, with a generator for each rule, by its id. */
    public @Nullable Fault strike(Invocation call, Function<String, RandomGenerator> chance) {
        List<ArmedFault> by = null; // most calls are struck by nothing
        long delayNanos = 0;
        for (ArmedFault each : faults) {
            FaultRule rule = each.rule();
            if (each.unmet(call) != null || !each.strikes(call, chance.apply(rule.id()))) {
                continue;
            }
            by = by == null ? new ArrayList<>() : by;
            by.add(each);
            delayNanos += rule.delay().toNanos();
            if (rule.fail() != null) {
                return new Fault(delayNanos, by, rule.fail());
            }
        }
        return by == null ? null : new Fault(delayNanos, by, null);
    }

    /** What each rule would do with a call, a line each, for people; no lot is drawn. */
    public List<String> explain(Invocation call) {
        List<String> lines = new ArrayList<>();
        for (ArmedFault each : faults) {
            lines.add(each.explain(call));
        }
        leftOut.forEach((rule, why) -> lines.add(rule + ": left out, " + why));
        return lines;
    }

    /** Whether the same rules of the same versions are in force. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FaultTable that && said.equals(that.said) && leftOut.equals(that.leftOut);
    }

    @Override
    public int hashCode() {
        return said.hashCode();
    }

    @Override
    public String toString() {
        return "FaultTable" + faults();
    }
}
