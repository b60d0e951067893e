package io.moa.governance.rule;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Rules, calls and instances by chance, of few different words, so that they often meet. */
public final class RandomRules {

    public static final ServiceId SERVICE = ServiceId.of("shop.Stock");

    /** To one of these rules may lead calls; by the rules' form nobody can know which of them is there. */
    public static final List<ServiceId> TARGETS =
            List.of(ServiceId.parse("shop.Stock:2"), ServiceId.of("shop.Depot"), SERVICE);

    private static final List<String> WORDS =
            List.of("web", "web-1", "app-web", "gray", "eu", "7", "-3.5", "true", "x");
    private static final List<String> PATTERNS = List.of("*", "web*", "*1", "a*b", "-*", "*e*".substring(1), "w*b");
    private static final List<String> FACTS = List.of(
            "method", "caller", "tag", "load-test", "criticality", "key.customer", "key.order", "attachment.region");
    private static final List<String> TRAITS =
            List.of("label.tag", "label.zone", "label.load-test", "application", "uuid", "host");

    private final Random chance;

    public RandomRules(long seed) {
        this.chance = new Random(seed);
    }

    public <T> T one(List<T> of) {
        return of.get(chance.nextInt(of.size()));
    }

    public boolean percent(int hundred) {
        return chance.nextInt(100) < hundred;
    }

    public int number(int from, int to) {
        return from + chance.nextInt(to - from + 1);
    }

    public String word() {
        return one(WORDS);
    }

    /** Any form of a condition. */
    public Object matcher(int depth, boolean where, boolean label) {
        return switch (number(0, depth > 2 ? 6 : 9)) {
            case 0 -> one(PATTERNS);
            case 1 -> percent(50);
            case 2 -> percent(50) ? (Object) number(-5, 9) : number(-5, 9) + 0.5;
            case 3 -> range();
            case 4 -> Map.of("present", percent(50));
            case 5 -> Map.of("percent", percent(50) ? (Object) number(0, 100) : number(0, 99) + 0.25);
            case 6 -> where ? (label && percent(50) ? "$caller" : "$tag") : word();
            case 7 -> Map.of("not", withoutStar(matcher(depth + 1, where, label)));
            case 8 -> {
                List<Object> any = new ArrayList<>();
                for (int i = number(1, 4); i > 0; i--) {
                    any.add(percent(70) ? word() : matcher(depth + 1, where, label));
                }
                yield any;
            }
            default -> word();
        };
    }

    /** Nothing is other than "*", so that may not stand in "not". */
    private static Object withoutStar(Object matcher) {
        if (matcher instanceof List<?> any) {
            return any.stream().map(RandomRules::withoutStar).toList();
        }
        return matcher.equals("*") ? "c*" : matcher;
    }

    /** A condition on a fact that has one of few values. */
    private Object closed(List<Object> values) {
        return switch (number(0, 4)) {
            case 0 -> Map.of("not", withoutStar(one(values)));
            case 1 -> List.of(one(values), one(values));
            case 2 -> Map.of("percent", number(0, 100));
            default -> one(values);
        };
    }

    private Object range() {
        Map<String, Object> range = new LinkedHashMap<>();
        if (percent(70)) {
            range.put("from", number(-5, 5));
        }
        if (range.isEmpty() || percent(70)) {
            range.put("to", number(5, 9) + (percent(50) ? 0.25 : 0));
        }
        return range;
    }

    public Map<String, Object> when() {
        Map<String, Object> when = new LinkedHashMap<>();
        for (int i = number(0, 2); i > 0; i--) {
            String fact = one(FACTS);
            when.put(
                    fact,
                    switch (fact) {
                        case "load-test" -> closed(List.of(true, false, "true", "f*"));
                        case "method" -> closed(List.of("count", "c*", "*ve", "a", "*"));
                        case "criticality" -> closed(List.of("critical", "sheddable*", "*-plus", "*"));
                        default -> matcher(1, false, false);
                    });
        }
        return when;
    }

    public Map<String, Object> where() {
        Map<String, Object> where = new LinkedHashMap<>();
        for (int i = number(0, 2); i > 0; i--) {
            String trait = one(TRAITS);
            where.put(trait, matcher(1, true, trait.startsWith("label.")));
        }
        return where;
    }

    /** A route rule that can be read. */
    public Map<String, Object> route() {
        Map<String, Object> rule = common("route");
        if (percent(50)) {
            rule.put("priority", number(-3, 3));
        }
        rule.put("when", when());
        switch (number(0, 11)) {
            case 0 -> rule.put("deny", "not today");
            case 1 -> rule.put("answer", percent(50) ? Map.of("a", List.of(1, "b")) : "c");
            case 2 -> redirect(rule);
            default -> narrow(rule);
        }
        return rule;
    }

    private void narrow(Map<String, Object> rule) {
        List<Object> to = new ArrayList<>();
        for (int i = number(1, 3); i > 0; i--) {
            Map<String, Object> destination = new LinkedHashMap<>();
            destination.put("where", where());
            if (percent(50)) {
                destination.put("share", to.isEmpty() ? number(1, 5) : number(0, 5));
            }
            to.add(destination);
        }
        rule.put("to", to);
        choice(rule);
        if (percent(20)) {
            rule.put("mirror", Map.of("where", where(), "percent", number(0, 100)));
        }
    }

    private void redirect(Map<String, Object> rule) {
        Map<String, Object> redirect = new LinkedHashMap<>();
        boolean literal = rule.get("service").equals(SERVICE.toString());
        redirect.put("service", one(literal ? TARGETS.subList(0, 2) : TARGETS).toString());
        if (percent(50)) {
            redirect.put("percent", percent(50) ? (Object) number(0, 100) : number(0, 99) + 0.25);
        }
        rule.put("redirect", redirect);
        choice(rule);
    }

    private void choice(Map<String, Object> rule) {
        if (percent(30)) {
            rule.put("sticky", one(FACTS));
        }
        if (percent(30)) {
            rule.put("otherwise", percent(50) ? "pass" : "refuse");
        }
    }

    /** A policy rule that can be read. */
    public Map<String, Object> policy() {
        Map<String, Object> rule = common("policy");
        if (percent(50)) {
            rule.put("method", one(List.of("count", "reserve", "re*", "*")));
        }
        Map<String, Object> set = new LinkedHashMap<>();
        set.put("timeout", number(1, 9) + "s");
        if (percent(50)) {
            set.put("attempts", percent(50) ? (Object) number(1, 5) : (double) number(1, 5));
        }
        if (percent(50)) {
            set.put("call-keys", Map.of("customer", "0.id"));
        }
        rule.put("set", set);
        return rule;
    }

    private Map<String, Object> common(String kind) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("kind", kind);
        rule.put("service", one(List.of("shop.Stock", "shop.*", "*", "*.Stock")));
        if (percent(30)) {
            rule.put("callers", List.of(word(), one(PATTERNS)));
        }
        if (percent(20)) {
            Map<String, Object> rollout = new LinkedHashMap<>();
            rollout.put("percent", number(0, 100));
            rollout.put("labels", Map.of("zone", matcher(2, false, false)));
            rule.put("rollout", rollout);
        }
        if (percent(20)) {
            rule.put("enabled", percent(50));
        }
        if (percent(20)) {
            rule.put("note", "why");
        }
        return rule;
    }

    /** A call that says some things and leaves out others. */
    public Invocation call() {
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, String> attachments = new LinkedHashMap<>();
        for (String key : List.of("customer", "order")) {
            if (percent(60)) {
                keys.put(key, word());
            }
        }
        if (percent(60)) {
            attachments.put("region", word());
        }
        return call(one(List.of("count", "reserve")))
                .caller(percent(80) ? new Caller(word(), "") : Caller.UNKNOWN)
                .callKeys(keys)
                .baggage(new Baggage(
                        percent(60) ? word() : null,
                        percent(30),
                        null,
                        one(List.of(Criticality.values())),
                        attachments))
                .build();
    }

    public static Invocation.Builder call(String method) {
        return Invocation.of(SERVICE, MethodId.of(method), Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0));
    }

    public Instance instance(int number) {
        Instance.Builder instance = Instance.builder("i-" + number, word())
                .addresses(List.of(new Address.Tcp("10.0." + number(0, 2) + '.' + number, 9000)));
        for (String label : List.of("tag", "zone", "load-test")) {
            if (percent(50)) {
                instance.label(label, word());
            }
        }
        return instance.build();
    }

    public LocalProcess process() {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String label : List.of("zone", "tag", "unit")) {
            if (percent(50)) {
                labels.put(label, word());
            }
        }
        return new LocalProcess("p-" + number(0, 1_000), "web", labels);
    }
}
