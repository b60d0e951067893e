package io.moa.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeshSettingTest {

    private final Map<String, String> file = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> property = new HashMap<>();

    @TempDir
    private Path folder;

    /** The places in the order in which {@link ReleaseSettings} reads them; which names it takes from where is its own test's. */
    private ReleaseSettings release() {
        return ReleaseSettings.of(property)
                .over(new ReleaseSettings.Place("environment, as MOA_MESH:", environment))
                .over(new ReleaseSettings.Place("file x,", file));
    }

    private MeshSetting of(MeshMode inCode) {
        return MeshSetting.of(inCode, release());
    }

    @Test
    void eachPlaceStandsAboveTheFormer() {
        assertThat(of(MeshMode.OFF)).hasToString("off (nothing says otherwise)");
        assertThat(of(MeshMode.ON)).hasToString("on (the code)");
        file.put("moa.mesh", "auto");
        assertThat(of(MeshMode.ON)).hasToString("auto (file x, moa.mesh)");
        environment.put("moa.mesh", "on");
        assertThat(of(MeshMode.AUTO)).hasToString("on (environment, as MOA_MESH: moa.mesh)");
        property.put("moa.mesh", "auto");
        assertThat(of(MeshMode.ON)).hasToString("auto (setting moa.mesh)");
        assertThat(of(MeshMode.ON).isOffOnPurpose()).isFalse();
    }

    @Test
    void anOffInAnyPlaceOfTheReleaseStandsAboveTheOthers() {
        file.put("moa.mesh", "off");
        environment.put("moa.mesh", "on");
        property.put("moa.mesh", "auto");
        assertThat(of(MeshMode.ON)).hasToString("off (file x, moa.mesh)");
        file.clear();
        environment.put("moa.mesh", "OFF");
        assertThat(of(MeshMode.ON)).hasToString("off (environment, as MOA_MESH: moa.mesh)");
        environment.put("moa.mesh", "on");
        property.put("moa.mesh", " off ");
        assertThat(of(MeshMode.ON)).hasToString("off (setting moa.mesh)");
        assertThat(of(MeshMode.ON).isOffOnPurpose()).isTrue();
    }

    /** The code says off where it says nothing, so a release can switch it on. */
    @Test
    void anOffInCodeIsNoneOnPurpose() {
        assertThat(of(MeshMode.OFF).isOffOnPurpose()).isFalse();
        file.put("moa.mesh", "on");
        assertThat(of(MeshMode.OFF).mode()).isEqualTo(MeshMode.ON);
    }

    @Test
    void aBlankTextSaysNothing() {
        file.put("moa.mesh", "auto");
        environment.put("moa.mesh", "");
        property.put("moa.mesh", "  ");
        assertThat(of(MeshMode.OFF)).hasToString("auto (file x, moa.mesh)");
    }

    @ParameterizedTest
    @CsvSource({
        "file,'file x, moa.mesh'",
        "environment,'environment, as MOA_MESH: moa.mesh'",
        "property,setting moa.mesh"
    })
    void aWrongTextNamesItsPlaceAlsoBesideAnOff(String where, String named) {
        file.put("moa.mesh", "off");
        Map.of("file", file, "environment", environment, "property", property)
                .get(where)
                .put("moa.mesh", "yes");
        assertThatThrownBy(() -> of(MeshMode.OFF))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(named + " is off, auto or on, not \"yes\"");
    }

    @Test
    void theStrongestPlaceSaysWhereTheAgentIs() {
        assertThat(MeshSetting.agent(release())).isNull();
        file.put("moa.mesh.agent", "unix:/run/file.sock");
        assertThat(MeshSetting.agent(release())).isEqualTo(new Address.Unix("/run/file.sock"));
        environment.put("moa.mesh.agent", " tcp://127.0.0.1:7070 ");
        assertThat(MeshSetting.agent(release())).isEqualTo(new Address.Tcp("127.0.0.1", 7070));
        property.put("moa.mesh.agent", "unix:/run/property.sock");
        assertThat(MeshSetting.agent(release())).isEqualTo(new Address.Unix("/run/property.sock"));
        property.put("moa.mesh.agent", " ");
        assertThat(MeshSetting.agent(release())).isEqualTo(new Address.Tcp("127.0.0.1", 7070));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://10.0.0.7:7070", "unix:agent.sock", "/run/agent.sock", "tcp://127.0.0.1:x", "unix:"})
    void anAddressThatCannotBeAnAgentsNamesItsPlace(String text) {
        environment.put("moa.mesh.agent", text);
        property.put("moa.mesh.agent", "unix:/run/property.sock");
        assertThatThrownBy(() -> MeshSetting.agent(release()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("environment, as MOA_MESH: moa.mesh.agent");
    }

    @Test
    void theStrongestPlaceSaysWhichSteps() {
        assertThat(MeshSetting.steps(release())).isNull();
        file.put("moa.mesh.steps", "agent, direct");
        assertThat(MeshSetting.steps(release())).containsExactly(MeshStep.AGENT, MeshStep.DIRECT);
        property.put("moa.mesh.steps", "SHARED,peer");
        assertThat(MeshSetting.steps(release())).containsExactly(MeshStep.SHARED, MeshStep.PEER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agents", "agent,", ",", "agent direct", "agent,agent", "direct,agent", "none"})
    void stepsThatCannotBeNameTheirPlace(String text) {
        file.put("moa.mesh.steps", text);
        assertThatThrownBy(() -> MeshSetting.steps(release()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("file x, moa.mesh.steps");
    }

    @Test
    void aTokenIsReadFromItsFileWithoutTheBlanksAroundIt() throws IOException {
        assertThat(MeshSetting.token(release())).isNull();
        file.put("moa.mesh.token.file", written("weak\n"));
        property.put("moa.mesh.token.file", written(" a secret \n"));
        assertThat(MeshSetting.token(release())).isEqualTo("a secret");
    }

    @Test
    void aTokenThatCannotBeReadIsSaidWithItsPlaceAndWithoutWhatStandsThere() throws IOException {
        for (String path : List.of(
                written(" \n"),
                written("secret".repeat(1_000)),
                folder.resolve("none").toString(),
                "" + folder)) {
            environment.put("moa.mesh.token.file", path);
            assertThatThrownBy(() -> MeshSetting.token(release()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("environment, as MOA_MESH: moa.mesh.token.file: ")
                    .hasMessageContaining(path)
                    .hasMessageNotContaining("secret");
        }
    }

    private String written(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "token", ""), text)
                .toString();
    }
}
