package io.moa.agent;

import io.moa.client.stub.ForwardedCalls;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.policy.ImpossibleValue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Caller;
import io.moa.invoke.MethodId;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.frame.Target;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What processes have said of the methods that they call, by the names under which their calls speak of them. Safe for many threads.
 */
final class AnnouncedMethods {

    /** So many are kept; what is announced beyond them is refused, and its calls go directly. Far more than the processes of a host have. */
    static final int MOST = 200_000;

    private static final int MAX_ID_CHARS = 64;
    private static final int MOST_CANNOT = 64;
    private static final int MAX_SERIALIZER = 255;

    private record Known(long order, Caller caller, String text, Target target, ForwardedCalls.Method method) {
        Known saying(String more) {
            return new Known(order, caller, more, target, method);
        }
    }

    private volatile Set<String> toldAhead = Set.of(); // texts
    private final ForwardedCalls calls;
    private final int most;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong order = new AtomicLong();
    private final Announced announced;

    /** Is told of each method that is announced. */
    @FunctionalInterface
    interface Announced {
        void by(Caller caller, ServiceId service, MethodId method, MethodPolicy policy);
    }

    /** None yet. */
    AnnouncedMethods(ForwardedCalls calls, int most) {
        this(calls, most, (caller, service, method, policy) -> {});
    }

    /** None yet. */
    AnnouncedMethods(ForwardedCalls calls, int most, Announced announced) {
        this.calls = calls;
        this.most = most;
        this.announced = announced;
    }

    /** The method that a call names; null if nobody has announced it, or another one under this name: calls are governed as what they are. */
    ForwardedCalls.@Nullable Method named(Target target) {
        Known found = known.get(target.announcement());
        return found == null || !found.target().equals(target) ? null : found.method();
    }

    int size() {
        return count.get();
    }

    /**
     * Takes what a process says. The same once more changes nothing.
     *
     * @param caller the process
     * @param text as {@link io.moa.mesh.MeshProtocol#ANNOUNCE} describes it
     * @throws IllegalArgumentException if it has another form, or the name is somebody else's; the message says so
     * @throws IllegalStateException if there is no room, or the service cannot be followed; the message says so
     */
    void take(Caller caller, String text) {
        if (!(RuleText.read(text) instanceof Map<?, ?> said)) {
            throw new IllegalArgumentException("An announcement is an object");
        }
        String id = word(said, "id");
        if (id.isEmpty() || id.length() > MAX_ID_CHARS) {
            throw new IllegalArgumentException("The id of an announcement has 1 to " + MAX_ID_CHARS + " characters");
        }
        Known before = known.get(id);
        if (before != null) {
            if (!before.caller().instance().equals(caller.instance())) {
                throw new IllegalArgumentException("Another process has announced a method under this id");
            }
            if (before.text().equals(text)) {
                return;
            }
            if (!(RuleText.read(before.text()) instanceof Map<?, ?> saidBefore)
                    || !withoutCannot(said).equals(withoutCannot(saidBefore))) {
                throw new IllegalArgumentException("Another method was announced under this id before");
            }
            before.method().cannotHave(cannot(said));
            known.replace(id, before, before.saying(text));
            return;
        }
        checkLabels(said.get("labels"));
        List<ImpossibleValue> cannot = cannot(said);
        ServiceId service = ServiceId.parse(word(said, "service"));
        MethodId method = MethodId.parse(word(said, "method"));
        if (!(said.get("serializer") instanceof Number number)
                || number.doubleValue() != number.intValue()
                || number.intValue() < 0
                || number.intValue() > MAX_SERIALIZER) {
            throw new IllegalArgumentException("serializer is a number from 0 to " + MAX_SERIALIZER);
        }
        if (!(said.get("policy") instanceof Map<?, ?> plain)) {
            throw new IllegalArgumentException("policy is an object");
        }
        MethodPolicy policy = MethodPolicy.ofPlain(plain);
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            throw new IllegalStateException("This agent knows " + most + " methods, which is its limit");
        }
        boolean added = false;
        try {
            Known fresh = new Known(
                    order.incrementAndGet(),
                    caller,
                    text,
                    new Target(service, method, number.intValue(), id),
                    calls.announced(caller, service, method, number.intValue(), policy));
            added = known.putIfAbsent(id, fresh) == null; // or another thread was faster, with the same
            if (added) {
                if (!cannot.isEmpty()) {
                    fresh.method().cannotHave(cannot);
                }
                announced.by(caller, service, method, policy);
            }
        } finally {
            if (!added) {
                count.decrementAndGet();
            }
        }
    }

    /** Rules ask for labels of who calls, and would take the caller for what the agent is. */
    private void checkLabels(@Nullable Object labels) {
        Map<String, String> said = new TreeMap<>();
        if (labels instanceof Map<?, ?> plain) {
            plain.forEach((name, value) -> said.put(String.valueOf(name), String.valueOf(value)));
        } else if (labels != null) {
            throw new IllegalArgumentException("labels is an object");
        }
        Map<String, String> own = MeshProtocol.routing(calls.labels());
        if (!own.equals(MeshProtocol.routing(said))) {
            throw new IllegalArgumentException("This agent has the labels " + own + " and its caller has "
                    + MeshProtocol.routing(said)
                    + ", by which rules would route its calls otherwise than the caller's own; start the agent with --label and the labels of the processes"
                    + " that it is for");
        }
    }

    private static Map<?, ?> withoutCannot(Map<?, ?> said) {
        Map<?, ?> rest = new LinkedHashMap<>(said);
        rest.remove("cannot");
        return rest;
    }

    private static List<ImpossibleValue> cannot(Map<?, ?> said) {
        Object plain = said.get("cannot");
        if (plain == null) {
            return List.of();
        }
        if (!(plain instanceof List<?> each) || each.size() > MOST_CANNOT) {
            throw new IllegalArgumentException("cannot is a list of up to " + MOST_CANNOT + " values");
        }
        List<ImpossibleValue> values = new ArrayList<>();
        for (Object one : each) {
            ImpossibleValue value = ImpossibleValue.ofPlain(one == null ? Map.of() : one);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    private static String word(Map<?, ?> said, String name) {
        if (said.get(name) instanceof String word) {
            return word;
        }
        throw new IllegalArgumentException(name + " is a text");
    }

    /** All of it in its order, and what the gates of the methods know, for the process that takes this one's place: a line for each method. */
    List<String> lines() {
        return lines(Set.of(), true);
    }

    /**
     * The same without what the gates know, which changes until the last moment; what {@link #linesSince} says of it then is less.
     *
     * @return in the order in which they were announced
     */
    List<String> linesAhead() {
        Set<String> told = known.values().stream()
                .map(Known::text)
                .collect(Collectors.toSet()); // first: whoever is announced meanwhile is told twice, and not never
        List<String> ahead = lines(Set.of(), false);
        toldAhead = told;
        return ahead;
    }

    /** What {@link #linesAhead} has not said the last time: later methods, and gates that know something. */
    List<String> linesSince() {
        return lines(toldAhead, true);
    }

    private List<String> lines(Set<String> told, boolean gates) {
        List<String> lines = new ArrayList<>();
        known.values().stream().sorted(Comparator.comparingLong(Known::order)).forEach(each -> {
            Map<String, Object> gate = gates ? each.method().memory().toPlain() : Map.of();
            if (gate.isEmpty() && told.contains(each.text())) {
                return;
            }
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("application", each.caller().application());
            line.put("instance", each.caller().instance());
            line.put("announced", each.text());
            if (gates) {
                line.put("gate", gate);
            }
            lines.add(RuleText.writeLine(line));
        });
        return lines;
    }

    /**
     * Takes what {@link #lines} gave in the process whose place this one takes.
     *
     * @return why lines could not be taken; their calls are given back to their callers, who go another way
     */
    List<String> takeLines(List<String> lines) {
        List<String> failures = new ArrayList<>();
        for (String line : lines) {
            try {
                takeLine(line);
            } catch (IllegalArgumentException | IllegalStateException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        return failures;
    }

    private void takeLine(String line) {
        if (!(RuleText.read(line) instanceof Map<?, ?> said)) {
            throw new IllegalArgumentException("A line of what was announced is an object");
        }
        String text = word(said, "announced");
        take(new Caller(word(said, "application"), word(said, "instance")), text);
        if (said.get("gate") instanceof Map<?, ?> gate
                && RuleText.read(text) instanceof Map<?, ?> announced
                && announced.get("id") instanceof String id) {
            Known taken = known.get(id);
            if (taken != null) {
                taken.method().remember(GateMemory.ofPlain(gate));
            }
        }
    }
}
