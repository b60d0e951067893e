package io.moa.client.explain;

import io.moa.client.cluster.KnownInstance;
import io.moa.discovery.ServiceId;
import io.moa.governance.route.RouteStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A service as one process sees it at one moment, and what the rules do with a call there. Immutable.
 *
 * @param service which
 * @param answered whether a registry has told of it; else nobody is known yet
 * @param summary what is known of it, for people
 * @param known every instance, whether it is called or not, and why
 * @param steps what each rule does with the call, in order
 * @param leftOut rules of the service that are not obeyed, by id, each with the reason
 */
public record ServiceView(
        ServiceId service,
        boolean answered,
        String summary,
        List<KnownInstance> known,
        List<RouteStep> steps,
        Map<String, String> leftOut) {

    public ServiceView {
        known = List.copyOf(known);
        steps = List.copyOf(steps);
        leftOut = Map.copyOf(leftOut);
    }

    /** For people: who is known, and the steps under a title. */
    List<String> lines(String title) {
        List<String> lines = new ArrayList<>();
        lines.add(summary);
        known.forEach(each -> lines.add("  " + each.line()));
        lines.add("");
        lines.add(title);
        for (RouteStep step : steps) {
            lines.add("  " + step);
            step.excluded().forEach(gone -> lines.add("    not " + gone));
        }
        leftOut.forEach((rule, why) -> lines.add("  " + rule + ": left out, " + why));
        return lines;
    }
}
