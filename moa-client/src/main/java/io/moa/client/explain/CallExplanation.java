package io.moa.client.explain;

import io.moa.annotation.Balancing;
import io.moa.client.cluster.KnownInstance;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.route.RouteStep;
import io.moa.governance.sample.CallFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a call, and why, as one process sees it at one moment; nothing was sent. Immutable.
 *
 * @param view for people: whose view it is
 * @param service which service
 * @param facts of the call, with what the method's policy adds
 * @param answered whether a registry has told of the service; else nobody is known yet
 * @param rulesRevision of the rules in force; 0 if none were heard of
 * @param summary what is known of the service, for people
 * @param known every instance, whether it is called or not, and why
 * @param steps what each rule does with the call, in order
 * @param leftOut rules of the service that are not obeyed, by id, each with the reason
 * @param end for people: where the rules lead; why nobody can be called, if that is so
 * @param choices of whom one is picked, the most wanted first
 * @param picked who would be picked at this moment; null for nobody. Where lots are drawn the next call draws another one
 * @param balancing how
 * @param method what is decided about the method's calls
 */
public record CallExplanation(
        String view,
        ServiceId service,
        CallFacts facts,
        boolean answered,
        long rulesRevision,
        String summary,
        List<KnownInstance> known,
        List<RouteStep> steps,
        Map<String, String> leftOut,
        String end,
        List<Choice> choices,
        @Nullable Instance picked,
        Balancing balancing,
        MethodView method) {

    public CallExplanation {
        known = List.copyOf(known);
        steps = List.copyOf(steps);
        leftOut = Map.copyOf(leftOut);
        choices = List.copyOf(choices);
    }

    /** All of it for people, in the order in which it is decided. */
    public String describe() {
        List<String> lines = new ArrayList<>();
        lines.add(service + " " + method.method() + " with " + facts);
        lines.add("As seen by " + view);
        lines.add("");
        lines.add(summary);
        known.forEach(each -> lines.add("  " + each.instance() + ": " + each.how()));
        lines.add("");
        lines.add(
                rulesRevision == 0
                        ? "Route, by the built-in rules; no others were heard of"
                        : "Route, by the rules of revision " + rulesRevision);
        for (RouteStep step : steps) {
            lines.add("  " + step);
            step.excluded().forEach(gone -> lines.add("    not " + gone));
        }
        leftOut.forEach((rule, why) -> lines.add("  " + rule + ": left out, " + why));
        lines.add(end);
        choices.forEach(each -> lines.add("  " + each));
        if (picked != null) {
            lines.add("Picked now, by "
                    + balancing.name().toLowerCase(Locale.ROOT).replace('_', '-') + ": " + picked);
        }
        lines.add("");
        lines.add("Policies: " + method.source());
        method.policy().describe().lines().forEach(line -> lines.add("  " + line));
        method.passedOver().forEach(why -> lines.add("  " + why));
        return String.join("\n", lines);
    }
}
