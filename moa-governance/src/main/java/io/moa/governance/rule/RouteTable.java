package io.moa.governance.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The route rules of one service that are in force in one process, in the order in which a call meets them: the built-in ones, then the
 * users', those of greater priority first and of equal priority by id. Immutable, safe for many threads.
 */
public final class RouteTable {

    /** So many rules of the users a service may have; those that come last are left out. */
    public static final int MAX_RULES = 200;

    /** So many values the conditions of all of them on one call are compared with at most; a list of whole texts counts once. */
    public static final int MAX_COMPARISONS = 5_000;

    /** No rule at all, not even a built-in one. */
    public static final RouteTable NONE = new RouteTable(List.of(), new LocalProcess("", "", Map.of()), Map.of());

    /** A rule, and at which revision it was read; 0 for a built-in one. */
    record Read(RouteRule rule, long revision) {}

    private final List<Read> said;
    private final LocalProcess process;
    private final Map<String, String> leftOut;
    private final List<RoutedRule> rules;
    private final int slots;

    private RouteTable(List<Read> inOrder, LocalProcess process, Map<String, String> leftOut) {
        this.said = List.copyOf(inOrder);
        this.process = process;
        this.leftOut = Map.copyOf(leftOut);
        List<RoutedRule> ready = new ArrayList<>();
        int next = 0;
        for (Read each : said) {
            RoutedRule rule = new RoutedRule(each.rule(), each.revision(), next, process);
            ready.add(rule);
            next += rule.destinations() + 1; // and the mirror
        }
        this.rules = List.copyOf(ready);
        this.slots = next;
    }

    /** The built-in rules alone. */
    public static RouteTable builtIn(LocalProcess process) {
        return of(List.of(), process);
    }

    static RouteTable of(List<Read> users, LocalProcess process) {
        List<Read> inOrder = new ArrayList<>(users);
        inOrder.sort(Comparator.comparingInt((Read each) -> -each.rule().priority())
                .thenComparing(each -> each.rule().id()));
        Map<String, String> leftOut = new LinkedHashMap<>();
        while (inOrder.size() > MAX_RULES) {
            Read last = inOrder.remove(inOrder.size() - 1);
            leftOut.put(last.rule().id(), "a service may have " + MAX_RULES + " route rules, and this one comes later");
        }
        leaveOutWhatTakesTooLong(inOrder, leftOut);
        List<Read> all = new ArrayList<>();
        BuiltInRoutes.ALL.forEach(each -> all.add(new Read(each, 0)));
        all.addAll(inOrder);
        return new RouteTable(all, process, leftOut);
    }

    private static void leaveOutWhatTakesTooLong(List<Read> inOrder, Map<String, String> leftOut) {
        int left = MAX_COMPARISONS;
        for (Iterator<Read> each = inOrder.iterator(); each.hasNext(); ) {
            RouteRule rule = each.next().rule();
            int comparisons = 0;
            for (Condition condition : rule.when()) {
                comparisons += condition.matcher().comparisons();
            }
            if (comparisons > left) {
                each.remove();
                leftOut.put(
                        rule.id(),
                        "its conditions compare a call with " + comparisons
                                + " values, and those of a service may with " + MAX_COMPARISONS
                                + " in all, of which rules before it leave " + left);
            } else {
                left -= comparisons;
            }
        }
    }

    /** In their order. */
    public List<RoutedRule> rules() {
        return rules;
    }

    /** Which rules of the service are left out, by id, each with the reason for people. */
    public Map<String, String> leftOut() {
        return leftOut;
    }

    /** How many destinations and mirrors there are. */
    public int slots() {
        return slots;
    }

    /** Whether the same rules of the same revisions say the same for the same process. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RouteTable that
                && said.equals(that.said)
                && process.equals(that.process)
                && leftOut.equals(that.leftOut);
    }

    @Override
    public int hashCode() {
        return said.hashCode();
    }

    @Override
    public String toString() {
        return "RouteTable" + rules;
    }
}
