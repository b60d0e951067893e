package io.moa.governance.rule;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.RuleSet;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodForm;
import io.moa.governance.policy.MethodPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All rules at one revision, as one process takes them: which can be read, which are in force here, and what follows for a service.
 *
 * <p><b>Bad rules.</b> A rule that cannot be read is kept out alone, with its reason; the others are in force. If the former book had a
 * good version of that very rule, it stays in force: a slip of an operator must not end a protection. A rule that is not there any more
 * is gone.
 *
 * <p>Nothing here is on the way of a call. Immutable, safe for many threads.
 */
public final class RuleBook {

    /** So many rules may be for one service, or for one pattern of services. */
    public static final int MAX_RULES_OF_A_SERVICE = 200;

    /**
     * A rule that could be read.
     *
     * @param rule what it says
     * @param version at which change it became so, for people: as the source's history calls it, or the revision at which this process read
     *     it in this form
     */
    record Read(Rule rule, String version) {}

    private final LocalProcess process;
    private final long revision;
    private final String version;
    private final Map<String, Read> good;
    private final Map<String, String> bad;
    private final List<Read> policies; // in force here, the most particular first
    private final List<RouteTable.Read> routes; // in force here
    private final List<FaultTable.Read> faults; // in force here, by id

    private RuleBook(
            LocalProcess process, long revision, String version, Map<String, Read> good, Map<String, String> bad) {
        this.process = process;
        this.revision = revision;
        this.version = version;
        this.good = new TreeMap<>(good);
        this.bad = new TreeMap<>(bad);
        this.policies = new ArrayList<>();
        this.routes = new ArrayList<>();
        this.faults = new ArrayList<>();
        for (Read each : this.good.values()) {
            if (each.rule().whyNot(process) != null) {
                continue;
            }
            if (each.rule() instanceof RouteRule route) {
                routes.add(new RouteTable.Read(route, each.version()));
            } else if (each.rule() instanceof FaultRule fault) {
                faults.add(new FaultTable.Read(fault, each.version()));
            } else {
                policies.add(each);
            }
        }
        // They come by id, and sorting keeps that order among equals.
        policies.sort(Comparator.comparingInt(each -> -((PolicyRule) each.rule()).particularity()));
    }

    /** The book of a process that has not heard of any rule: the built-in ones are in force. */
    public static RuleBook none(LocalProcess process) {
        return new RuleBook(process, 0, "revision 0", Map.of(), Map.of());
    }

    /**
     * The book that follows this one.
     *
     * @param atRevision the revision of these rules
     * @param plain all rules by their id, as plain values; an unreadable text may stand as null
     */
    public RuleBook next(long atRevision, Map<String, ? extends @Nullable Object> plain) {
        return next(new RuleSet(atRevision, Map.of(), Map.of()), plain, Map.of());
    }

    /**
     * As {@link #next(long, Map)}.
     *
     * @param told of which revision and which versions the rules are
     * @param unreadable rules that are no plain values at all, by their id, each with the reason
     */
    public RuleBook next(RuleSet told, Map<String, ? extends @Nullable Object> plain, Map<String, String> unreadable) {
        Map<String, Read> nextGood = new HashMap<>();
        Map<String, String> nextBad = new HashMap<>();
        Map<Matcher, Integer> counts = new HashMap<>();
        for (Map.Entry<String, ? extends @Nullable Object> each : new TreeMap<>(plain).entrySet()) {
            String id = each.getKey();
            Read before = good.get(id);
            try {
                Rule rule = RuleReader.read(id, each.getValue());
                if (counts.merge(rule.service(), 1, Integer::sum) > MAX_RULES_OF_A_SERVICE) {
                    nextBad.put(
                            id,
                            "there are " + MAX_RULES_OF_A_SERVICE + " rules for the service "
                                    + Words.plain(rule.service().toPlain()) + " before it, and no more are taken");
                    continue; // nor does a former version stay: every process is to have the same
                }
                nextGood.put(id, read(rule, before, told));
            } catch (IllegalArgumentException e) {
                String why = unreadable.getOrDefault(id, String.valueOf(e.getMessage()));
                if (before != null) {
                    nextGood.put(id, before);
                }
                nextBad.put(id, before == null ? why : why + " (what " + before.version() + " said stays in force)");
            }
        }
        return new RuleBook(process, told.revision(), versionOf(told), nextGood, nextBad);
    }

    private static Read read(Rule rule, @Nullable Read before, RuleSet told) {
        String known = told.versions().get(rule.id());
        if (known != null) {
            return new Read(rule, "version " + known);
        }
        if (before != null && before.rule().equals(rule)) {
            return before;
        }
        // The history holds only the latest changes: one that does not name it any more is older than what it knows.
        return new Read(rule, versionOf(told) + (told.version().isEmpty() ? "" : " or before"));
    }

    private static String versionOf(RuleSet told) {
        return told.version().isEmpty() ? "revision " + told.revision() : "version " + told.version();
    }

    /**
     * This book with another rule, or with another form of one that it has, as if that had been stored.
     *
     * @throws IllegalArgumentException if there are too many for its service
     */
    public RuleBook with(Rule rule) {
        Map<String, Read> more = new HashMap<>(good);
        more.put(rule.id(), new Read(rule, "as tried")); // it has no version, as it was never stored
        long same = more.values().stream()
                .filter(each -> each.rule().service().equals(rule.service()))
                .count();
        if (same > MAX_RULES_OF_A_SERVICE) {
            throw new IllegalArgumentException("There are " + MAX_RULES_OF_A_SERVICE + " rules for the service "
                    + Words.plain(rule.service().toPlain()) + ", and no more are taken");
        }
        return new RuleBook(process, revision, version, more, without(bad, rule.id()));
    }

    /** This book without a rule, as if that had been taken away. */
    public RuleBook without(String id) {
        return new RuleBook(process, revision, version, without(good, id), without(bad, id));
    }

    private static <T> Map<String, T> without(Map<String, T> all, String id) {
        Map<String, T> rest = new HashMap<>(all);
        rest.remove(id);
        return rest;
    }

    /** The revision of the rules; 0 before any were heard of. */
    public long revision() {
        return revision;
    }

    /** The same for people: as the source's history calls it, such as {@code version 1795355491621-0}, or {@code revision 17}. */
    public String version() {
        return version;
    }

    /** For which process it was made. */
    public LocalProcess process() {
        return process;
    }

    /** All rules that could be read, in the order of their ids, whether in force here or not. */
    public List<Rule> rules() {
        return good.values().stream().map(Read::rule).toList();
    }

    /** The form of each of these, under its id. */
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new TreeMap<>();
        rules().forEach(rule -> plain.put(rule.id(), rule.toPlain()));
        return plain;
    }

    /** Which rules could not be read, by id, each with the reason for people. */
    public Map<String, String> bad() {
        return Map.copyOf(bad);
    }

    /** How each rule stands in this process, by id, for people. */
    public Map<String, String> standings() {
        Map<String, String> standings = new TreeMap<>();
        good.forEach((id, read) -> {
            String whyNot = read.rule().whyNot(process);
            standings.put(id, whyNot == null ? "in force since " + read.version() : "not in force: " + whyNot);
        });
        bad.forEach((id, why) -> standings.merge(id, "not as stored: " + why, (stands, not) -> stands + "; " + not));
        return standings;
    }

    /** The route rules of a service that are in force here, with the built-in ones. */
    public RouteTable routes(ServiceId service) {
        return RouteTable.of(
                routes.stream().filter(each -> each.rule().isFor(service)).toList(), service, process);
    }

    /** The fault rules of a service that are in force here. They count from now on. */
    public FaultTable faults(ServiceId service) {
        return FaultTable.of(faults, service);
    }

    /** What holds for a method: {@link #applied} without the reasons. */
    public MethodPolicy apply(ServiceId service, String method, String callerApplication, MethodPolicy declared) {
        return applied(service, method, callerApplication, declared).policy();
    }

    /** {@link #applied(ServiceId, String, String, MethodPolicy, MethodForm)} of a method whose types are not known. */
    public AppliedPolicy applied(ServiceId service, String method, String callerApplication, MethodPolicy declared) {
        return applied(service, method, callerApplication, declared, MethodForm.UNKNOWN);
    }

    /**
     * What holds for a method. Of several rules that set the same value the most particular one wins: a method's name before a pattern
     * before none, a service's name before a pattern, named callers before none; of equals the one whose id comes first.
     *
     * <p>If the values that hold contradict one another or the form of the method, the least particular of the rules that they come from
     * is passed over for this method, with all that it says but its limits, and so on until they do not; {@link MethodRules} says which.
     *
     * @param method its name
     * @param callerApplication which application calls; empty if that is not known
     * @param declared what annotations, code and the release configuration say
     * @param form what the method's types make impossible
     */
    public AppliedPolicy applied(
            ServiceId service, String method, String callerApplication, MethodPolicy declared, MethodForm form) {
        return rulesFor(service, method, callerApplication, EnforcedAt.CALLER).over(declared, form);
    }

    /**
     * What a provider enforces of a method, whoever calls. No rule is passed over for what callers cannot do, such as hedging.
     *
     * @param declared what the provider's annotations, code and release configuration say
     */
    public AppliedPolicy appliedAtProvider(ServiceId service, String method, MethodPolicy declared) {
        return rulesFor(service, method, "", EnforcedAt.PROVIDER).over(declared, MethodForm.UNKNOWN);
    }

    private MethodRules rulesFor(ServiceId service, String method, String callerApplication, EnforcedAt side) {
        List<Read> forMethod = new ArrayList<>();
        for (Read each : policies) {
            if (each.rule().isFor(service) && ((PolicyRule) each.rule()).isFor(method, callerApplication)) {
                forMethod.add(each);
            }
        }
        return new MethodRules(service + " " + method, side, forMethod);
    }

    @Override
    public String toString() {
        return "RuleBook[" + version + ", " + policies.size() + " policies and " + routes.size() + " routes in force, "
                + (faults.isEmpty() ? "" : faults.size() + " that inject faults, ")
                + bad.size() + " unreadable]";
    }
}
