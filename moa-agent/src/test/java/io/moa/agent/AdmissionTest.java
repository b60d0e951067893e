package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.mesh.MeshProtocol;
import io.moa.transport.Peer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may hand calls over. */
class AdmissionTest {

    private final Admission nearby = new Admission(Set.of("web"), Set.of(7), null);

    @Test
    void processesOfItsUsersComeIn() {
        assertThat(nearby.admitsUser(7)).isTrue();
        assertThat(nearby.admitsUser(0)).isFalse();
        assertThat(nearby.admitsUser(8)).isFalse();
        assertThat(nearby.admitsUser(-1)).isFalse();
    }

    @Test
    void processesOfItsApplicationComeIn() {
        assertThat(nearby.refusal(new Peer("web", "web-1"), new byte[0])).isNull();
        assertThat(nearby.refusal(new Peer("admin", "admin-1"), new byte[0]))
                .isEqualTo("it calls for processes of web, and not for those of admin");
        assertThat(nearby.refusal(new Peer("", "x"), new byte[0])).isNotNull();
        assertThat(nearby.refusal(new Peer("WEB", "x"), new byte[0])).isNotNull();
    }

    @Test
    void overTcpTheTokenCountsBeforeTheName() {
        Admission guarded = new Admission(Set.of("web"), Set.of(), "secret");
        assertThat(guarded.refusal(new Peer("web", "web-1"), "secret".getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(guarded.refusal(new Peer("admin", "x"), "secret".getBytes(StandardCharsets.UTF_8)))
                .contains("not for those of admin");
        assertThat(guarded.refusal(new Peer("web", "web-1"), new byte[0]))
                .contains("none was said", "moa.mesh.token.file");
        for (String wrong : List.of("secre", "secret ", "SECRET", "\u0000")) {
            assertThat(guarded.refusal(new Peer("admin", "x"), wrong.getBytes(StandardCharsets.UTF_8)))
                    .contains("another one was said")
                    .doesNotContain("secret", "web", "admin");
        }
    }

    @Test
    void ofSeveralApplicationsEachComesInUnderItsOwnName() {
        Admission shared = new Admission(Set.of("web", "admin"), Set.of(), null);
        assertThat(shared.refusal(new Peer("admin", "x"), new byte[0])).isNull();
        assertThat(shared.refusal(new Peer("web", "x"), new byte[0])).isNull();
        assertThat(shared.refusal(new Peer("web,admin", "x"), new byte[0])).isNotNull();
        assertThat(shared.isAgentFor(MeshProtocol.agentsOf("admin"))).isTrue();
        assertThat(shared.isAgentFor(MeshProtocol.agentsOf("shop"))).isFalse();
        assertThat(shared.isAgentFor(MeshProtocol.AGENT)).isFalse();
    }
}
