package io.moa.client.mesh;

import io.moa.governance.gate.GateLook;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an agent says of a call that it would be given, or of a service. Immutable.
 *
 * @param text for people
 * @param gates how the limits and the breaker of the call's method would meet it now, where it is governed; empty of a service
 */
public record AgentView(String text, List<GateLook> gates) {

    public AgentView {
        gates = List.copyOf(gates);
    }

    /** As {@link io.moa.mesh.MeshProtocol#EXPLAIN} describes it. */
    public String write() {
        List<Object> looks = new ArrayList<>();
        gates.forEach(each -> looks.add(Map.of("how", each.how(), "refuses", each.refuses())));
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("text", text);
        said.put("gates", looks);
        return RuleText.writeLine(said);
    }

    /** Reads what {@link #write} wrote; what has another form is taken for text. */
    static AgentView read(String answer) {
        try {
            if (RuleText.read(answer) instanceof Map<?, ?> said
                    && said.get("text") instanceof String text
                    && said.get("gates") instanceof List<?> looks) {
                List<GateLook> gates = new ArrayList<>();
                for (Object each : looks) {
                    if (each instanceof Map<?, ?> look && look.get("how") instanceof String how) {
                        gates.add(new GateLook(how, Boolean.TRUE.equals(look.get("refuses"))));
                    }
                }
                return new AgentView(text, gates);
            }
        } catch (IllegalArgumentException e) {
            return new AgentView(answer, List.of());
        }
        return new AgentView(answer, List.of());
    }
}
