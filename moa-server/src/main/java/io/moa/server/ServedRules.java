package io.moa.server;

import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.RuleBook;
import io.moa.server.dispatch.ExportedMethod;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts live rules in force for the methods that a server offers: what is enforced at the provider. */
final class ServedRules implements Consumer<RuleBook> {

    private static final Logger LOG = LoggerFactory.getLogger(ServedRules.class);

    private final String server;
    private final List<ExportedMethod> methods;

    ServedRules(String server, List<ExportedMethod> methods) {
        this.server = server;
        this.methods = List.copyOf(methods);
    }

    @Override
    public void accept(RuleBook book) {
        book.bad().forEach((id, why) -> LOG.warn("{}: rule {} is not taken as it is stored: {}", server, id, why));
        for (ExportedMethod method : methods) {
            // Whose call it will be is not known here; rules for some callers are for those who call.
            AppliedPolicy applied =
                    book.applied(method.service(), method.method().name(), "", method.declared());
            applied.passedOver().forEach(why -> LOG.warn("{}: {}", server, why));
            if (!applied.policy().equals(method.policy())) {
                method.govern(applied.policy());
                LOG.info("{}: {} goes by the rules of revision {}", server, method, book.revision());
            }
        }
    }
}
