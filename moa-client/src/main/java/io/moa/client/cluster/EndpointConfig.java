package io.moa.client.cluster;

import java.time.Duration;

/**
 * How a client keeps connections to an instance. Immutable.
 *
 * @param connections how many to one instance; 1 to 64, default 1: calls are multiplexed, so more only help to use more
 *     event loops
 * @param backoffFirst the longest pause after the first failed connect; 1 ms to 1 min, default 100 ms
 * @param backoffMax the longest pause that is drawn after many; at least the first, at most 10 min, default 5 s. The pause is
 *     drawn evenly between 0 and a bound that doubles with each failure ("full jitter"), so that clients do not come back
 *     together; from the fourth failure on up to 2 s more pass until the client's own moment
 * @param maxWaiting how many calls may wait for one connection; further ones are refused; default 10,000
 */
public record EndpointConfig(int connections, Duration backoffFirst, Duration backoffMax, int maxWaiting) {

    /** Every value its default. */
    public static final EndpointConfig DEFAULT =
            new EndpointConfig(1, Duration.ofMillis(100), Duration.ofSeconds(5), 10_000);

    public EndpointConfig {
        if (connections < 1 || connections > 64) {
            throw new IllegalArgumentException("connections is 1 to 64, not " + connections);
        }
        if (backoffFirst.toMillis() < 1 || backoffFirst.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("backoffFirst is 1 ms to 1 min, not " + backoffFirst);
        }
        if (backoffMax.compareTo(backoffFirst) < 0 || backoffMax.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("backoffMax is backoffFirst to 10 min, not " + backoffMax);
        }
        if (maxWaiting < 1) {
            throw new IllegalArgumentException("maxWaiting is at least 1, not " + maxWaiting);
        }
    }

    public EndpointConfig withConnections(int value) {
        return new EndpointConfig(value, backoffFirst, backoffMax, maxWaiting);
    }
}
