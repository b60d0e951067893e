package io.moa.agent;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.mesh.MeshProtocol;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who may hand calls over at a door of an agent. Immutable. */
final class Admission implements RespAdmission {

    /** As whom clients of Redis say a password that say no user. */
    private static final String NO_USER = "default";

    private final Set<String> applications;
    private final Set<Integer> users;
    private final byte @Nullable [] token;
    private final Set<ServiceId> services;

    /**
     * Admission.
     *
     * @param applications whose processes may
     * @param users the numbers of users whose processes may connect to a Unix socket
     * @param token what has to be said; null for nothing
     */
    Admission(Set<String> applications, Set<Integer> users, @Nullable String token) {
        this.applications = Set.copyOf(applications);
        this.users = Set.copyOf(users);
        this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
        this.services = applications.stream().map(MeshProtocol::agentsOf).collect(Collectors.toUnmodifiableSet());
    }

    boolean admitsUser(int uid) {
        return users.contains(uid);
    }

    /** Whether it is the name under which those look for agents that may come here. */
    boolean isAgentFor(ServiceId service) {
        return services.contains(service);
    }

    /** Whether the processes of this application may, and no others. */
    boolean isFor(String application) {
        return applications.equals(Set.of(application));
    }

    /** Why a process may not, as the rest of a sentence that begins with this agent; null if it may. */
    @Nullable
    String refusal(Peer peer, byte[] credential) {
        if (token != null && !MessageDigest.isEqual(token, credential)) {
            return "it lets in who says its token, and "
                    + (credential.length == 0 ? "none was said" : "another one was said")
                    + ": the setting moa.mesh.token.file names the file that holds it";
        }
        return applications.contains(peer.application())
                ? null
                : "it calls for processes of " + String.join(", ", applications) + ", and not for those of "
                        + peer.application();
    }

    /** Over a Unix socket the operating system has said who it is. Over TCP the token is the password. */
    @Override
    public RespHost.Access access(boolean local) {
        return token == null ? RespHost.Access.OPEN : RespHost.Access.PASSWORD;
    }

    @Override
    public String whyClosed() {
        return "This agent lets nobody in";
    }

    /** Whether it is the token, said by nobody, or by an application that may come. */
    @Override
    public boolean isPassword(String user, byte[] password) {
        boolean right = token != null && MessageDigest.isEqual(token, password);
        return right && (user.equals(NO_USER) || applications.contains(user));
    }

    /** Who is let in here is a process of the application, whatever its connection is called. */
    @Override
    public Caller caller(Caller said) {
        return Caller.UNKNOWN;
    }
}
