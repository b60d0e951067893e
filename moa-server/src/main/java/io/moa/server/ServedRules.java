package io.moa.server;

import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.RuleBook;
import io.moa.server.dispatch.ExportedMethod;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts live rules in force for the methods that a server offers: what is enforced at the provider. */
final class ServedRules implements Consumer<RuleBook> {

    private static final Logger LOG = LoggerFactory.getLogger(ServedRules.class);

    private final String server;
    private final List<ExportedMethod> methods;
    private Set<String> told =
            Set.of(); // what is wrong, so that it is told once; the feed tells one book after the other

    ServedRules(String server, List<ExportedMethod> methods) {
        this.server = server;
        this.methods = List.copyOf(methods);
    }

    @Override
    public void accept(RuleBook book) {
        Set<String> wrong = new LinkedHashSet<>();
        book.bad().forEach((id, why) -> wrong.add("rule " + id + " is not taken as it is stored: " + why));
        for (ExportedMethod method : methods) {
            // Whose call it will be is not known here; rules for some callers are for those who call.
            AppliedPolicy applied =
                    book.appliedAtProvider(method.service(), method.method().name(), method.declared());
            wrong.addAll(applied.reasons());
            if (!applied.equals(method.applied())) {
                method.govern(applied);
                LOG.info("{}: {} goes by the rules of {}", server, method, book.version());
            }
        }
        for (String each : wrong) {
            if (!told.contains(each)) {
                LOG.warn("{}: {}", server, each);
            }
        }
        told = wrong;
    }
}
