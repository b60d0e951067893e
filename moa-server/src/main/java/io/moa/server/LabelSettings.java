package io.moa.server;

import io.moa.discovery.Instance;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the labels of an instance come from: for tag, zone, unit and environment a system property such as {@code
 * moa.server.zone} stands above an environment variable such as {@code MOA_SERVER_ZONE}, and that above the code, so that
 * one build runs in many places. An empty one takes the label away.
 */
final class LabelSettings {

    private static final List<String> NAMES = List.of(Instance.TAG, Instance.ZONE, Instance.UNIT, Instance.ENVIRONMENT);

    private LabelSettings() {}

    static Map<String, String> over(
            Map<String, String> code,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        Map<String, String> labels = new HashMap<>(code);
        for (String name : NAMES) {
            String said = property.apply("moa.server." + name);
            if (said == null) {
                said = variable.apply("MOA_SERVER_" + name.toUpperCase(Locale.ROOT));
            }
            if (said != null && said.isBlank()) {
                labels.remove(name);
            } else if (said != null) {
                labels.put(name, said.strip());
            }
        }
        return labels;
    }
}
