package io.moa.client.explain;

import io.moa.annotation.Balancing;
import io.moa.client.cluster.KnownInstance;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateLook;
import io.moa.governance.route.RouteStep;
import io.moa.governance.sample.CallFacts;
import io.moa.internal.UntrustedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a call, and why, as one process sees it at one moment; nothing was sent. Immutable.
 *
 * @param view for people: whose view it is
 * @param facts of the call, with what the method's policy adds
 * @param rulesRevision of the rules in force; 0 if none were heard of
 * @param rulesVersion the same for people, as the history of the rules calls it
 * @param asked the service that the call is made to
 * @param led the service where the call goes on, because a rule leads it there; null if none does
 * @param end for people: where the rules lead; why nobody can be called, if that is so
 * @param notes for people: what else the policy makes of those who are left, such as of their zones
 * @param choices who may be called, the most wanted first
 * @param picked who would be picked at this moment; null for nobody, and for a call that goes to several. Where lots are drawn the next
 *     call draws another one
 * @param together to whom a call goes at once that goes to several, as on-failure says; empty for any other
 * @param balancing how
 * @param method what is decided about the method's calls
 * @param byAgent what the agent says by which the calls go now, as text; null while they are governed here. The other components are this
 *     process's own view then: which rules and policies hold is the same in both, what limits and breakers say is the agent's, and who is ejected or connected now is not
 */
public record CallExplanation(
        String view,
        CallFacts facts,
        long rulesRevision,
        String rulesVersion,
        ServiceView asked,
        @Nullable ServiceView led,
        String end,
        List<String> notes,
        List<Choice> choices,
        @Nullable Instance picked,
        List<Instance> together,
        Balancing balancing,
        MethodView method,
        @Nullable String byAgent) {

    public CallExplanation {
        notes = List.copyOf(notes);
        choices = List.copyOf(choices);
        together = List.copyOf(together);
    }

    /** The same, with what an agent says, whose limits and breakers are those of the call. */
    public CallExplanation byAgent(String text, List<GateLook> gates) {
        return new CallExplanation(
                view,
                facts,
                rulesRevision,
                rulesVersion,
                asked,
                led,
                end,
                notes,
                choices,
                picked,
                together,
                balancing,
                method.under(gates),
                text);
    }

    /** Which service the call is made to. */
    public ServiceId service() {
        return asked.service();
    }

    /** Whether a registry has told of the service, and of the one to which the call is led; else nobody is known there yet. */
    public boolean answered() {
        return asked.answered() && (led == null || led.answered());
    }

    /** Every instance of the service that the call is made to, whether it is called or not, and why. */
    public List<KnownInstance> known() {
        return asked.known();
    }

    /** What each rule does with the call, in order; where it is led to another service, the steps there follow. */
    public List<RouteStep> steps() {
        return led == null
                ? asked.steps()
                : Stream.concat(asked.steps().stream(), led.steps().stream()).toList();
    }

    /** All of it for people, in the order in which it is decided. */
    public String describe() {
        if (byAgent != null) {
            return byAgent;
        }
        List<String> lines = new ArrayList<>();
        lines.add(service() + " " + method.method() + " with " + facts);
        lines.add("As seen by " + view);
        lines.add("");
        if (!method.gates().isEmpty()) {
            lines.add("Before it is routed, in this process");
            method.gates().forEach(each -> lines.add("  " + (each.refuses() ? "refused: " : "") + each));
            lines.add("");
        }
        if (!method.faults().isEmpty()) {
            lines.add("Faults, which rules inject before it is routed");
            method.faults().forEach(each -> lines.add("  " + each));
            lines.add("");
        }
        lines.addAll(asked.lines(
                rulesRevision == 0
                        ? "Route, by the built-in rules; no others were heard of"
                        : "Route, by the rules of " + rulesVersion));
        if (led != null) {
            lines.add("");
            lines.addAll(led.lines("Route of a call that was led there"));
        }
        lines.add(end);
        notes.forEach(each -> lines.add("  " + each));
        choices.forEach(each -> lines.add("  " + each));
        String now = method.refused() ? "Nobody is called now, as it is refused before it is routed; else " : "";
        if (picked != null) {
            lines.add((now.isEmpty() ? "Picked now, by " : now + "picked by ")
                    + balancing.name().toLowerCase(Locale.ROOT).replace('_', '-') + ": " + picked);
        }
        if (!together.isEmpty()) {
            lines.add((now.isEmpty() ? "Called now" : now + "called") + ", all at once, as on-failure is "
                    + method.policy().onFailure().name().toLowerCase(Locale.ROOT) + ":");
            together.forEach(each -> lines.add("  " + each));
        }
        lines.add("");
        lines.add("Policies: " + method.source());
        method.policy().describe().lines().forEach(line -> lines.add("  " + line));
        method.passedOver().forEach(why -> lines.add("  " + why));
        return UntrustedText.joined(lines);
    }
}
