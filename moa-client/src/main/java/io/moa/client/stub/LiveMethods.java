package io.moa.client.stub;

import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.RuleBook;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The methods of a client's stubs, whose policies follow the live rules for as long as the stubs live. Safe for many threads; nothing here
 * is on the way of a call.
 */
public final class LiveMethods {

    private static final Logger LOG = LoggerFactory.getLogger(LiveMethods.class);

    private final String application;
    private final Set<StubMethod> methods = Collections.newSetFromMap(new WeakHashMap<>()); // guarded by this
    private RuleBook book; // guarded by this

    /**
     * None yet.
     *
     * @param application the calling application, which rules may name
     */
    public LiveMethods(String application, RuleBook book) {
        this.application = application;
        this.book = book;
    }

    /** The rules in force. */
    public synchronized RuleBook book() {
        return book;
    }

    /** A method of a stub that is just made. */
    synchronized void add(StubMethod method) {
        methods.add(method);
        govern(method);
    }

    /** Other rules are in force, for calls that begin from now on. */
    public synchronized void rules(RuleBook next) {
        book = next;
        List.copyOf(methods).forEach(this::govern);
    }

    private void govern(StubMethod method) {
        AppliedPolicy applied = book.applied(method.service(), method.method().name(), application, method.declared());
        try {
            method.govern(applied.policy());
        } catch (IllegalArgumentException cannot) { // such as a call key that leads nowhere
            LOG.warn(
                    "{} {} keeps its policy; that of revision {} cannot be used: {}",
                    method.service(),
                    method.method(),
                    book.revision(),
                    cannot.getMessage());
        }
        applied.passedOver().forEach(why -> LOG.warn("{}", why));
    }
}
