package io.moa.server.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.JsonSerializer;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.server.dispatch.ServiceTable;
import io.moa.server.health.Health;
import io.moa.transport.RespHost.Access;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RELIABILITY S13, the decision: who may call, by where it comes from and what is set. */
class RespAccessTest {

    private static RespDoor door(RespConfig config) {
        JsonSerializer json = new JsonSerializer(SerializationLimits.DEFAULTS);
        Health well = new Health() {
            @Override
            public Answer live() {
                return Answer.YES;
            }

            @Override
            public Answer ready() {
                return Answer.YES;
            }

            @Override
            public Answer startup() {
                return Answer.YES;
            }
        };
        return new RespDoor(
                config,
                new ServiceTable(List.of()),
                List.of(),
                json,
                json.requests(),
                well,
                any -> new RespLookup.Never("nothing is known here"),
                Ticker.system());
    }

    @ParameterizedTest
    @CsvSource({
        "LOCAL, false, true, OPEN",
        "LOCAL, false, false, CLOSED",
        "LOCAL, true, true, PASSWORD",
        "LOCAL, true, false, PASSWORD",
        "OPEN, false, true, OPEN",
        "OPEN, false, false, OPEN",
        "OPEN, true, true, PASSWORD",
        "OPEN, true, false, PASSWORD",
    })
    void isAsSet(RespConfig.Access access, boolean password, boolean local, Access expected) {
        RespConfig config = RespConfig.DEFAULT.withAccess(access);
        RespDoor door = door(password ? config.withPassword("web", "secret") : config);
        assertThat(door.access(local)).isEqualTo(expected);
    }

    @Test
    void theRefusalNamesTheSettingsAndIsNotCut() {
        assertThat(door(RespConfig.DEFAULT).whyClosed())
                .contains(RespConfig.PASSWORD_VARIABLE)
                .contains(RespConfig.VARIABLE + "=open")
                .hasSizeLessThan(256);
    }

    @Test
    void onlyThePasswordOfTheUserIsRight() {
        RespDoor door = door(RespConfig.DEFAULT.withPassword("web", "secret").withPassword("default", "other"));
        assertThat(isPassword(door, "web", "secret")).isTrue();
        assertThat(isPassword(door, "default", "other")).isTrue();
        assertThat(isPassword(door, "web", "other")).isFalse();
        assertThat(isPassword(door, "web", "")).isFalse();
        assertThat(isPassword(door, "web", "secret2")).isFalse();
        assertThat(isPassword(door, "nobody", ""))
                .as("a user that is not there has no password")
                .isFalse();
        assertThat(isPassword(door, "nobody", "secret")).isFalse();
        assertThat(isPassword(door(RespConfig.DEFAULT), "default", "")).isFalse();
    }

    @Test
    void whoHasNoPasswordOfItsOwnSaysThatOfEverybodyUnderItsName() {
        RespDoor door = door(RespConfig.DEFAULT
                .over(name -> null, Map.of(RespConfig.PASSWORD_VARIABLE, "secret")::get)
                .withPassword("web", "own"));
        assertThat(isPassword(door, "billing", "secret")).isTrue();
        assertThat(isPassword(door, "billing", "own")).isFalse();
        assertThat(isPassword(door, "billing", "")).isFalse();
        assertThat(isPassword(door, "web", "secret"))
                .as("a name that has its own is nobody else's")
                .isFalse();
    }

    private static boolean isPassword(RespDoor door, String user, String password) {
        return door.isPassword(user, password.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void propertyStandsAboveVariableAndBothAboveTheCode() {
        Map<String, String> said = Map.of("MOA_SERVER_RESP", "off", "MOA_SERVER_RESP_PASSWORD", "secret");
        RespConfig config = RespConfig.DEFAULT.over(name -> null, said::get);
        assertThat(config.access()).isEqualTo(RespConfig.Access.OFF);
        assertThat(config.passwords()).isEqualTo(Map.of("default", "secret"));
        assertThat(config.toString()).doesNotContain("secret");
        assertThat(RespConfig.DEFAULT
                        .over(Map.of("moa.server.resp", " Open ")::get, said::get)
                        .access())
                .isEqualTo(RespConfig.Access.OPEN);
        assertThatThrownBy(() -> RespConfig.DEFAULT.over(name -> null, name -> "everybody"))
                .hasMessageContaining("MOA_SERVER_RESP is off, local or open, not everybody");
    }
}
