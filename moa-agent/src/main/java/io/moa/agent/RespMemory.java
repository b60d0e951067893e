package io.moa.agent;

import io.moa.client.stub.JsonCalls;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of the methods that are called over RESP, as lines that go to the process which takes this one's place. */
final class RespMemory {

    private RespMemory() {}

    /** A line for each method of which anything is known. */
    static List<String> lines(JsonCalls calls) {
        return calls.memory().stream().map(each -> line(each, each.gate())).toList();
    }

    /** The same without what their gates know, which changes until the last moment. */
    static List<String> linesAhead(JsonCalls calls) {
        return calls.memory().stream()
                .map(each -> line(each, new GateMemory(null, null)))
                .toList();
    }

    private static String line(JsonCalls.Memory known, GateMemory gate) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("service", known.service().toString());
        line.put("method", known.method().toString());
        if (known.said() != null) {
            line.put("policy", known.said().toPlain());
        }
        line.put("gate", gate.toPlain());
        return RuleText.writeLine(line);
    }

    /**
     * Takes what {@link #lines} gave in the process whose place this one takes.
     *
     * @return why lines could not be taken; their methods begin anew
     */
    static List<String> take(JsonCalls calls, List<String> lines) {
        List<String> failures = new ArrayList<>();
        for (String line : lines) {
            try {
                calls.remember(read(line));
            } catch (IllegalArgumentException | IllegalStateException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        return failures;
    }

    private static JsonCalls.Memory read(String line) {
        if (!(RuleText.read(line) instanceof Map<?, ?> said)
                || !(said.get("service") instanceof String service)
                || !(said.get("method") instanceof String method)
                || !(said.get("gate") instanceof Map<?, ?> gate)) {
            throw new IllegalArgumentException("A line of what is known of a method has service, method and gate");
        }
        return new JsonCalls.Memory(
                ServiceId.parse(service),
                MethodId.parse(method),
                said.get("policy") instanceof Map<?, ?> policy ? MethodPolicy.ofPlain(policy) : null,
                GateMemory.ofPlain(gate));
    }
}
