package io.moa.node.proxy;

import io.moa.governance.policy.PolicySettings;
import io.moa.protocol.serialize.NamedMethod;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy does. Immutable.
 *
 * @param application the name under which the processes run that it stands for
 * @param published processes whose services are published; each is an instance of its own
 * @param outbound where they call others; null for nowhere
 * @param operationsPort where an operator asks it, on loopback, such as {@code ./moa top}; 0 for a free one; null for nowhere
 * @param policies what is decided about calls, in the form of a release configuration; system properties and environment stand above it. Each name is
 *     that of a policy, and of a method that is there if its service is published here
 * @param drainLimit how long closing waits for calls under way; 0 to 10 min
 */
public record ProxyConfig(
        String application,
        List<PublishedConfig> published,
        @Nullable OutboundConfig outbound,
        @Nullable Integer operationsPort,
        Map<String, String> policies,
        Duration drainLimit) {

    public ProxyConfig {
        published = List.copyOf(published);
        policies = Map.copyOf(policies);
        if (published.isEmpty() && outbound == null) {
            throw new IllegalArgumentException(
                    "A proxy publishes something, or calls for others: say \"publish\", or \"outbound\", or both");
        }
        if (operationsPort != null) {
            PublishedConfig.between("operationsPort", operationsPort, 0, 65_535);
        }
        if (drainLimit.isNegative() || drainLimit.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("drainMs is 0 to 600000, not " + drainLimit.toMillis());
        }
        checkPolicies(published, policies);
        Set<Integer> ports = new HashSet<>();
        for (PublishedConfig each : published) {
            if (each.port() != 0 && !ports.add(each.port())) {
                throw new IllegalArgumentException("Two processes are published at the port " + each.port());
            }
        }
    }

    /** All of them are ours: what nobody reads, such as a misspelt name, is a mistake and not somebody else's. */
    private static void checkPolicies(List<PublishedConfig> published, Map<String, String> policies) {
        UnaryOperator<String> place = name -> "policies: " + name;
        PolicySettings.requireRead(policies, place);
        for (PublishedConfig each : published) {
            for (PublishedConfig.Service service : each.services()) {
                PolicySettings.ofTexts(policies, service.id(), place)
                        .check(
                                service.id().toString(),
                                service.methods().stream().map(NamedMethod::id).toList());
            }
        }
    }

    /** Everything else at its default. */
    public static ProxyConfig of(
            String application, List<PublishedConfig> published, @Nullable OutboundConfig outbound) {
        return new ProxyConfig(application, published, outbound, null, Map.of(), Duration.ofSeconds(10));
    }

    public ProxyConfig withPolicies(Map<String, String> value) {
        return new ProxyConfig(application, published, outbound, operationsPort, value, drainLimit);
    }

    public ProxyConfig withOperationsPort(int value) {
        return new ProxyConfig(application, published, outbound, value, policies, drainLimit);
    }
}
