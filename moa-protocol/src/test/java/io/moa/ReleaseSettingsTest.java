package io.moa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From which places settings are taken, under which names, and which place stands above which. */
class ReleaseSettingsTest {

    private static final List<String> WAYS =
            List.of("moa.mesh", "moa.mesh.agent", "moa.mesh.steps", "moa.mesh.token.file");

    @TempDir
    private Path folder;

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>();

    private List<ReleaseSettings.Place> places() {
        return ReleaseSettings.read(properties, variables::get).weakestFirst();
    }

    private List<String> said(String name) {
        return places().stream()
                .filter(each -> each.texts().containsKey(name))
                .map(each -> each.describe(name) + " = " + each.texts().get(name))
                .toList();
    }

    private String file(String... lines) throws IOException {
        return Files.write(folder.resolve("moa.properties"), List.of(lines)).toString();
    }

    @Test
    void theWayOfCallsIsReadFromFileEnvironmentAndPropertyTheStrongestLast() throws IOException {
        for (String name : WAYS) {
            String file = file(name + "= in file ");
            properties.put("moa.config", file);
            variables.put(name.toUpperCase(Locale.ROOT).replace('.', '_'), " in environment ");
            properties.put(name, " in property ");
            assertThat(said(name))
                    .containsExactly(
                            "file " + file + ", " + name + " = in file",
                            "environment, as MOA_MESH: " + name + " = in environment",
                            "system property " + name + " = in property");
        }
    }

    @Test
    void variablesHaveTheNamesThatAreWrittenDown() {
        variables.put("MOA_MESH", "on");
        variables.put("MOA_MESH_AGENT", "unix:/x");
        variables.put("MOA_MESH_STEPS", "agent");
        variables.put("MOA_MESH_TOKEN_FILE", "/y");
        assertThat(WAYS).allSatisfy(name -> assertThat(said(name)).hasSize(1));
    }

    @Test
    void ofPoliciesTheEnvironmentHasAList() {
        variables.put("MOA_POLICY", "timeout@shop.Stock=1s; attempts = 2;;");
        variables.put("MOA_POLICY_ATTEMPTS", "3");
        properties.put("moa.policy.attempts", "4");
        assertThat(said("moa.policy.attempts"))
                .containsExactly(
                        "environment MOA_POLICY, moa.policy.attempts = 2", "system property moa.policy.attempts = 4");
        assertThat(said("moa.policy.timeout@shop.Stock")).hasSize(1);
        variables.put("MOA_POLICY", "attempts");
        assertThatThrownBy(this::places)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MOA_POLICY has the form name=value;name=value")
                .hasMessageContaining("attempts");
    }

    @Test
    void ofPropertiesOnlyThoseCountWhoseNamesAreOurs() {
        properties.put("moa.mesher", "on");
        properties.put("moa.policies", "x");
        properties.put("java.version", "17");
        variables.put("MOA_MESHES", "on");
        assertThat(places()).singleElement().satisfies(each -> assertThat(each.texts())
                .isEmpty());
    }

    @Test
    void aPropertyNamesTheFileAboveTheEnvironment() throws IOException {
        variables.put("MOA_CONFIG", folder.resolve("none").toString());
        assertThatThrownBy(this::places)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none, named by moa.config or MOA_CONFIG, cannot be read");
        properties.put("moa.config", file("moa.mesh=auto", "datasource.url=x"));
        assertThat(said("moa.mesh")).hasSize(1);
        assertThat(said("datasource.url")).as("of a file all is kept").hasSize(1);
    }

    @Test
    void aPlaceCanBeAddedBelowTheOthers() {
        ReleaseSettings all = ReleaseSettings.of(Map.of("moa.mesh", "on", "other", "x"))
                .over(new ReleaseSettings.Place("somewhere", Map.of("moa.mesh", "off")));
        assertThat(all.weakestFirst()).extracting(ReleaseSettings.Place::name).containsExactly("somewhere", "setting");
        assertThat(all.weakestFirst().get(1).texts()).containsOnlyKeys("moa.mesh");
        assertThat(ReleaseSettings.NONE.weakestFirst()).isEmpty();
    }
}
