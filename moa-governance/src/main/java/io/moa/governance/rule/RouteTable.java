package io.moa.governance.rule;

import io.moa.discovery.ServiceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The route rules of one service that are in force in one process, in the order in which a call meets them: the built-in ones, then the
 * users', those of greater priority first and of equal priority by id.
 *
 * <p>The built-in ones choose among the instances of the service where the call is routed. So what leads calls to another service
 * comes before them, unless a rule of the users that chooses instances comes first; and so does what denies or answers calls before
 * they are led on.
 *
 * <p>Immutable, safe for many threads.
 */
public final class RouteTable {

    /** So many rules of the users a service may have; those that come last are left out. */
    public static final int MAX_RULES = 200;

    /** So many values the conditions of all of them on one call are compared with at most; a list of whole texts counts once. */
    public static final int MAX_COMPARISONS = 5_000;

    /** No rule at all, not even a built-in one. */
    public static final RouteTable NONE =
            new RouteTable(List.of(), ServiceId.of("none"), new LocalProcess("", "", Map.of()), Map.of());

    /** A rule, and of which version it is, for people; empty for a built-in one. */
    record Read(RouteRule rule, String version) {}

    private final List<Read> said;
    private final ServiceId service;
    private final LocalProcess process;
    private final Map<String, String> leftOut;
    private final List<RoutedRule> rules;
    private final Set<ServiceId> targets;
    private final int slots;

    private RouteTable(List<Read> inOrder, ServiceId service, LocalProcess process, Map<String, String> leftOut) {
        this.said = List.copyOf(inOrder);
        this.service = service;
        this.process = process;
        this.leftOut = Map.copyOf(leftOut);
        List<RoutedRule> ready = new ArrayList<>();
        int next = 0;
        for (Read each : said) {
            RoutedRule rule = new RoutedRule(each.rule(), each.version(), next, service, process);
            ready.add(rule);
            next += rule.destinations() + 1; // and the mirror
        }
        this.rules = List.copyOf(ready);
        this.slots = next;
        this.targets = ready.stream()
                .filter(each -> each.idle() == null && each.led().hundredths() > 0)
                .filter(each -> isForCallsOf(process, each.rule()))
                .flatMap(each -> Stream.ofNullable(each.target()))
                .collect(Collectors.toUnmodifiableSet());
    }

    static RouteTable of(List<Read> users, ServiceId service, LocalProcess process) {
        List<Read> inOrder = new ArrayList<>(users);
        inOrder.sort(Comparator.comparingInt((Read each) -> -each.rule().priority())
                .thenComparing(each -> each.rule().id()));
        Map<String, String> leftOut = new LinkedHashMap<>();
        while (inOrder.size() > MAX_RULES) {
            Read last = inOrder.remove(inOrder.size() - 1);
            leftOut.put(last.rule().id(), "a service may have " + MAX_RULES + " route rules, and this one comes later");
        }
        leaveOutWhatTakesTooLong(inOrder, leftOut);
        List<Read> all = new ArrayList<>(inOrder);
        List<Read> builtIn =
                BuiltInRoutes.ALL.stream().map(each -> new Read(each, "")).toList();
        all.addAll(beforeBuiltIn(inOrder), builtIn);
        return new RouteTable(all, service, process, leftOut);
    }

    /** How many rules come before the built-in ones: up to the last that leads calls on, if none before it chooses instances. */
    private static int beforeBuiltIn(List<Read> users) {
        int before = 0;
        for (int i = 0; i < users.size(); i++) {
            RouteRule.Action action = users.get(i).rule().action();
            if (action instanceof RouteRule.Narrow) {
                break;
            }
            before = action instanceof RouteRule.Redirect ? i + 1 : before;
        }
        return before;
    }

    private static boolean isForCallsOf(LocalProcess process, RouteRule rule) {
        return rule.callers() == null || rule.callers().matches(process.application());
    }

    /** The services to which these rules may lead calls that the process makes for itself. */
    public Set<ServiceId> targets() {
        return targets;
    }

    /** Whose rules these are. */
    public ServiceId service() {
        return service;
    }

    private static void leaveOutWhatTakesTooLong(List<Read> inOrder, Map<String, String> leftOut) {
        int left = MAX_COMPARISONS;
        for (Iterator<Read> each = inOrder.iterator(); each.hasNext(); ) {
            RouteRule rule = each.next().rule();
            int comparisons = Condition.comparisons(rule.callers(), rule.when());
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

    /** Whether the same rules of the same versions say the same for the same process. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RouteTable that
                && said.equals(that.said)
                && service.equals(that.service)
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
