package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProcessSettingsTest {

    private final ProcessSettings said = new ProcessSettings(
            Map.of("moa.server.port", "1", "moa.server.advertise.port", "2", "user.name", "ada")::get,
            Map.of("MOA_SERVER_ADVERTISE_PORT", "3", "MOA_SERVER_HEALTH", "4", "PATH", "/bin")::get);

    @Test
    void someAreLeftOutAndTheRestHolds() {
        ProcessSettings some = said.without(Set.of("port", "advertise.port"));
        assertThat(some.property().apply("moa.server.port")).isNull();
        assertThat(some.property().apply("moa.server.advertise.port")).isNull();
        assertThat(some.variable().apply("MOA_SERVER_ADVERTISE_PORT")).isNull();
        assertThat(some.variable().apply("MOA_SERVER_HEALTH")).isEqualTo("4");
        assertThat(some.property().apply("user.name")).isEqualTo("ada");
    }

    @Test
    void allOfTheServerAreLeftOut() {
        ProcessSettings none = said.withoutServer();
        assertThat(none.property().apply("moa.server.port")).isNull();
        assertThat(none.variable().apply("MOA_SERVER_HEALTH")).isNull();
        assertThat(none.variable().apply("PATH")).isEqualTo("/bin");
    }
}
