package io.moa.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentAddressTest {

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>();

    private String path(String application) {
        return AgentAddress.defaultOf(application, properties::get, variables::get)
                .path();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.2",
                "127.255.255.254",
                "localhost",
                "::1",
                "0:0:0:0:0:0:0:1",
            })
    void loopbackIsTaken(String host) {
        Address.Tcp address = new Address.Tcp(host, 7070);
        assertThat(AgentAddress.check(address, "it")).isSameAs(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.0.0.7",
                "128.0.0.1",
                "126.255.255.255",
                "::",
                "fe80::1",
                "::2",
                "agent",
                "localhost.",
                "localhost.example.com",
                "127.0.0.1.example.com",
                "127.0.0.256",
                "127.0.0.1.1"
            })
    void anotherHostAndANameAreRefused(String host) {
        assertThatThrownBy(() -> AgentAddress.check(new Address.Tcp(host, 7070), "the setting x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the setting x is unix:/path, or tcp://127.0.0.1:port")
                .hasMessageContaining(host);
    }

    /** What is no address in full might be looked up as a name, and lead anywhere. */
    @ParameterizedTest
    @ValueSource(strings = {"cafe", "127.1", "2130706433", "1.2.3.4.5", "...", ":", "1:2"})
    void whatOnlyLooksLikeAnAddressIsRefused(String host) {
        assertThatThrownBy(() -> AgentAddress.check(new Address.Tcp(host, 7070), "it"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSocketNeedsAFileOfItsOwn() {
        Address.Unix good = new Address.Unix("/run/moa/agent.sock");
        assertThat(AgentAddress.check(good, "it")).isSameAs(good);
        for (String path : new String[] {"agent.sock", "./agent.sock", "\u0000agent", "@agent"}) {
            assertThatThrownBy(() -> AgentAddress.check(new Address.Unix(path), "the setting x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the setting x needs an absolute path")
                    .hasMessageContaining("a name without a file");
        }
    }

    @Test
    void theDefaultIsInTheFolderOfTheUsersSession() {
        variables.put("XDG_RUNTIME_DIR", "/run/user/7");
        assertThat(path("shop-web")).isEqualTo("/run/user/7/moa/shop-web.agent.sock");
    }

    @Test
    void withoutThatFolderItIsOneOfTheUsersAmongTheTemporaryOnes() {
        properties.put("java.io.tmpdir", "/var/tmp");
        properties.put("user.name", "ada");
        assertThat(path("web")).isEqualTo("/var/tmp/moa-ada/web.agent.sock");
        variables.put("XDG_RUNTIME_DIR", "relative");
        assertThat(path("web")).isEqualTo("/var/tmp/moa-ada/web.agent.sock");
        properties.clear();
        assertThat(path("web")).isEqualTo("/tmp/moa-unknown/web.agent.sock");
    }

    @Test
    void noNameLeadsOutOfTheFolder() {
        properties.put("user.name", "../ada lovelace");
        assertThat(path("../a/b c:ä")).isEqualTo("/tmp/moa-___ada_lovelace/.._a_b_c__.agent.sock");
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefused() {
        assertThatThrownBy(() -> path("x".repeat(100)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("107 bytes");
    }
}
