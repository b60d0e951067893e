package io.moa.governance.rule;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyConflict;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicyType;
import io.moa.invoke.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes rules of plain values, as a JSON parser leaves them: maps, lists, texts, numbers, booleans and null. Whatever it is given, it
 * returns a rule or throws an {@link IllegalArgumentException} whose message says where the fault is and what was expected:
 *
 * <pre>{@code
 * when.key.customer.from: expected a number, not "x"
 * set: there is no policy "timout"; did you mean "timeout"?
 * }</pre>
 *
 * <p>Bounds: texts of 256 characters, lists of 1,000 values, 16 conditions, 16 destinations. How long the text of a rule may be is
 * checked by whoever parses it. Safe for many threads.
 */
public final class RuleReader {

    static final int MOST_CONDITIONS = 16;
    static final int MOST_DESTINATIONS = 16;
    private static final int MOST_PRIORITY = 10_000;
    private static final int MOST_SHARE = 10_000;
    private static final int MOST_ID_CHARS = 100;
    private static final int MOST_ERROR_CHARS = 128;

    static final List<String> KINDS = List.of("policy", "route", "fault");
    static final List<String> POLICY =
            List.of("kind", "service", "method", "callers", "set", "rollout", "enabled", "note");
    static final List<String> ROUTE = List.of(
            "kind",
            "service",
            "priority",
            "callers",
            "when",
            "to",
            "sticky",
            "otherwise",
            "mirror",
            "redirect",
            "deny",
            "answer",
            "rollout",
            "enabled",
            "note");
    static final List<String> FAULT = List.of(
            "kind", "service", "callers", "when", "percent", "sticky", "delay", "fail", "rollout", "enabled", "note");
    static final List<String> FAIL = List.of("status", "error", "message");
    static final List<String> ACTIONS = List.of("to", "redirect", "deny", "answer");
    static final List<String> REDIRECT = List.of("service", "percent");
    private static final List<String> BESIDE_TO_AND_REDIRECT = List.of("sticky", "otherwise");
    static final List<String> DESTINATION = List.of("where", "share");
    static final List<String> MIRROR = List.of("where", "percent");
    static final List<String> ROLLOUT = List.of("percent", "labels");
    private static final List<String> FACTS =
            List.of("method", "caller", "tag", "load-test", "criticality", "key.<name>", "attachment.<name>");
    private static final List<String> TRAITS = List.of("label.<name>", "application", "uuid", "host");

    /** The policies that a rule may set. */
    static final List<String> LIVE = PolicyKey.all().stream()
            .filter(PolicyKey::isLive)
            .<String>map(PolicyKey::name)
            .toList();

    private final String id;
    private final Fields rule;

    RuleReader(String id, Fields rule) {
        this.id = id;
        this.rule = rule;
    }

    /**
     * Reads a rule.
     *
     * @param id the key under which it is stored: 1 to 100 lower-case letters, digits, '.', '_' and '-', of which the first is a letter
     *     or a digit
     * @param plain its form
     * @throws IllegalArgumentException if it is none, saying where and why not
     */
    public static Rule read(String id, @Nullable Object plain) {
        checkId(id);
        return readAny(id, plain);
    }

    /**
     * All that is wrong with a rule, each thing said as {@link #read} would say it if it were the only one; empty if the rule can be
     * read. For people who correct it, and have it read again.
     */
    public static List<String> faults(String id, @Nullable Object plain) {
        return RuleFaults.of(id, plain);
    }

    /** As {@link #read}, also for ids of built-in rules. */
    static Rule readAny(String id, @Nullable Object plain) {
        Fields rule = Fields.of("", plain);
        String kind = rule.text("kind", 1);
        return switch (kind) {
            case "policy" -> new RuleReader(id, rule.only(POLICY)).policy();
            case "route" -> new RuleReader(id, rule.only(ROUTE)).route();
            case "fault" -> new RuleReader(id, rule.only(FAULT)).fault();
            default -> throw Fields.unknown("kind", kind, "kind", KINDS);
        };
    }

    static void checkId(String id) {
        boolean possible = !id.isEmpty() && id.length() <= MOST_ID_CHARS;
        for (int i = 0; possible && i < id.length(); i++) {
            char c = id.charAt(i);
            possible = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (i > 0 && ".-_".indexOf(c) >= 0);
        }
        if (!possible) {
            throw new IllegalArgumentException("The id of a rule has 1 to " + MOST_ID_CHARS
                    + " lower-case letters, digits, '.', '_' and '-', of which the first is a letter or a digit; it is not "
                    + Words.quoted(id));
        }
        if (id.startsWith(BuiltInRoutes.PREFIX)) {
            throw new IllegalArgumentException("The id of a rule may not begin with " + BuiltInRoutes.PREFIX
                    + ", as those of the built-in rules do: " + Words.quoted(id));
        }
    }

    private PolicyRule policy() {
        PolicyRule read = new PolicyRule(id, service(), method(), callers(), set(), rollout(), enabled(), note());
        sides();
        together();
        return read;
    }

    /**
     * Checks that the values can be together, or the rule would be passed over for every method. One that has no effect beside another one
     * is none of an operator's mistakes: who sets a limit to 0 for a while need not take its burst away.
     */
    void together() {
        MethodPolicy policy = MethodPolicy.DEFAULT;
        Map<PolicyKey<?>, Object> said = set();
        for (Map.Entry<PolicyKey<?>, Object> each : said.entrySet()) {
            policy = policy.withPlain(each.getKey(), each.getValue(), Origin.LIVE_RULE, id);
        }
        for (PolicyConflict each : policy.conflicts()) {
            if (said.keySet().containsAll(each.keys())) {
                throw Fields.wrong("set", each.toString());
            }
        }
    }

    /** Checks that a rule for some callers sets nothing that a provider would have to enforce: it would never be. */
    void sides() {
        if (!rule.has("callers")) {
            return;
        }
        Fields set = rule.inner("set");
        for (String name : set.names(LIVE.size())) {
            PolicyKey<?> key = PolicyKey.named(name);
            PolicyKey<EnforcedAt> at = key == null ? null : key.sideSaidBy();
            if (at != null && at != key && !"caller".equals(set.get(at.name()))) {
                throw Fields.wrong(
                        set.at(name),
                        "a provider goes by no rule with \"callers\", as it does not ask who calls; expected \""
                                + at.name()
                                + "\": \"caller\" beside it, so that each of the callers counts its own calls, or no \"callers\"");
            }
        }
    }

    private RouteRule route() {
        return new RouteRule(id, service(), priority(), callers(), when(), rollout(), enabled(), note(), action());
    }

    private FaultRule fault() {
        FaultRule read = new FaultRule(
                id,
                service(),
                callers(),
                when(),
                percent(rule),
                sticky(),
                delay(),
                fail(),
                rollout(),
                enabled(),
                note());
        something();
        return read;
    }

    /** Checks that a fault rule does something at all. */
    void something() {
        if (!rule.has("delay") && !rule.has("fail")) {
            throw new IllegalArgumentException("expected a \"delay\", a \"fail\" or both in a fault rule, not neither");
        }
    }

    Duration delay() {
        return rule.has("delay") ? timed("delay", FaultRule.DELAY, rule.get("delay")) : Duration.ZERO;
    }

    FaultRule.@Nullable Failure fail() {
        if (!rule.has("fail")) {
            return null;
        }
        Fields fail = rule.inner("fail").only(FAIL);
        if (fail.has("status") == fail.has("error")) {
            throw Fields.wrong(
                    "fail",
                    "expected either a \"status\", such as UNAVAILABLE, or an \"error\", the @ErrorCode of an exception");
        }
        String message = fail.has("message") ? fail.prose("message", 0) : "";
        if (fail.has("status")) {
            return new FaultRule.Failure(status(fail), null, message);
        }
        String error = fail.text("error", 1);
        if (error.length() > MOST_ERROR_CHARS) {
            throw Fields.wrong(
                    fail.at("error"),
                    "expected an @ErrorCode of up to " + MOST_ERROR_CHARS + " characters, not " + Words.quoted(error));
        }
        return new FaultRule.Failure(Status.APPLICATION, error, message);
    }

    /** Not what the caller itself says, by withdrawing a call, nor what needs to say more. */
    private static Status status(Fields fail) {
        String name = fail.text("status", 1);
        for (Status each : Status.values()) {
            if (each.name().equals(name) && each != Status.CANCELLED && each != Status.APPLICATION) {
                return each;
            }
        }
        if (name.equals(Status.APPLICATION.name())) {
            throw Fields.wrong(
                    fail.at("status"), "expected an \"error\" in its place, the @ErrorCode of what the service throws");
        }
        throw Fields.unknown(
                fail.at("status"),
                name,
                "status of failed calls",
                Arrays.stream(Status.values())
                        .filter(each -> each != Status.CANCELLED && each != Status.APPLICATION)
                        .map(Status::name)
                        .toList());
    }

    private static <T> T timed(String path, PolicyType<T> type, @Nullable Object plain) {
        // The table says what came in its messages, so nothing may reach it that is large or of any depth.
        Object bounded = plain instanceof Number ? Fields.number(path, plain).toPlain() : Fields.text(path, plain, 1);
        try {
            return type.read(bounded);
        } catch (IllegalArgumentException e) {
            throw Fields.wrong(path, String.valueOf(e.getMessage()));
        }
    }

    Matcher service() {
        String text = rule.text("service", 1);
        Matcher pattern = MatcherReader.pattern("service", text);
        String one = text.replace('*', 'x'); // if it names any service, it names one that has an x there
        try {
            if (ServiceId.parse(one).toString().equals(one)) {
                return pattern;
            }
        } catch (IllegalArgumentException noService) {
            // told below, with the form
        }
        throw Fields.wrong(
                "service",
                "no service is called so: expected [group/]name[:version] without blanks, whole or with one '*', such as"
                        + " shop.Stock, shop.* or web/shop.Stock:2, not " + Words.quoted(text));
    }

    @Nullable
    Matcher method() {
        if (!rule.has("method")) {
            return null;
        }
        String text = rule.text("method", 1);
        checkMethod("method", text);
        return MatcherReader.pattern("method", text);
    }

    private static void checkMethods(String path, @Nullable Object plain) {
        if (plain instanceof String text) {
            checkMethod(path, text);
        } else if (plain instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                checkMethods(path + '[' + i + ']', list.get(i));
            }
        } else if (plain instanceof Map<?, ?> form && form.containsKey("not")) {
            checkMethods(path + ".not", form.get("not"));
        } else if (plain instanceof Map<?, ?> form ? form.containsKey("from") || form.containsKey("to") : true) {
            throw Fields.wrong(path, "expected a method's name, not " + Words.of(plain));
        }
    }

    private static void checkMethod(String path, String text) {
        if (text.chars().anyMatch(c -> c == '(' || c == ')' || c == ',' || c == ' ')) {
            int open = text.indexOf('(');
            throw Fields.wrong(
                    path,
                    "expected a method's name without its parameter types"
                            + (open > 0 ? ", " + Words.quoted(text.substring(0, open)) : "") + ", not "
                            + Words.quoted(text));
        }
    }

    int priority() {
        return rule.whole("priority", -MOST_PRIORITY, MOST_PRIORITY, 0);
    }

    boolean enabled() {
        return rule.flag("enabled", true);
    }

    String note() {
        return rule.has("note") ? rule.prose("note", 0) : "";
    }

    @Nullable
    Matcher callers() {
        if (!rule.has("callers")) {
            return null;
        }
        if (!(rule.get("callers") instanceof List<?> names)) {
            throw Fields.wrong("callers", "expected a list of applications, not " + Words.of(rule.get("callers")));
        }
        for (int i = 0; i < Math.min(names.size(), MatcherReader.MOST_IN_A_LIST); i++) {
            Fields.text("callers[" + i + ']', names.get(i), 1);
        }
        return matchers("when", MatcherReader.Variables.NONE).read("callers", names);
    }

    private MatcherReader matchers(String use, MatcherReader.Variables variables) {
        return new MatcherReader(id, use, variables);
    }

    private Map<PolicyKey<?>, Object> set() {
        Fields set = rule.inner("set");
        Map<PolicyKey<?>, Object> values = new LinkedHashMap<>();
        for (String name : set.names(LIVE.size())) {
            PolicyKey<?> key = key(set, name);
            values.put(key, value(set.at(name), key, set.get(name)));
        }
        if (values.isEmpty()) {
            throw Fields.wrong("set", "expected at least one policy, such as {\"timeout\": \"300ms\"}");
        }
        return values;
    }

    private static PolicyKey<?> key(Fields set, String name) {
        PolicyKey<?> key = PolicyKey.named(name);
        if (key == null) {
            throw Fields.unknown("set", name, "policy", LIVE);
        }
        if (!key.isLive()) {
            throw Fields.wrong(set.at(name), "no rule can change it; it is settled when a stub or an export is made");
        }
        return key;
    }

    /** Checks one value of a policy rule. */
    static void checkValue(Fields set, String name) {
        PolicyKey<?> key = key(set, name);
        Object unused = value(set.at(name), key, set.get(name)); // it is only asked whether it can be read
    }

    private static <T> Object value(String path, PolicyKey<T> key, @Nullable Object plain) {
        // The table says what came in its messages, so nothing may reach it that is large or of any depth.
        Object bounded = plain;
        if (plain instanceof String) {
            Fields.text(path, plain, 0);
        } else if (plain instanceof Map<?, ?>) {
            Fields paths = Fields.of(path, plain);
            for (String name : paths.names(MOST_CONDITIONS)) {
                Fields.text(paths.at(name), paths.get(name), 0);
            }
        } else if (plain instanceof List<?> list && key.defaultValue() instanceof List) {
            for (int i = 0; i < Math.min(list.size(), MatcherReader.MOST_IN_A_LIST); i++) {
                Fields.text(path + '[' + i + ']', list.get(i), 0);
            }
        } else if (plain instanceof Number) {
            Decimal number = Fields.number(path, plain);
            bounded = number.toPlain(); // some parsers make a 2.0 of every 2
        } else if (!(plain instanceof Boolean)) {
            throw Fields.wrong(path, "expected " + key.type().range() + ", not " + Words.of(plain));
        }
        try {
            return key.type().plain(key.type().read(Objects.requireNonNull(bounded)));
        } catch (IllegalArgumentException e) {
            throw Fields.wrong(path, String.valueOf(e.getMessage()));
        }
    }

    Rollout rollout() {
        if (!rule.has("rollout")) {
            return Rollout.EVERYWHERE;
        }
        Fields rollout = rule.inner("rollout").only(ROLLOUT);
        Map<String, Matcher> labels = new LinkedHashMap<>();
        if (rollout.has("labels")) {
            Fields asked = rollout.inner("labels");
            MatcherReader matchers = matchers("rollout", MatcherReader.Variables.NONE);
            for (String name : asked.names(MOST_CONDITIONS)) {
                labels.put(name, matchers.read(asked.at(name), asked.get(name)));
            }
        }
        return new Rollout(rollout.has("percent") ? rollout.percent("percent") : Percent.ALL, labels);
    }

    private List<Condition> when() {
        if (!rule.has("when")) {
            return List.of();
        }
        Fields when = rule.inner("when");
        List<Condition> all = new ArrayList<>();
        for (String name : when.names(MOST_CONDITIONS)) {
            all.add(condition(when, name));
        }
        return all;
    }

    Condition condition(Fields when, String name) {
        Fact fact = Fact.of(name);
        if (fact == null) {
            throw Fields.unknown("when", name, "fact of a call", FACTS);
        }
        Matcher matcher = new MatcherReader(id, "when", MatcherReader.Variables.NONE, fact.possible())
                .read(when.at(name), when.get(name));
        if (fact.kind() == Fact.Kind.METHOD) {
            checkMethods(when.at(name), when.get(name)); // only now: they are not deep
        }
        return new Condition(fact, matcher);
    }

    RouteRule.Action action() {
        long actions = ACTIONS.stream().filter(rule::has).count();
        if (actions != 1) {
            throw new IllegalArgumentException(
                    "expected one of \"to\", \"redirect\", \"deny\" and \"answer\" in a route rule, not " + actions);
        }
        if (rule.has("to")) {
            return narrow();
        }
        checkNoMirror();
        if (rule.has("redirect")) {
            return redirect();
        }
        for (String name : BESIDE_TO_AND_REDIRECT) {
            if (rule.has(name)) {
                throw Fields.wrong(name, "stands only beside \"to\" or \"redirect\"");
            }
        }
        return rule.has("deny")
                ? new RouteRule.Deny(rule.prose("deny", 1))
                : new RouteRule.Answer(new AnswerReader().read("answer", rule.get("answer")));
    }

    void checkNoMirror() {
        if (rule.has("mirror")) {
            throw Fields.wrong("mirror", "stands only beside \"to\"");
        }
    }

    private RouteRule.Redirect redirect() {
        Fields redirect = rule.inner("redirect").only(REDIRECT);
        return new RouteRule.Redirect(target(redirect), percent(redirect), sticky(), refuse());
    }

    /** The service to which calls are led: one, and by its whole name, as it has to be followed before they come. */
    ServiceId target(Fields redirect) {
        String path = redirect.at("service");
        String text = redirect.text("service", 1);
        if (text.indexOf('*') >= 0) {
            throw Fields.wrong(
                    path, "expected one service, [group/]name[:version], not the pattern " + Words.quoted(text));
        }
        ServiceId target;
        try {
            target = ServiceId.parse(text);
        } catch (IllegalArgumentException e) {
            throw Fields.wrong(path, String.valueOf(e.getMessage()));
        }
        if (!target.toString().equals(text)) { // such as with a ':' that no version follows
            throw Fields.wrong(
                    path, "expected [group/]name[:version], perhaps \"" + target + "\", not " + Words.quoted(text));
        }
        if (text.equals(rule.get("service"))) {
            throw Fields.wrong(path, "the calls of " + text + " go there already; expected another service");
        }
        return target;
    }

    Percent percent(Fields of) {
        return of.has("percent") ? of.percent("percent") : Percent.ALL;
    }

    private RouteRule.Narrow narrow() {
        if (!(rule.get("to") instanceof List<?> to) || to.isEmpty() || to.size() > MOST_DESTINATIONS) {
            throw Fields.wrong(
                    "to",
                    "expected a list of 1 to " + MOST_DESTINATIONS + " destinations, not "
                            + (rule.get("to") instanceof List<?> list
                                    ? "one of " + list.size()
                                    : Words.of(rule.get("to"))));
        }
        List<RouteRule.Destination> destinations = new ArrayList<>();
        int shares = 0;
        for (Object each : to) {
            RouteRule.Destination destination = destination(destinations.size(), each);
            shares += destination.share();
            destinations.add(destination);
        }
        if (shares == 0) {
            throw Fields.wrong("to", "expected a share above 0 for one destination at least");
        }
        return new RouteRule.Narrow(destinations, sticky(), refuse(), mirror());
    }

    RouteRule.Destination destination(int place, @Nullable Object plain) {
        Fields fields = Fields.of("to[" + place + ']', plain).only(DESTINATION);
        int share = fields.whole("share", 0, MOST_SHARE, RouteRule.Destination.DEFAULT_SHARE);
        return new RouteRule.Destination(where(fields), share);
    }

    @Nullable
    Fact sticky() {
        if (!rule.has("sticky")) {
            return null;
        }
        String name = rule.text("sticky", 1);
        Fact fact = Fact.of(name);
        if (fact == null) {
            throw Fields.unknown("sticky", name, "fact of a call", FACTS);
        }
        return fact;
    }

    boolean refuse() {
        if (!rule.has("otherwise")) {
            return false;
        }
        String otherwise = rule.text("otherwise", 1);
        return switch (otherwise) {
            case "pass" -> false;
            case "refuse" -> true;
            default -> throw Fields.unknown("otherwise", otherwise, "such choice", List.of("pass", "refuse"));
        };
    }

    RouteRule.@Nullable Mirror mirror() {
        if (!rule.has("mirror")) {
            return null;
        }
        Fields mirror = rule.inner("mirror").only(MIRROR);
        if (!mirror.has("percent")) {
            throw Fields.wrong("mirror", "expected a \"percent\" of the calls that are copied");
        }
        return new RouteRule.Mirror(where(mirror), mirror.percent("percent"));
    }

    private Where where(Fields destination) {
        Fields where = destination.inner("where");
        Map<Trait, Matcher> asked = new LinkedHashMap<>();
        for (String name : where.names(MOST_CONDITIONS)) {
            Trait trait = Trait.of(name);
            if (trait == null) {
                throw Fields.unknown(where.path(), name, "trait of an instance", TRAITS);
            }
            MatcherReader matchers = matchers(
                    "where",
                    trait.kind() == Trait.Kind.LABEL
                            ? MatcherReader.Variables.TAG_AND_LABEL
                            : MatcherReader.Variables.TAG);
            asked.put(trait, matchers.read(where.at(name), where.get(name)));
        }
        return new Where(asked);
    }
}
