package io.moa.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MeshConfigTest {

    private static final MeshConfig DEFAULT = MeshConfig.DEFAULT;

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    private static void refused(ThrowingCallable made, String because) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(because);
    }

    @Test
    void theDefaultIsWhatIsWrittenDown() {
        assertThat(DEFAULT.mode()).isEqualTo(MeshMode.OFF);
        assertThat(DEFAULT.agent()).isNull();
        assertThat(DEFAULT.pingEvery()).isEqualTo(ms(100));
        assertThat(DEFAULT.silentAfter()).isEqualTo(ms(300));
        assertThat(DEFAULT.goodPings()).isEqualTo(3);
        assertThat(DEFAULT.stayAway()).isEqualTo(Duration.ofSeconds(5));
        assertThat(DEFAULT.steps()).containsExactly(MeshStep.AGENT, MeshStep.PEER, MeshStep.SHARED, MeshStep.DIRECT);
        assertThat(DEFAULT.token()).isNull();
    }

    @Test
    void valuesAtTheEdgesAreTaken() {
        assertThatCode(() -> {
                    DEFAULT.withPings(ms(10), ms(20), 1);
                    DEFAULT.withPings(ms(10_000), ms(60_000), 100);
                    DEFAULT.withStayAway(Duration.ZERO);
                    DEFAULT.withStayAway(Duration.ofMinutes(10));
                })
                .doesNotThrowAnyException();
    }

    @Test
    void valuesBeyondTheEdgesAreRefusedByName() {
        refused(() -> DEFAULT.withPings(ms(9), ms(300), 3), "pingEvery is PT0.01S to PT10S, not PT0.009S");
        refused(() -> DEFAULT.withPings(ms(10_001), ms(60_000), 3), "pingEvery");
        refused(() -> DEFAULT.withPings(ms(100), ms(199), 3), "silentAfter is PT0.2S to PT1M, not PT0.199S");
        refused(() -> DEFAULT.withPings(ms(100), ms(60_001), 3), "silentAfter");
        refused(() -> DEFAULT.withPings(ms(100), ms(300), 0), "goodPings is 1 to 100, not 0");
        refused(() -> DEFAULT.withPings(ms(100), ms(300), 101), "goodPings is 1 to 100, not 101");
        refused(() -> DEFAULT.withStayAway(ms(-1)), "stayAway");
        refused(() -> DEFAULT.withStayAway(Duration.ofMinutes(10).plusNanos(1)), "stayAway");
    }

    @Test
    void stepsAreSomeEachOnceAndNoneBehindDirect() {
        assertThat(DEFAULT.withSteps(MeshStep.PEER).steps()).containsExactly(MeshStep.PEER);
        refused(DEFAULT::withSteps, "at least one step");
        refused(() -> DEFAULT.withSteps(MeshStep.PEER, MeshStep.PEER), "each once");
        refused(() -> DEFAULT.withSteps(MeshStep.DIRECT, MeshStep.AGENT), "nothing behind it is ever taken");
    }

    @Test
    void anAgentIsOnThisHost() {
        refused(() -> DEFAULT.withAgent(new Address.Tcp("10.0.0.7", 7070)), "the address of the agent is unix:/path");
        refused(
                () -> DEFAULT.withAgent(new Address.Unix("agent.sock")),
                "the address of the agent needs an absolute path");
    }

    @Test
    void eachChangeLeavesTheRest() {
        Address agent = new Address.Unix("/run/agent.sock");
        MeshConfig all = DEFAULT.withMode(MeshMode.ON)
                .withAgent(agent)
                .withPings(ms(50), ms(200), 7)
                .withStayAway(ms(9))
                .withSteps(MeshStep.AGENT)
                .withToken("secret")
                .withMode(MeshMode.AUTO);
        assertThat(all)
                .isEqualTo(new MeshConfig(
                        MeshMode.AUTO, agent, ms(50), ms(200), 7, ms(9), List.of(MeshStep.AGENT), "secret"));
    }

    @Test
    void theTokenIsNeverShown() {
        assertThat(DEFAULT.withToken("secret").toString())
                .doesNotContain("secret")
                .contains("off");
    }
}
