package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class AgentConfigTest {

    private static final Address.Unix SOCKET = new Address.Unix("/run/moa/agent.sock");
    private static final Address.Tcp LOOPBACK = new Address.Tcp("127.0.0.1", 0);
    private static final AgentConfig GOOD = AgentConfig.at("web", SOCKET);

    private static void refused(ThrowingCallable made, String because) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(because);
    }

    @Test
    void theDefaultIsWhatIsWrittenDown() {
        assertThat(GOOD.users()).isEmpty();
        assertThat(GOOD.labels()).isEmpty();
        assertThat(GOOD.token()).isNull();
        assertThat(GOOD.remote()).isNull();
        assertThat(GOOD.warmUp()).isEqualTo(Duration.ofSeconds(3));
        assertThat(GOOD.drainLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(AgentConfig.of("web").outbound()).singleElement().isInstanceOf(Address.Unix.class);
    }

    @Test
    void anAgentListensSomewhere() {
        refused(
                () -> new AgentConfig("web", List.of(), Set.of(), Map.of(), null, null, Duration.ZERO, Duration.ZERO),
                "An agent listens somewhere");
    }

    @Test
    void itListensForItsHostAlone() {
        refused(() -> AgentConfig.at("web", new Address.Tcp("10.0.0.7", 0), "secret"), "tcp://127.0.0.1:port");
        refused(() -> AgentConfig.at("web", new Address.Tcp("0.0.0.0", 0), "secret"), "tcp://127.0.0.1:port");
        refused(() -> AgentConfig.at("web", new Address.Unix("agent.sock")), "absolute path");
    }

    @Test
    void overTcpNobodyComesInWithoutAToken() {
        refused(() -> AgentConfig.at("web", (Address) LOOPBACK), "anybody could call in the name of web: say a token");
        refused(() -> AgentConfig.at("web", LOOPBACK, " "), "A token has at least one character");
        AgentConfig.Remote remote = new AgentConfig.Remote(LOOPBACK, null, Set.of());
        refused(() -> GOOD.withRemote(remote, ""), "A token has at least one character");
        refused(
                () -> new AgentConfig(
                        "web", List.of(SOCKET), Set.of(), Map.of(), null, remote, Duration.ZERO, Duration.ZERO),
                "say a token");
        assertThat(AgentConfig.at("web", LOOPBACK, "secret").toString()).doesNotContain("secret");
        assertThat(GOOD.withRemote(remote, "secret").toString()).doesNotContain("secret");
    }

    @Test
    void whoListensEverywhereSaysWhereItIsReached() {
        for (String everywhere : List.of("0.0.0.0", "::")) {
            Address.Tcp bind = new Address.Tcp(everywhere, 7070);
            refused(() -> new AgentConfig.Remote(bind, null, Set.of()), "advertise a host");
            assertThat(new AgentConfig.Remote(bind, "10.0.0.7", Set.of()).host())
                    .isEqualTo("10.0.0.7");
        }
        assertThat(new AgentConfig.Remote(new Address.Tcp("10.0.0.8", 7070), null, Set.of()).host())
                .isEqualTo("10.0.0.8");
    }

    @Test
    void anAgentOfSeveralApplicationsIsAShared() {
        assertThat(new AgentConfig.Remote(LOOPBACK, null, Set.of()).isShared()).isFalse();
        assertThat(new AgentConfig.Remote(LOOPBACK, null, Set.of("web")).isShared())
                .isTrue();
    }

    @Test
    void valuesBeyondTheEdgesAreRefusedByName() {
        refused(() -> GOOD.withUsers(Set.of(1, -1)), "The number of a user is 0 or more");
        refused(() -> GOOD.withWarmUp(Duration.ofMillis(-1)), "warmUp is 0 to 5 min");
        refused(() -> GOOD.withWarmUp(Duration.ofMinutes(5).plusNanos(1)), "warmUp is 0 to 5 min");
        refused(() -> GOOD.withDrainLimit(Duration.ofMillis(-1)), "drainLimit is 0 to 10 min");
        refused(() -> GOOD.withDrainLimit(Duration.ofMinutes(10).plusNanos(1)), "drainLimit is 0 to 10 min");
        assertThat(GOOD.withUsers(Set.of(0))
                        .withWarmUp(Duration.ofMinutes(5))
                        .withDrainLimit(Duration.ofMinutes(10))
                        .withLabel("zone", "east")
                        .withLabel("rack", "7")
                        .withWarmUp(Duration.ZERO)
                        .withDrainLimit(Duration.ZERO))
                .isEqualTo(new AgentConfig(
                        "web",
                        List.of(SOCKET),
                        Set.of(0),
                        Map.of("zone", "east", "rack", "7"),
                        null,
                        null,
                        Duration.ZERO,
                        Duration.ZERO));
    }
}
