package io.moa.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelSettingTest {

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>();

    private String zone() {
        return LabelSetting.over("zone", "code", properties::get, variables::get);
    }

    @Test
    void eachPlaceStandsAboveTheFormer() {
        assertThat(LabelSetting.over("zone", null, properties::get, variables::get))
                .isNull();
        assertThat(zone()).isEqualTo("code");
        variables.put("MOA_SERVER_ZONE", "server variable");
        assertThat(zone()).isEqualTo("server variable");
        properties.put("moa.server.zone", "server property");
        assertThat(zone()).isEqualTo("server property");
        variables.put("MOA_CLIENT_ZONE", " client variable ");
        assertThat(zone()).isEqualTo("client variable");
        properties.put("moa.client.zone", "client property");
        assertThat(zone()).isEqualTo("client property");
    }

    @Test
    void anEmptyOneTakesTheZoneAway() {
        properties.put("moa.client.zone", "");
        properties.put("moa.server.zone", "north");
        assertThat(zone()).isNull();
    }
}
