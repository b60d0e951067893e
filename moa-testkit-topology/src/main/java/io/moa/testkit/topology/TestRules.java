package io.moa.testkit.topology;

import io.moa.annotation.MoaService;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.DeclaredService;
import io.moa.governance.rule.RuleReader;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.memory.MemoryRuleStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The live rules of a test: what they do on purpose to the calls of its client. Whatever is said of a method holds for all methods of that name, and replaces
 * what was said of it in the same way before; any other rule can be {@linkplain #put put} as operators write it.
 *
 * <pre>{@code
 * moa.rules().fail(Stock.class, "take", Status.UNAVAILABLE);
 * moa.rules().delay(Stock.class, "left", Duration.ofMillis(200));
 * moa.rules().answer(Stock.class, "left", 7);
 * }</pre>
 *
 * <p>A rule holds for calls that begin after it was said, until it is taken back, or until the test has ended. Safe for many threads.
 */
public final class TestRules {

    private final MemoryRuleStore store;
    private final Set<Class<?>> services;
    private final Map<List<Object>, String> ids = new HashMap<>(); // of what was said of methods; guarded by this
    private final Map<String, String> rules = new LinkedHashMap<>(); // guarded by this

    TestRules(MemoryRuleStore store, Set<Class<?>> services) {
        this.store = store;
        this.services = Set.copyOf(services);
    }

    /**
     * Calls of a method fail, and nobody is called.
     *
     * @param status any but {@link Status#CANCELLED} and {@link Status#APPLICATION}
     * @throws IllegalArgumentException if the service is none of this test's, or no call fails with that status
     */
    public void fail(Class<?> service, String method, Status status) {
        say("fail", service, method, Map.of("kind", "fault", "fail", Map.of("status", status.name())));
    }

    /**
     * Calls of a method throw an exception, and nobody is called: one that the method declares and whose class has this {@code @ErrorCode}
     * itself, with the fields that its class adds empty; for any other code a {@link io.moa.invoke.RemoteApplicationException}.
     *
     * @param error 1 to 128 characters
     * @throws IllegalArgumentException if the service is none of this test's, or that is no code
     */
    public void fail(Class<?> service, String method, String error) {
        say("fail", service, method, Map.of("kind", "fault", "fail", Map.of("error", error)));
    }

    /**
     * Calls of a method are held back and then go on, or fail if that is said too.
     *
     * @param time 1 ms to 1 minute, in whole milliseconds
     * @throws IllegalArgumentException if the service is none of this test's, or the time is out of range
     */
    public void delay(Class<?> service, String method, Duration time) {
        if (time.toNanos() % 1_000_000 != 0) {
            throw new IllegalArgumentException("A delay is in whole milliseconds, not " + time);
        }
        // Before what fails calls, by its id: rules strike in the order of these.
        say("delay", service, method, Map.of("kind", "fault", "delay", time.toMillis() + "ms"));
    }

    /**
     * Calls of a method are answered, and nobody is called: also of a service that nobody serves.
     *
     * @param plain null, a text, a number, a boolean, a list or a map of such, as JSON would have the result; calls fail if the method
     *     cannot return it
     * @throws IllegalArgumentException if the service is none of this test's, or that is no plain value
     */
    public void answer(Class<?> service, String method, @Nullable Object plain) {
        Map<String, @Nullable Object> rule = new HashMap<>();
        rule.put("kind", "route");
        rule.put("answer", plain);
        say("answer", service, method, rule);
    }

    private synchronized void say(
            String what, Class<?> type, String method, Map<String, ? extends @Nullable Object> says) {
        Map<String, @Nullable Object> rule = new LinkedHashMap<>(says);
        rule.put("service", serviceOf(type).toString());
        rule.put("when", Map.of("method", method));
        List<Object> said = List.of(what, type, method);
        String id = ids.getOrDefault(said, what + "-" + (ids.size() + 1));
        check(id, rule);
        ids.put(said, id);
        rules.put(id, RuleText.write(rule));
        tell();
    }

    private ServiceId serviceOf(Class<?> type) {
        MoaService said = type.getAnnotation(MoaService.class);
        if (said == null || !services.contains(type)) {
            throw new IllegalArgumentException(type.getName() + " is no service of this test; those are "
                    + services.stream().map(Class::getName).sorted().toList()
                    + ". Export or mock it on the builder of MoaExtension.");
        }
        return DeclaredService.of(type, said, said.group(), said.version());
    }

    /**
     * Sets or replaces a rule, of whatever kind.
     *
     * @param id what it is called
     * @param json its form, as {@code docs/rules.md} says
     * @throws IllegalArgumentException if it is none, with all that is wrong with it
     */
    public synchronized void put(String id, String json) {
        check(id, RuleText.read(json));
        rules.put(id, json);
        tell();
    }

    private static void check(String id, @Nullable Object plain) {
        List<String> wrong = RuleReader.faults(id, plain);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("This is no rule: " + String.join("; ", wrong));
        }
    }

    /** Takes a rule back that was {@linkplain #put put}; no harm if there is none. */
    public synchronized void remove(String id) {
        rules.remove(id);
        tell();
    }

    /** Takes all of them back. */
    public synchronized void clear() {
        rules.clear();
        tell();
    }

    /** The client knows it when this returns: a store in memory tells on the thread that changes it. */
    private void tell() {
        store.replace(Map.copyOf(rules), Map.of());
    }

    @Override
    public synchronized String toString() {
        return "TestRules" + rules;
    }
}
