package io.moa.agent;

import io.moa.client.MoaClient;
import io.moa.client.explain.CallExplanation;
import io.moa.client.mesh.AgentView;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.protocol.serialize.RuleText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Answers what would become of a call that an agent was given, as a client answers it for its own. Safe for many threads. */
final class Explanations implements UnaryOperator<String> {

    private final MoaClient client;

    Explanations(MoaClient client) {
        this.client = client;
    }

    /**
     * Answers.
     *
     * @param question as {@link io.moa.mesh.MeshProtocol#EXPLAIN} describes it
     * @throws IllegalArgumentException if it has another form, or is no call that there can be; the message says so
     */
    @Override
    public String apply(String question) {
        if (!(RuleText.read(question) instanceof Map<?, ?> asked)
                || !(asked.get("service") instanceof String service)) {
            throw new IllegalArgumentException("Asked for is the explanation of a service, or of a call to it");
        }
        if (!(asked.get("method") instanceof String method)) {
            return new AgentView(client.explain(ServiceId.parse(service)), List.of()).write();
        }
        Map<String, String> facts = new LinkedHashMap<>();
        if (asked.get("facts") instanceof Map<?, ?> said) {
            said.forEach((name, value) -> facts.put(String.valueOf(name), String.valueOf(value)));
        }
        CallExplanation told = client.explain(ServiceId.parse(service), method, CallFacts.ofTexts(facts));
        return new AgentView(told.describe(), told.method().gates()).write();
    }
}
