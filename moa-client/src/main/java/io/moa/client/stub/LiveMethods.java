package io.moa.client.stub;

import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.policy.MethodForm;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.FaultTable;
import io.moa.governance.rule.PassedOver;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.MethodId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The methods of a client's stubs, whose policies follow the live rules for as long as the stubs live. Safe for many threads; nothing here
 * is on the way of a call.
 */
public final class LiveMethods {

    private static final Logger LOG = LoggerFactory.getLogger(LiveMethods.class);

    private final String application;
    private final Function<ServiceId, PolicySettings> release;
    private final Map<StubMethod, String> methods =
            new WeakHashMap<>(); // with the calling application; guarded by this
    private final Map<ServiceId, FaultTable> faults = new HashMap<>(); // guarded by this
    private RuleBook book; // guarded by this

    /**
     * None yet.
     *
     * @param application the calling application, which rules may name
     * @param release what the release configuration says of a service
     */
    public LiveMethods(String application, Function<ServiceId, PolicySettings> release, RuleBook book) {
        this.application = application;
        this.release = release;
        this.book = book;
    }

    /** The rules in force. */
    public synchronized RuleBook book() {
        return book;
    }

    /**
     * What is said of a method without live rules: by a stub of this client, if it has one.
     *
     * @param asked a name, or one with its parameter types
     * @throws IllegalArgumentException if it is no method's name
     */
    public synchronized DeclaredMethod declared(ServiceId service, String asked) {
        String text = asked.strip();
        String id = text.indexOf('(') < 0 ? text : MethodId.parse(text).toString();
        if (id.isEmpty()) {
            throw new IllegalArgumentException("Expected the name of a method, such as reserve");
        }
        List<StubMethod> stubs = stubs(service, id);
        if (stubs.isEmpty()) {
            return new DeclaredMethod(
                    id,
                    release.apply(service).over(MethodPolicy.DEFAULT, id),
                    MethodForm.UNKNOWN,
                    call -> List.of(),
                    "no stub of this process declares the method, so defaults and the release configuration stand below the rules",
                    null);
        }
        StubMethod first = stubs.get(0);
        long others = stubs.stream()
                .filter(each -> !each.method().equals(first.method())
                        || !each.declared().equals(first.declared()))
                .count();
        return new DeclaredMethod(
                first.method().toString(),
                first.declared(),
                first::conflicts,
                first::gates,
                "declared by a stub of this process"
                        + (others == 0 ? "" : "; it has " + others + " more of this name, which say otherwise"),
                first.announcement());
    }

    private synchronized List<StubMethod> stubs(ServiceId service, String id) {
        return methods.keySet().stream()
                .filter(each -> each.service().equals(service)
                        && (each.method().name().equals(id)
                                || each.method().toString().equals(id)))
                .sorted(Comparator.comparing(each -> each.method().toString()))
                .toList();
    }

    /**
     * Why the value of a rule is no result of a method, by the stubs of this client: of several that declare it, by any that cannot return
     * the value.
     *
     * @param method a name, or one with its parameter types
     * @param plain a plain value
     * @return for people; null if it fits, or no stub declares the method
     */
    public @Nullable String misfit(ServiceId service, String method, @Nullable Object plain) {
        for (StubMethod each : stubs(service, method)) { // not under the lock: a value may be large
            String misfit = each.misfit(plain);
            if (misfit != null) {
                return misfit;
            }
        }
        return null;
    }

    /** The gates of all methods of stubs that are still held. */
    synchronized Set<MethodGate> gates() {
        return methods.keySet().stream().map(StubMethod::gate).collect(Collectors.toSet());
    }

    /** A method of a stub that is just made. */
    synchronized void add(StubMethod method) {
        add(method, application);
    }

    /** A method that another application calls, which rules may name. */
    synchronized void add(StubMethod method, String caller) {
        methods.put(method, caller);
        govern(method, caller);
    }

    /** More is known of the form of a method: what rules say of it is looked at again. */
    synchronized void again(StubMethod method) {
        String caller = methods.get(method);
        if (caller != null) {
            govern(method, caller);
        }
    }

    /** Other rules are in force, for calls that begin from now on. What the same fault rules have struck counts on. */
    public synchronized void rules(RuleBook next) {
        book = next;
        faults.replaceAll((service, before) -> {
            FaultTable now = next.faults(service);
            return now.equals(before) ? before : now;
        });
        Map.copyOf(methods).forEach(this::govern);
    }

    /** What rules do on purpose to the calls of a service: of one that no stub calls, nothing was ever struck. */
    public synchronized FaultTable faults(ServiceId service) {
        FaultTable known = faults.get(service);
        return known == null ? book.faults(service) : known;
    }

    private void govern(StubMethod method, String caller) {
        AppliedPolicy applied =
                book.applied(method.service(), method.method().name(), caller, method.declared(), method::conflicts);
        List<PassedOver> told = method.governed().passedOver();
        method.govern(applied, faults.computeIfAbsent(method.service(), book::faults));
        applied.passedOver().stream().filter(each -> !told.contains(each)).forEach(each -> LOG.warn("{}", each));
    }
}
