package io.moa.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.transport.Peer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveSettingTest {

    private static final String ALL = "moa.mesh";
    private static final String APPLICATION = "moa.mesh@web";
    private static final String INSTANCE = "moa.mesh@web#aaaa-1";

    private static final Peer SELF = new Peer("web", "aaaa-1");

    private final Map<String, String> said = new HashMap<>();

    private @Nullable MeshSetting setting() {
        return LiveSetting.of(said, SELF);
    }

    private static boolean takes(String value, String uuid) {
        return LiveSetting.of(Map.of(ALL, value), new Peer("web", uuid)) != null;
    }

    private static List<String> uuids(int count) {
        Random chance = new Random(1);
        return IntStream.range(0, count)
                .mapToObj(any -> new UUID(chance.nextLong(), chance.nextLong()).toString())
                .toList();
    }

    @Test
    void theMostExactSettingCounts() {
        assertThat(setting()).isNull();
        said.put(ALL, "on");
        assertThat(setting()).isEqualTo(new MeshSetting(MeshMode.ON, "live setting moa.mesh"));
        said.put(APPLICATION, "auto");
        assertThat(setting()).isEqualTo(new MeshSetting(MeshMode.AUTO, "live setting moa.mesh@web"));
        said.put(INSTANCE, "off");
        assertThat(setting()).isEqualTo(new MeshSetting(MeshMode.OFF, "live setting moa.mesh@web#aaaa-1"));
        said.remove(APPLICATION);
        said.remove(ALL);
        assertThat(setting()).isEqualTo(new MeshSetting(MeshMode.OFF, "live setting moa.mesh@web#aaaa-1"));
    }

    @Test
    void whatIsSaidOfOthersDoesNotCount() {
        said.put("moa.mesh@shop", "on");
        said.put("moa.mesh@web#aaaa-2", "on");
        said.put("moa.mesh@we", "on");
        said.put("moa.mesh@web#", "on");
        said.put("moa.mesh.agent", "on");
        said.put("timeout@moa.mesh", "on");
        assertThat(setting()).isNull();
    }

    @Test
    void whoIsNotInAShareGoesByWhatIsSaidLessExactly() {
        said.put(ALL, "auto");
        said.put(APPLICATION, "on 0%");
        assertThat(setting()).isEqualTo(new MeshSetting(MeshMode.AUTO, "live setting moa.mesh"));
        said.put(APPLICATION, "on 100%");
        assertThat(setting()).isEqualTo(new MeshSetting(MeshMode.ON, "live setting moa.mesh@web, for 100%"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "ON", " on ", "on 100%", "on  100 %", " On 100.00% "})
    void blanksAndCapitalsSayNothing(String text) {
        said.put(ALL, text);
        assertThat(setting()).isNotNull().extracting(MeshSetting::mode).isEqualTo(MeshMode.ON);
    }

    @Test
    void aShareTakesSoManyOfAll() {
        List<String> uuids = uuids(10_000);
        assertThat(uuids).noneMatch(uuid -> takes("on 0%", uuid)).allMatch(uuid -> takes("on 100%", uuid));
        assertThat(uuids.stream().filter(uuid -> takes("on 20%", uuid)).count()).isBetween(1_800L, 2_200L);
        assertThat(uuids.stream().filter(uuid -> takes("on 0.5%", uuid)).count())
                .isBetween(20L, 80L);
    }

    @Test
    void whoIsInAShareIsInEachLargerOne() {
        for (String uuid : uuids(200)) {
            boolean before = false;
            for (int percent = 0; percent <= 100; percent++) {
                boolean now = takes("on " + percent + "%", uuid);
                assertThat(now || !before).as("%s at %d %%", uuid, percent).isTrue();
                before = now;
            }
        }
    }

    /** Processes of different versions stand side by side, so nobody's place may ever change. */
    @Test
    void thePlaceOfAnInstanceIsTheSameForEver() {
        assertThat(LiveSetting.place("aaaa-1")).isEqualTo(82.857_769_960_537_55);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "yes",
                "on off",
                "on 20",
                "on20%",
                "20%",
                "on -1%",
                "on 100.01%",
                "on 101%",
                "on 1000%",
                "on 1.234%",
                "on .5%",
                "on NaN%",
                "on 20%%",
                "on 20% off"
            })
    void aTextThatCannotBeReadIsRefusedWithItsName(String text) {
        for (String name : List.of(ALL, APPLICATION, INSTANCE)) {
            said.clear();
            said.put(name, text);
            assertThatThrownBy(this::setting)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("live setting " + name + " is ");
        }
    }

    @Test
    void aTextThatIsOfNoConcernIsNotRead() {
        said.put(INSTANCE, "on");
        said.put(ALL, "nonsense");
        assertThat(setting()).isNotNull();
    }
}
