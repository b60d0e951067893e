package io.moa.governance.sample;

import io.moa.annotation.EnforcedAt;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.PassedOver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What becomes of the same calls under two books of rules, and where that differs. Not safe for threads. */
final class Comparison {

    private static final int WAYS = GateReplay.LIMITS.size() + 1; // refused by one of them, or by none

    private final Replay now;
    private final Replay then;
    private final List<Sample> samples;
    private final Map<Integer, List<Deviation>> deviations = new TreeMap<>(); // in the order of the samples
    private final List<RefusalChange> refusals = new ArrayList<>();
    private final List<OtherValue> values = new ArrayList<>();
    private final Set<PassedOver> passedOver = new LinkedHashSet<>();
    private int calls;

    Comparison(Replay now, Replay then, List<Sample> samples) {
        this.now = now;
        this.then = then;
        this.samples = samples;
        List<Integer> inTime = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            inTime.add(i);
        }
        inTime.sort((one, other) ->
                Long.signum(samples.get(one).beganNanos() - samples.get(other).beganNanos()));
        Map<Sampled, List<Integer>> places = new LinkedHashMap<>();
        inTime.forEach(place -> places.computeIfAbsent(Sampled.of(samples.get(place)), any -> new ArrayList<>())
                .add(place));
        long since = inTime.isEmpty() ? 0 : sinceNanos(inTime);
        long until = inTime.isEmpty()
                ? 0
                : samples.get(inTime.get(inTime.size() - 1)).beganNanos();
        places.forEach((of, ofOne) -> compare(of, ofOne, since, until));
    }

    /** The calls for which the very first sample stands are taken to be as far apart as those of the second. */
    private long sinceNanos(List<Integer> inTime) {
        Sample first = samples.get(inTime.get(0));
        long second = samples.get(inTime.get(Math.min(1, inTime.size() - 1))).beganNanos();
        return first.beganNanos() - (second - first.beganNanos());
    }

    private void compare(Sampled of, List<Integer> places, long sinceNanos, long untilNanos) {
        List<Sample> these = places.stream().map(samples::get).toList();
        List<Fate> routesNow = new ArrayList<>();
        List<Fate> routesThen = new ArrayList<>();
        for (int place : places) {
            routesNow.add(now.fate(place, samples.get(place)));
            routesThen.add(then.fate(place, samples.get(place)));
        }
        AppliedPolicy before = now.applied(these.get(0));
        AppliedPolicy after = then.applied(these.get(0));
        after.passedOver().stream()
                .filter(why -> !before.passedOver().contains(why))
                .forEach(passedOver::add);
        MethodCalls made = new MethodCalls(these, routesNow, sinceNanos, untilNanos);
        calls += made.total();
        GateReplay gates = new GateReplay(of, made);
        byte[] refusedNow = gates.refusals(before.policy(), routesNow);
        byte[] refusedThen = gates.refusals(after.policy(), routesThen);
        int number = 0;
        for (int i = 0; i < these.size(); i++) {
            int[] counts = new int[WAYS * WAYS];
            for (int j = 0; j < made.calls(i); j++) {
                counts[way(refusedNow, number) * WAYS + way(refusedThen, number)]++;
                number++;
            }
            deviate(places.get(i), counts, routesNow.get(i), routesThen.get(i));
        }
        Set<String> told = refusals(of, made.total(), before.policy(), after.policy(), refusedNow, refusedThen);
        for (ValueChange change : Replay.differences(before.policy(), after.policy())) {
            if (!told.contains(change.policy())) {
                values.add(new OtherValue(of, made.total(), change, providers(after.policy(), change.policy())));
            }
        }
    }

    private static int way(byte @Nullable [] refused, int number) {
        return refused == null ? 0 : refused[number] + 1;
    }

    private void deviate(int place, int[] counts, Fate routeNow, Fate routeThen) {
        List<Deviation> found = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                Fate before = fate(i / WAYS, routeNow);
                Fate after = fate(i % WAYS, routeThen);
                if (!before.equals(after)) {
                    found.add(new Deviation(samples.get(place), counts[i], before, after));
                }
            }
        }
        if (!found.isEmpty()) {
            deviations.put(place, found);
        }
    }

    private static Fate fate(int way, Fate route) {
        return way == 0 ? route : Fate.limited(GateReplay.LIMITS.get(way - 1));
    }

    /** Returns the values that are told with the refusals. */
    private Set<String> refusals(
            Sampled of,
            int total,
            MethodPolicy before,
            MethodPolicy after,
            byte @Nullable [] refusedNow,
            byte @Nullable [] refusedThen) {
        Set<String> told = new LinkedHashSet<>();
        for (byte place = 0; place < GateReplay.LIMITS.size(); place++) {
            int was = 0;
            int becomes = 0;
            boolean differs = false;
            for (int i = 0; i < total; i++) {
                boolean one = refusedNow != null && refusedNow[i] == place;
                boolean other = refusedThen != null && refusedThen[i] == place;
                was += one ? 1 : 0;
                becomes += other ? 1 : 0;
                differs |= one != other;
            }
            if (differs) {
                PolicyKey<Integer> limit = GateReplay.LIMITS.get(place);
                refusals.add(new RefusalChange(of, total, limit, ValueChange.of(limit, before, after), was, becomes));
                told.add(limit.name());
            }
        }
        return told;
    }

    private static boolean providers(MethodPolicy policy, String limit) {
        PolicyKey<?> key = PolicyKey.named(limit);
        PolicyKey<EnforcedAt> at = key == null ? null : key.sideSaidBy();
        return at != null && policy.value(at) == EnforcedAt.PROVIDER;
    }

    /** For how many calls the samples stand. */
    int calls() {
        return calls;
    }

    /** The calls that fare otherwise, in the order of their samples. */
    List<Deviation> deviations() {
        return deviations.values().stream().flatMap(List::stream).toList();
    }

    /** Where limits and breakers refuse other calls. */
    List<RefusalChange> refusals() {
        return refusals;
    }

    /** Whether anything is otherwise under the second book. */
    boolean isOtherwise() {
        return !deviations.isEmpty() || !refusals.isEmpty() || !values.isEmpty();
    }

    /** The values that differ, but for those by which other calls are refused. */
    List<OtherValue> values() {
        return values;
    }

    /** Which rules are passed over for a method under the second book alone. */
    List<PassedOver> passedOver() {
        return List.copyOf(passedOver);
    }
}
