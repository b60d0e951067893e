package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelSettingsTest {

    private static final Map<String, String> CODE = Map.of("zone", "code", "team", "tea");

    @Test
    void withoutSettingsTheCodeHolds() {
        assertThat(LabelSettings.over(CODE, name -> null, name -> null)).isEqualTo(CODE);
    }

    @Test
    void aPropertyStandsAboveAVariableAndThatAboveTheCode() {
        Map<String, String> properties = Map.of("moa.server.zone", "property");
        Map<String, String> variables = Map.of("MOA_SERVER_ZONE", "variable", "MOA_SERVER_TAG", "canary");
        assertThat(LabelSettings.over(CODE, properties::get, variables::get))
                .isEqualTo(Map.of("zone", "property", "tag", "canary", "team", "tea"));
        assertThat(LabelSettings.over(CODE, name -> null, variables::get)).containsEntry("zone", "variable");
    }

    @Test
    void anEmptySettingTakesTheLabelAway() {
        assertThat(LabelSettings.over(CODE, Map.of("moa.server.zone", "")::get, name -> null))
                .doesNotContainKey("zone");
    }
}
