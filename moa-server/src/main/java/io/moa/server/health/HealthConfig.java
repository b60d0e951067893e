package io.moa.server.health;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a server answers the probes of an orchestrator, over HTTP. Immutable. By default it does not.
 *
 * <p>The system property {@code moa.server.health}, and below it the environment variable {@code MOA_SERVER_HEALTH}, stand above
 * the code: {@code off}, a port, or {@code host:port}.
 *
 * @param host where it listens; default 127.0.0.1. An orchestrator that asks over the network, as Kubernetes does, needs {@code
 *     0.0.0.0}
 * @param port 0 to 65535; 0 for a free one
 * @param startupLimit how long {@code /startup} waits for the first registration before it says yes all the same, so that a
 *     registry that is away restarts nobody; 0 to 1 h, default 1 min
 * @param stuckAfter how long an event loop may not turn before {@code /live} says no; 1 s to 10 min, default 10 s
 * @param requestLimit how long a connection may last, from when it is accepted to when its client has closed it; 100 ms to 1 min,
 *     default 1 s
 */
public record HealthConfig(String host, int port, Duration startupLimit, Duration stuckAfter, Duration requestLimit) {

    private static final Pattern PLACE = Pattern.compile("(?:(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]\\s]+):)?([0-9]{1,5})");

    public HealthConfig {
        if (host.isBlank() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "Health is told at a host and a port of 0 to 65535, not at " + host + ":" + port);
        }
        inRange("startupLimit", startupLimit, Duration.ZERO, Duration.ofHours(1));
        inRange("stuckAfter", stuckAfter, Duration.ofSeconds(1), Duration.ofMinutes(10));
        inRange("requestLimit", requestLimit, Duration.ofMillis(100), Duration.ofMinutes(1));
    }

    /** At a port of 127.0.0.1. */
    public static HealthConfig at(int port) {
        return at("127.0.0.1", port);
    }

    /** At a host and a port. */
    public static HealthConfig at(String host, int port) {
        return new HealthConfig(host, port, Duration.ofMinutes(1), Duration.ofSeconds(10), Duration.ofSeconds(1));
    }

    public HealthConfig withStartupLimit(Duration value) {
        return new HealthConfig(host, port, value, stuckAfter, requestLimit);
    }

    public HealthConfig withStuckAfter(Duration value) {
        return new HealthConfig(host, port, startupLimit, value, requestLimit);
    }

    public HealthConfig withRequestLimit(Duration value) {
        return new HealthConfig(host, port, startupLimit, stuckAfter, value);
    }

    /**
     * What property or variable says, or else the code.
     *
     * @param code what the code says; null for off
     * @return null for off
     * @throws IllegalArgumentException if what is said is no place
     */
    public static @Nullable HealthConfig over(
            @Nullable HealthConfig code,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        String said = property.apply("moa.server.health");
        if (said == null) {
            said = variable.apply("MOA_SERVER_HEALTH");
        }
        if (said == null) {
            return code;
        }
        String text = said.strip();
        if (text.isEmpty() || text.equals("off")) {
            return null;
        }
        Matcher place = PLACE.matcher(text);
        if (!place.matches()) {
            throw new IllegalArgumentException(
                    "moa.server.health (MOA_SERVER_HEALTH) is off, a port, or host:port, not \"" + text + "\"");
        }
        String host = place.group(1) == null ? "127.0.0.1" : place.group(1).replaceAll("[\\[\\]]", "");
        HealthConfig rest = code == null ? at(0) : code;
        return new HealthConfig(
                host, Integer.parseInt(place.group(2)), rest.startupLimit(), rest.stuckAfter(), rest.requestLimit());
    }

    private static void inRange(String what, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(what + " is " + min + " to " + max + ", not " + value);
        }
    }
}
