package io.moa.agent;

import io.moa.client.mesh.AgentAddress;
import io.moa.discovery.Address;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an agent does. Immutable.
 *
 * @param application whose processes it calls for; only these may connect
 * @param outbound where they hand their calls over: Unix sockets, or TCP on loopback addresses; one at least
 * @param users the numbers of further users of this host whose processes may connect to its Unix sockets, beside its own user; default none
 * @param labels what rules may ask of it, as of a client; default none
 * @param drainLimit how long closing waits for calls under way; 0 to 10 min, default 10 s
 */
public record AgentConfig(
        String application,
        List<Address> outbound,
        Set<Integer> users,
        Map<String, String> labels,
        Duration drainLimit) {

    public AgentConfig {
        outbound = List.copyOf(outbound);
        users = Set.copyOf(users);
        labels = Map.copyOf(labels);
        if (outbound.isEmpty()) {
            throw new IllegalArgumentException("An agent listens somewhere: say at least one address");
        }
        outbound.forEach(each -> AgentAddress.check(each, "the address of an agent"));
        if (users.stream().anyMatch(each -> each < 0)) {
            throw new IllegalArgumentException("The number of a user is 0 or more, not " + users);
        }
        if (drainLimit.isNegative() || drainLimit.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("drainLimit is 0 to 10 min, not " + drainLimit);
        }
    }

    /** For the processes of an application, where they look for it if nothing else is said. */
    public static AgentConfig of(String application) {
        return at(application, AgentAddress.defaultOf(application, System::getProperty, System::getenv));
    }

    /** For the processes of an application, at one address. */
    public static AgentConfig at(String application, Address outbound) {
        return new AgentConfig(application, List.of(outbound), Set.of(), Map.of(), Duration.ofSeconds(10));
    }

    public AgentConfig withUsers(Set<Integer> value) {
        return new AgentConfig(application, outbound, value, labels, drainLimit);
    }

    public AgentConfig withLabel(String name, String value) {
        Map<String, String> all = new HashMap<>(labels);
        all.put(name, value);
        return new AgentConfig(application, outbound, users, all, drainLimit);
    }

    public AgentConfig withDrainLimit(Duration value) {
        return new AgentConfig(application, outbound, users, labels, value);
    }
}
