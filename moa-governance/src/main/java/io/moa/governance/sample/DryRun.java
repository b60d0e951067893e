package io.moa.governance.sample;

import io.moa.governance.policy.PolicyKey;
import io.moa.internal.UntrustedText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a rule would change for the calls of which samples were kept. Immutable.
 *
 * @param rule its id
 * @param standing how it would stand in this process, for people; it may not be in force here
 * @param samples how many samples were looked at
 * @param calls for how many calls they stand; if more than there are samples, this and all numbers of calls are estimates
 * @param deviations those that would fare otherwise
 * @param refusals where limits and breakers of this process would refuse others than now
 * @param values what else would be decided otherwise, which by itself changes the fate of none of them
 * @param passedOver which rules would be passed over for a method that are not now, each a sentence with the reason
 * @param noPart why the rule changes nothing at all, with for how many samples, those of most first; empty if it changes something
 */
public record DryRun(
        String rule,
        String standing,
        int samples,
        int calls,
        List<Deviation> deviations,
        List<RefusalChange> refusals,
        List<OtherValue> values,
        List<String> passedOver,
        List<String> noPart) {

    private static final int SHOWN = 10;

    public DryRun {
        noPart = List.copyOf(noPart);
        deviations = List.copyOf(deviations);
        refusals = List.copyOf(refusals);
        values = List.copyOf(values);
        passedOver = List.copyOf(passedOver);
    }

    /** How many calls would fare otherwise. */
    public int otherwise() {
        return deviations.stream().mapToInt(Deviation::calls).sum();
    }

    /**
     * What becomes of calls, and of how many: of those that fare alike, and where limits decide, of all those that come to the limit.
     */
    public Map<String, Integer> sums() {
        Map<String, Integer> sums = new TreeMap<>();
        for (Deviation each : deviations) {
            if (!each.isLimited()) {
                sums.merge(Sampled.of(each.sample()) + ": " + each.change(), each.calls(), Integer::sum);
            }
        }
        refusals.forEach(each -> sums.merge(each.toString(), each.calls(), Integer::sum));
        return sums;
    }

    /** For people: what becomes of calls, those of most calls first, values that change, and some of the calls. */
    public String describe() {
        List<String> lines = new ArrayList<>();
        lines.add(rule + ": " + standing);
        passedOver.forEach(each -> lines.add("  " + each));
        lines.add(
                samples == calls
                        ? otherwise() + " of " + samples + " sampled calls would fare otherwise"
                        : otherwise() + " of " + calls + " calls, for which " + samples
                                + " samples stand, would fare otherwise");
        if (samples != calls) {
            lines.add(
                    "  These are estimates: of most calls no sample is kept, their number and pace are taken from the mean of many"
                            + " samples, and bursts that are shorter are not seen");
        }
        noPart.forEach(each -> lines.add("  " + each));
        sums().entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .forEach(each -> lines.add("  " + each.getValue() + " x " + each.getKey()));
        if (!values.isEmpty()) {
            lines.add("Other values");
            values.forEach(each -> lines.add("  " + each.calls() + " x " + each));
            if (values.stream().anyMatch(OtherValue::providers)) {
                lines.add(
                        "  Limits of providers are not judged: each counts the calls of all its callers, and this process"
                                + " knows its own; a provider goes by no rule for some callers");
            }
            if (values.stream().anyMatch(each -> each.change().policy().equals(PolicyKey.CALL_KEYS.name()))) {
                lines.add(
                        "  Samples keep the call keys that they were made with: what rules do with keys that come or go"
                                + " is not foretold");
            }
        }
        if (!deviations.isEmpty()) {
            lines.add("Such as");
            deviations.stream().limit(SHOWN).forEach(each -> lines.add("  " + each));
        }
        return UntrustedText.joined(lines);
    }
}
