package io.moa.mesh;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has to know of a process to serve its callers in its place. As text it is a line for the process, and one for each method. Immutable.
 *
 * @param instance its uuid
 * @param application whose process it is
 * @param at where it takes the calls that the agent passes on
 * @param secret what the agent says there to be let in; never shown
 * @param labels facts that rules may match
 * @param inFlight how many calls one service may have in flight
 * @param methods what it offers
 */
public record ServedProcess(
        String instance,
        String application,
        Address at,
        String secret,
        Map<String, String> labels,
        int inFlight,
        List<Method> methods) {

    /** So many methods a process offers at most. */
    public static final int MOST_METHODS = 20_000;

    /**
     * A method.
     *
     * @param serializers the numbers of those in which it is offered
     * @param names of its parameters; null if nobody knows
     * @param policy what is decided about it without live rules, as plain values
     */
    public record Method(
            ServiceId service,
            MethodId method,
            List<Integer> serializers,
            @Nullable List<String> names,
            Map<String, Object> policy) {
        public Method {
            serializers = List.copyOf(serializers);
            names = names == null ? null : List.copyOf(names);
        }
    }

    public ServedProcess {
        labels = Map.copyOf(labels);
        methods = List.copyOf(methods);
    }

    /** Each service with its methods, in the order in which they were said. */
    public Map<ServiceId, List<Method>> services() {
        return methods.stream()
                .collect(Collectors.groupingBy(Method::service, LinkedHashMap::new, Collectors.toList()));
    }

    /** As it is sent. */
    public String text() {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("instance", instance);
        head.put("application", application);
        head.put("at", at.toString());
        head.put("secret", secret);
        head.put("labels", labels);
        head.put("inFlight", inFlight);
        StringBuilder text = new StringBuilder(RuleText.writeLine(head));
        for (Method each : methods) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("service", each.service().toString());
            line.put("method", each.method().toString());
            line.put("serializers", each.serializers());
            if (each.names() != null) {
                line.put("names", each.names());
            }
            line.put("policy", each.policy());
            text.append('\n').append(RuleText.writeLine(line));
        }
        return text.toString();
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException if it has another form; the message says where
     */
    public static ServedProcess parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || lines.size() > MOST_METHODS + 1) {
            throw new IllegalArgumentException("A process is described in a line for itself, and one for each of up to "
                    + MOST_METHODS + " methods, not in " + lines.size());
        }
        Map<?, ?> head = object(lines.get(0));
        Map<String, String> labels = new LinkedHashMap<>();
        if (head.get("labels") instanceof Map<?, ?> said) {
            said.forEach((name, value) -> labels.put(String.valueOf(name), String.valueOf(value)));
        }
        List<Method> methods = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            methods.add(method(object(line)));
        }
        return new ServedProcess(
                word(head, "instance"),
                word(head, "application"),
                Address.parse(word(head, "at")),
                word(head, "secret"),
                labels,
                number(head, "inFlight"),
                methods);
    }

    private static Method method(Map<?, ?> said) {
        if (!(said.get("serializers") instanceof List<?> numbers) || numbers.isEmpty()) {
            throw new IllegalArgumentException("serializers is a list of numbers");
        }
        List<Integer> serializers = new ArrayList<>();
        for (Object each : numbers) {
            serializers.add(number(Map.of("serializers", each), "serializers"));
        }
        Map<String, Object> policy = new LinkedHashMap<>();
        if (said.get("policy") instanceof Map<?, ?> plain) {
            plain.forEach((name, value) -> policy.put(String.valueOf(name), value));
        }
        List<String> names = said.get("names") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : null;
        return new Method(
                ServiceId.parse(word(said, "service")),
                MethodId.parse(word(said, "method")),
                serializers,
                names,
                policy);
    }

    private static Map<?, ?> object(String line) {
        if (RuleText.read(line) instanceof Map<?, ?> object) {
            return object;
        }
        throw new IllegalArgumentException("Each line is an object");
    }

    private static String word(Map<?, ?> said, String name) {
        if (said.get(name) instanceof String word && !word.isEmpty()) {
            return word;
        }
        throw new IllegalArgumentException(name + " is a text");
    }

    private static int number(Map<?, ?> said, String name) {
        if (said.get(name) instanceof Number number
                && number.doubleValue() == number.intValue()
                && number.intValue() > 0) {
            return number.intValue();
        }
        throw new IllegalArgumentException(name + " is a whole number above 0");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return application + "#" + instance.substring(0, Math.min(8, instance.length())) + " at " + at + ", "
                + methods.size() + " methods";
    }
}
