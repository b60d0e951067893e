package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What rules may ask of a call, beside its service and method. Immutable.
 *
 * @param caller the calling application; empty for that of the client which is asked
 * @param tag its lane; empty for that of the method's policy
 * @param loadTest whether it is load-test traffic
 * @param criticality how much a refusal hurts; null for that of the method's policy
 * @param callKeys values out of its arguments
 * @param attachments texts that travel with it
 */
public record CallFacts(
        String caller,
        String tag,
        boolean loadTest,
        @Nullable Criticality criticality,
        Map<String, String> callKeys,
        Map<String, String> attachments) {

    /** A call of which nothing is said. */
    public static final CallFacts NONE = new CallFacts("", "", false, null, Map.of(), Map.of());

    private static final String KEY = "key.";
    private static final String ATTACHMENT = "attachment.";
    private static final List<String> NAMES =
            List.of("caller", "tag", "load-test", "criticality", KEY + "<name>", ATTACHMENT + "<name>");

    public CallFacts {
        callKeys = Map.copyOf(callKeys);
        attachments = Map.copyOf(attachments);
    }

    /** The facts of a call that was made. */
    public static CallFacts of(Invocation call) {
        String tag = call.baggage().tag();
        return new CallFacts(
                call.caller().application(),
                tag == null ? "" : tag,
                call.baggage().loadTest(),
                call.baggage().criticality(),
                call.callKeys(),
                call.baggage().attachments());
    }

    /**
     * A call with these facts, to be asked about and not to be sent: it has no arguments.
     *
     * @param instance the calling process
     * @param attributes what other stages know of it, such as its policy
     * @throws IllegalArgumentException if no call can have so much text
     */
    public Invocation toCall(
            ServiceId service, MethodId method, String instance, Attributes attributes, long nowNanos) {
        return Invocation.of(service, method, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, nowNanos))
                .caller(new Caller(caller, instance))
                .baggage(new Baggage(
                        tag.isEmpty() ? null : tag,
                        loadTest,
                        null,
                        criticality == null ? Criticality.CRITICAL : criticality,
                        attachments))
                .callKeys(callKeys)
                .attributes(attributes)
                .build();
    }

    /**
     * Facts by the names that they have in rules, such as {@code key.customer}.
     *
     * @throws IllegalArgumentException if there is no such fact, or it has another value than it can have; the message says what can be
     */
    public static CallFacts ofTexts(Map<String, String> texts) {
        String caller = "";
        String tag = "";
        boolean loadTest = false;
        Criticality criticality = null;
        Map<String, String> callKeys = new LinkedHashMap<>();
        Map<String, String> attachments = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : texts.entrySet()) {
            String name = each.getKey();
            String value = each.getValue();
            switch (name) {
                case "caller" -> caller = value;
                case "tag" -> tag = value;
                case "load-test" -> loadTest = flag(value);
                case "criticality" -> criticality = criticality(value);
                default -> {
                    if (name.startsWith(KEY) && name.length() > KEY.length()) {
                        callKeys.put(name.substring(KEY.length()), value);
                    } else if (name.startsWith(ATTACHMENT) && name.length() > ATTACHMENT.length()) {
                        attachments.put(name.substring(ATTACHMENT.length()), value);
                    } else {
                        throw new IllegalArgumentException("There is no fact of a call \"" + name
                                + "\"; expected one of " + String.join(", ", NAMES));
                    }
                }
            }
        }
        return new CallFacts(caller, tag, loadTest, criticality, callKeys, attachments);
    }

    private static boolean flag(String value) {
        if (value.equals("true") || value.equals("false")) {
            return value.equals("true");
        }
        throw new IllegalArgumentException("load-test is true or false, not \"" + value + "\"");
    }

    private static Criticality criticality(String value) {
        for (Criticality each : Criticality.values()) {
            if (named(each).equals(value)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "criticality is critical-plus, critical, sheddable-plus or sheddable, not \"" + value + "\"");
    }

    private static String named(Criticality criticality) {
        return criticality.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As {@link #ofTexts} reads it; what is not said is left out. */
    public Map<String, String> toTexts() {
        Map<String, String> texts = new TreeMap<>();
        if (!caller.isEmpty()) {
            texts.put("caller", caller);
        }
        if (!tag.isEmpty()) {
            texts.put("tag", tag);
        }
        if (loadTest) {
            texts.put("load-test", "true");
        }
        if (criticality != null) {
            texts.put("criticality", named(criticality));
        }
        callKeys.forEach((name, value) -> texts.put(KEY + name, value));
        attachments.forEach((name, value) -> texts.put(ATTACHMENT + name, value));
        return texts;
    }

    /** For people. */
    @Override
    public String toString() {
        return toTexts().toString();
    }
}
