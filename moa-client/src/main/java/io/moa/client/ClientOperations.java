package io.moa.client;

import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleSetText;
import io.moa.protocol.serialize.RuleText;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What a client answers to an operator. Safe for many threads. */
final class ClientOperations implements Operations {

    private final MoaClient client;

    ClientOperations(MoaClient client) {
        this.client = client;
    }

    @Override
    public String explain(String service, String method, Map<String, String> facts) {
        return client.explain(ServiceId.parse(service), method, CallFacts.ofTexts(facts))
                .describe();
    }

    @Override
    public String dryRun(String rule, String json) {
        // The JSON null is no rule either, but must not pass for taking one away.
        Object plain = json.isEmpty() ? null : Objects.requireNonNullElse(RuleText.read(json), "null");
        return client.dryRun(rule, plain).describe();
    }

    @Override
    public String rules() {
        Map<String, Object> plain = new TreeMap<>();
        client.rules().forEach(rule -> plain.put(rule.id(), rule.toPlain()));
        return RuleSetText.write(plain);
    }
}
