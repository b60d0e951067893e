package io.moa.ops;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What an operations agent does. Immutable.
 *
 * @param folder where it keeps versions, state and logs; one operations agent for each
 * @param listen a loopback address or a Unix socket
 * @param token which callers say
 * @param java the command of Java with its options
 * @param agentOptions of {@code moa agent}
 * @param startLimit how long an agent may take until it serves or has taken over, before an upgrade is given up
 * @param endLimit how long agents may take to end, before they are killed
 * @param logBytes how large the log of agents grows before another one is begun; three are kept
 */
public record OpsConfig(
        Path folder,
        OpsAddress listen,
        TokenFile token,
        List<String> java,
        List<String> agentOptions,
        Duration startLimit,
        Duration endLimit,
        long logBytes) {

    public static final Duration START_LIMIT = Duration.ofSeconds(60);
    public static final Duration END_LIMIT = Duration.ofSeconds(40);
    public static final long LOG_BYTES = 10L << 20;

    public OpsConfig {
        java = List.copyOf(java);
        agentOptions = List.copyOf(agentOptions);
        for (String its : List.of("--replace", "--status-file", "--for-millis")) {
            if (agentOptions.stream().anyMatch(each -> each.equals(its) || each.startsWith(its + "="))) {
                throw new IllegalArgumentException(its + " is said to an agent by the operations agent alone");
            }
        }
    }
}
