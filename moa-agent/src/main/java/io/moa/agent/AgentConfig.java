package io.moa.agent;

import io.moa.discovery.Address;
import io.moa.mesh.AgentAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an agent does. Immutable.
 *
 * @param application whose processes it calls for; only these may connect
 * @param outbound where they hand their calls over: Unix sockets, or TCP on loopback addresses; one at least
 * @param users the numbers of further users of this host whose processes may connect to its Unix sockets, beside its own user; default none
 * @param labels what rules may ask of it, as of a client; default none
 * @param token what processes say that come over TCP; null, the default, if none of its addresses is TCP. Never shown
 * @param remote where it calls for processes of other hosts; null, the default, for nowhere
 * @param inbound where it serves the callers of these processes in their place; null, the default, for nowhere
 * @param warmUp how long at most it makes calls to itself before it listens, or takes another agent's place, so that clients do not wait for what runs there the first
 *     time, and then again waits for the JVM's compilers; 0 for not, up to 5 min, default 3 s
 * @param drainLimit how long closing waits for calls under way; 0 to 10 min, default 10 s
 */
public record AgentConfig(
        String application,
        List<Address> outbound,
        Set<Integer> users,
        Map<String, String> labels,
        @Nullable String token,
        @Nullable Remote remote,
        @Nullable Inbound inbound,
        Duration warmUp,
        Duration drainLimit) {

    private static final Duration DEFAULT_WARM_UP = Duration.ofSeconds(3);
    private static final Duration DEFAULT_DRAIN_LIMIT = Duration.ofSeconds(10);

    /**
     * A door for processes of other hosts whose own agent is gone, which find it in the registry.
     *
     * @param bind where is listened; port 0 for a free one
     * @param advertised the host under which others reach it; null for that of {@code bind}, which must not be a wildcard then
     * @param applications whose processes may come: of an agent that several applications share; empty, the default, for those of its own
     */
    public record Remote(Address.Tcp bind, @Nullable String advertised, Set<String> applications) {

        public Remote {
            applications = Set.copyOf(applications);
            if (advertised == null
                    && (bind.host().equals("0.0.0.0") || bind.host().equals("::"))) {
                throw new IllegalArgumentException(
                        "An agent that listens on every address of its host says under which one"
                                + " others reach it: advertise a host");
            }
        }

        /** The host that is announced. */
        String host() {
            return advertised == null ? bind.host() : advertised;
        }

        /** Whether several applications share it. */
        boolean isShared() {
            return !applications.isEmpty();
        }
    }

    /**
     * A door for the callers of the application's processes, which is announced in their place.
     *
     * @param bind where is listened; port 0 for a free one for each process, another port for one process
     * @param advertised the host under which callers reach it; null for that of {@code bind}, which must not be a wildcard then
     * @param advertisedPort the port under which they do, where it is translated; 0 for the one that is listened on
     */
    public record Inbound(Address.Tcp bind, @Nullable String advertised, int advertisedPort) {

        public Inbound {
            if (advertised == null
                    && (bind.host().equals("0.0.0.0") || bind.host().equals("::"))) {
                throw new IllegalArgumentException(
                        "An agent that serves callers on every address of its host says under which one"
                                + " they reach it: advertise a host");
            }
            if (advertisedPort < 0 || advertisedPort > 65_535) {
                throw new IllegalArgumentException("A port is 0 to 65535, not " + advertisedPort);
            }
        }

        /** One that is reached as it listens. */
        public Inbound(Address.Tcp bind) {
            this(bind, null, 0);
        }
    }

    /** One that serves nobody's callers. */
    public AgentConfig(
            String application,
            List<Address> outbound,
            Set<Integer> users,
            Map<String, String> labels,
            @Nullable String token,
            @Nullable Remote remote,
            Duration warmUp,
            Duration drainLimit) {
        this(application, outbound, users, labels, token, remote, null, warmUp, drainLimit);
    }

    public AgentConfig {
        outbound = List.copyOf(outbound);
        users = Set.copyOf(users);
        labels = Map.copyOf(labels);
        if (outbound.isEmpty() && remote == null) {
            throw new IllegalArgumentException("An agent listens somewhere: say at least one address");
        }
        if (token == null && (remote != null || outbound.stream().anyMatch(Address.Tcp.class::isInstance))) {
            throw new IllegalArgumentException("Over TCP anybody could call in the name of " + application
                    + ": say a token, of which its processes know, or take a Unix socket");
        }
        if (token != null && token.isBlank()) {
            throw new IllegalArgumentException("A token has at least one character that is no blank");
        }
        if (inbound != null && outbound.isEmpty()) {
            throw new IllegalArgumentException(
                    "Processes ask an agent over an address of this host to serve their callers: say at least one");
        }
        outbound.forEach(each -> AgentAddress.check(each, "the address of an agent"));
        if (users.stream().anyMatch(each -> each < 0)) {
            throw new IllegalArgumentException("The number of a user is 0 or more, not " + users);
        }
        if (warmUp.isNegative() || warmUp.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new IllegalArgumentException("warmUp is 0 to 5 min, not " + warmUp);
        }
        if (drainLimit.isNegative() || drainLimit.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("drainLimit is 0 to 10 min, not " + drainLimit);
        }
    }

    /** For the processes of an application, where they look for it if nothing else is said. */
    public static AgentConfig of(String application) {
        return at(application, AgentAddress.defaultOf(application, System::getProperty, System::getenv));
    }

    /** For the processes of an application, at a TCP address of this host. */
    public static AgentConfig at(String application, Address.Tcp outbound, String token) {
        return new AgentConfig(
                application, List.of(outbound), Set.of(), Map.of(), token, null, DEFAULT_WARM_UP, DEFAULT_DRAIN_LIMIT);
    }

    /** For the processes of an application, at one address that is no TCP address. */
    public static AgentConfig at(String application, Address outbound) {
        return new AgentConfig(
                application, List.of(outbound), Set.of(), Map.of(), null, null, DEFAULT_WARM_UP, DEFAULT_DRAIN_LIMIT);
    }

    public AgentConfig withUsers(Set<Integer> value) {
        return new AgentConfig(application, outbound, value, labels, token, remote, inbound, warmUp, drainLimit);
    }

    public AgentConfig withLabel(String name, String value) {
        Map<String, String> all = new HashMap<>(labels);
        all.put(name, value);
        return new AgentConfig(application, outbound, users, all, token, remote, inbound, warmUp, drainLimit);
    }

    public AgentConfig withWarmUp(Duration value) {
        return new AgentConfig(application, outbound, users, labels, token, remote, inbound, value, drainLimit);
    }

    public AgentConfig withDrainLimit(Duration value) {
        return new AgentConfig(application, outbound, users, labels, token, remote, inbound, warmUp, value);
    }

    /** This, with a door for processes of other hosts. */
    public AgentConfig withRemote(Remote value, String itsToken) {
        return new AgentConfig(application, outbound, users, labels, itsToken, value, inbound, warmUp, drainLimit);
    }

    /** This, with a door for the callers of its processes. */
    public AgentConfig withInbound(Inbound value) {
        return new AgentConfig(application, outbound, users, labels, token, remote, value, warmUp, drainLimit);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "AgentConfig[" + application + ", " + outbound + (remote == null ? "" : ", " + remote)
                + (inbound == null ? "" : ", " + inbound) + "]";
    }
}
