package io.moa.mesh;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a client uses an agent. Immutable. The settings {@code moa.mesh} and {@code moa.mesh.agent} of the release stand above the code.
 *
 * @param mode whether at all; default {@link MeshMode#OFF}
 * @param agent where the agent of this process listens: a Unix socket, or TCP on a loopback address; null, the default, for {@link
 *     AgentAddress#defaultOf the socket of the application's agent}
 * @param pingEvery how often the agent is asked for a sign of life; 10 ms to 10 s, default 100 ms
 * @param silentAfter without a sign of life for so long the calls go another way; at least twice {@code pingEvery}, default 300 ms
 * @param goodPings how many signs of life in a row are wanted before calls go to an agent that was left; 1 to 100, default 3
 * @param stayAway for how long at least an agent that was left gets no calls; 0 to 10 min, default 5 s. It doubles each time the agent is left
 *     within so long of its return, up to a minute
 * @param steps which ways calls may go, in their order; default {@link MeshStep#DEFAULT}
 * @param token what is said to an agent over TCP to be let in; null, the default, for nothing. Never shown
 */
public record MeshConfig(
        MeshMode mode,
        @Nullable Address agent,
        Duration pingEvery,
        Duration silentAfter,
        int goodPings,
        Duration stayAway,
        List<MeshStep> steps,
        @Nullable String token) {

    /** No agent, unless the release says so. */
    public static final MeshConfig DEFAULT = new MeshConfig(
            MeshMode.OFF,
            null,
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            3,
            Duration.ofSeconds(5),
            MeshStep.DEFAULT,
            null);

    public MeshConfig {
        between("pingEvery", pingEvery, Duration.ofMillis(10), Duration.ofSeconds(10));
        between("silentAfter", silentAfter, pingEvery.multipliedBy(2), Duration.ofMinutes(1));
        if (goodPings < 1 || goodPings > 100) {
            throw new IllegalArgumentException("goodPings is 1 to 100, not " + goodPings);
        }
        between("stayAway", stayAway, Duration.ZERO, Duration.ofMinutes(10));
        steps = MeshStep.checked(steps, "steps");
        if (agent != null) {
            AgentAddress.check(agent, "the address of the agent");
        }
    }

    private static void between(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }

    public MeshConfig withMode(MeshMode value) {
        return new MeshConfig(value, agent, pingEvery, silentAfter, goodPings, stayAway, steps, token);
    }

    public MeshConfig withAgent(Address value) {
        return new MeshConfig(mode, value, pingEvery, silentAfter, goodPings, stayAway, steps, token);
    }

    public MeshConfig withStayAway(Duration value) {
        return new MeshConfig(mode, agent, pingEvery, silentAfter, goodPings, value, steps, token);
    }

    public MeshConfig withPings(Duration every, Duration silent, int good) {
        return new MeshConfig(mode, agent, every, silent, good, stayAway, steps, token);
    }

    public MeshConfig withSteps(MeshStep... value) {
        return new MeshConfig(mode, agent, pingEvery, silentAfter, goodPings, stayAway, List.of(value), token);
    }

    MeshConfig withSteps(List<MeshStep> value) {
        return new MeshConfig(mode, agent, pingEvery, silentAfter, goodPings, stayAway, value, token);
    }

    public MeshConfig withToken(@Nullable String value) {
        return new MeshConfig(mode, agent, pingEvery, silentAfter, goodPings, stayAway, steps, value);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "MeshConfig[" + mode.text() + ", agent " + agent + ", steps " + steps + "]";
    }
}
