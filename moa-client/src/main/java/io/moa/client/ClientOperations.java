package io.moa.client;

import io.moa.discovery.ServiceId;
import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.sample.CallFacts;
import io.moa.operations.CallOrder;
import io.moa.operations.Operations;
import io.moa.operations.ProcessReport;
import io.moa.protocol.serialize.RuleSetText;
import io.moa.protocol.serialize.RuleText;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a client answers to an operator. Safe for many threads. */
final class ClientOperations implements Operations {

    private final MoaClient client;
    private final @Nullable ProcessCalls calls;

    ClientOperations(MoaClient client, @Nullable ProcessCalls calls) {
        this.client = client;
        this.calls = calls;
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
        return RuleSetText.write(client.book().toPlain());
    }

    @Override
    public ProcessReport top(int seconds, int most, CallOrder order) {
        if (calls == null) {
            throw new IllegalArgumentException("This process does not remember its calls. One that exports"
                    + " client.operations(calls), with a ProcessCalls that observes its clients and servers, does");
        }
        return calls.report(client.book(), seconds, most, order);
    }
}
