package io.moa.server;

import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.rule.RuleBook;
import io.moa.operations.CallOrder;
import io.moa.operations.Operations;
import io.moa.operations.ProcessReport;
import io.moa.protocol.serialize.RuleSetText;
import java.util.Map;
import java.util.function.Supplier;

/** What a process answers to an operator that serves and has no client to ask. Safe for many threads. */
final class ServerOperations implements Operations {

    private final Supplier<RuleBook> book;
    private final ProcessCalls calls;

    ServerOperations(Supplier<RuleBook> book, ProcessCalls calls) {
        this.book = book;
        this.calls = calls;
    }

    @Override
    public String explain(String service, String method, Map<String, String> facts) {
        throw noClient("explained");
    }

    @Override
    public String dryRun(String rule, String json) {
        throw noClient("tried on a rule");
    }

    private static IllegalArgumentException noClient(String what) {
        return new IllegalArgumentException(
                "This process answers for its server alone, which makes no calls that could be " + what
                        + ". Ask a process that calls it, or export client.operations(calls) here if it has a client");
    }

    @Override
    public String rules() {
        return RuleSetText.write(book.get().toPlain());
    }

    @Override
    public ProcessReport top(int seconds, int most, CallOrder order) {
        return calls.report(book.get(), seconds, most, order);
    }
}
