package io.moa.governance.rule;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.invoke.Invocation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the form of a rule means, as plainly and slowly as it can be said, for comparison. It shares nothing with the reader but the hash. */
public final class NaiveRules {

    private NaiveRules() {}

    /** What {@code $caller} and {@code $tag} stand for where they may. */
    public record Told(@Nullable String caller, @Nullable String tag) {
        static final Told NOTHING = new Told(null, null);
    }

    /** True, false, or null for not known. */
    public static @Nullable Boolean test(String rule, String use, Object plain, @Nullable String value, Told told) {
        if (plain instanceof List<?> any) {
            boolean unknown = false;
            for (Object each : any) {
                Boolean one = test(rule, use, each, value, told);
                if (Boolean.TRUE.equals(one)) {
                    return true;
                }
                unknown |= one == null;
            }
            return unknown ? null : false;
        }
        if (plain instanceof Map<?, ?> form) {
            if (form.containsKey("not")) {
                Boolean one = test(rule, use, form.get("not"), value, told);
                return one == null ? null : !one;
            }
            if (form.containsKey("present")) {
                return form.get("present").equals(value != null);
            }
            if (value == null) {
                return null;
            }
            if (form.containsKey("percent")) {
                long hundredths = new BigDecimal(form.get("percent").toString())
                        .movePointRight(2)
                        .longValueExact();
                return StableHash.place(StableHash.seed(rule, use), value, 10_000) < hundredths;
            }
            BigDecimal number = number(value);
            return number == null
                    ? null
                    : (!form.containsKey("from")
                                    || number.compareTo(new BigDecimal(
                                                    form.get("from").toString()))
                                            >= 0)
                            && (!form.containsKey("to")
                                    || number.compareTo(new BigDecimal(
                                                    form.get("to").toString()))
                                            <= 0);
        }
        if (plain.equals("*")) {
            return value != null;
        }
        Object meant = use.equals("where") && plain.equals("$caller")
                ? told.caller()
                : use.equals("where") && plain.equals("$tag") ? told.tag() : plain;
        if (value == null || meant == null) {
            return null;
        }
        if (meant instanceof Number) {
            BigDecimal number = number(value);
            return number == null ? null : number.compareTo(new BigDecimal(meant.toString())) == 0;
        }
        if (meant instanceof String text && text.contains("*") && meant == plain) {
            return value.matches(Pattern.quote(text).replace("*", "\\E.*\\Q"));
        }
        return value.equals(meant.toString());
    }

    private static @Nullable BigDecimal number(String text) {
        return text.matches("[+-]?[0-9]+(\\.[0-9]+)?") ? new BigDecimal(text) : null;
    }

    /** The value of a fact of a call. */
    public static @Nullable String fact(String name, Invocation call) {
        if (name.startsWith("key.")) {
            return call.callKeys().get(name.substring(4));
        }
        if (name.startsWith("attachment.")) {
            return call.baggage().attachments().get(name.substring(11));
        }
        return switch (name) {
            case "method" -> call.method().name();
            case "caller" ->
                call.caller().application().isEmpty() ? null : call.caller().application();
            case "tag" -> call.baggage().tag();
            case "load-test" -> "" + call.baggage().loadTest();
            default ->
                call.baggage().criticality().name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
    }

    /** The value of a trait of an instance. */
    public static @Nullable String trait(String name, Instance instance) {
        return switch (name) {
            case "application" -> instance.application();
            case "uuid" -> instance.uuid();
            case "host" -> ((Address.Tcp) instance.addresses().get(0)).host();
            default -> instance.labels().get(name.substring(6));
        };
    }

    /** Whether a route rule matches a call. */
    public static boolean matches(String id, Map<String, Object> rule, Invocation call) {
        Object callers = rule.get("callers");
        if (callers != null && !Boolean.TRUE.equals(test(id, "when", callers, fact("caller", call), Told.NOTHING))) {
            return false;
        }
        Map<?, ?> when = (Map<?, ?>) rule.getOrDefault("when", Map.of());
        for (Map.Entry<?, ?> each : when.entrySet()) {
            String value = fact((String) each.getKey(), call);
            if (!Boolean.TRUE.equals(test(id, "when", each.getValue(), value, Told.NOTHING))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a destination names an instance. */
    public static boolean names(
            String id, Map<?, ?> where, Instance instance, LocalProcess process, @Nullable String tag) {
        for (Map.Entry<?, ?> each : where.entrySet()) {
            String trait = (String) each.getKey();
            String label = trait.startsWith("label.") ? trait.substring(6) : "";
            Told told = new Told(process.labels().get(label), tag);
            if (!Boolean.TRUE.equals(test(id, "where", each.getValue(), trait(trait, instance), told))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a destination says what it wants at all: each variable in it has a value. */
    public static boolean isSaid(Map<?, ?> where, LocalProcess process, @Nullable String tag) {
        return where.entrySet().stream().allMatch(each -> {
            String text = each.getValue().toString();
            String trait = (String) each.getKey();
            return (!text.contains("$caller") || process.labels().containsKey(trait.substring(trait.indexOf('.') + 1)))
                    && (!text.contains("$tag") || tag != null);
        });
    }

    /** A value's place among some. */
    public static int place(String rule, String use, String value, int bound) {
        return StableHash.place(StableHash.seed(rule, use), value, bound);
    }
}
