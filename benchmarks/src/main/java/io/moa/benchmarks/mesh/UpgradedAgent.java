package io.moa.benchmarks.mesh;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.benchmarks.ChildProcess;
import io.moa.discovery.Address;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import io.moa.transport.handover.HandOverLedger;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** An agent as a process. It says {@code ready}, and {@code replaced} with its ledger when another one has its place; then it ends. */
public final class UpgradedAgent {

    static final String APPLICATION = "upgrades";

    private UpgradedAgent() {}

    /**
     * Runs it; the arguments are its Redis, its application, {@code start}, {@code replace} or {@code replace-cold}, which makes no calls to itself before, its token, and where it listens.
     */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        AgentConfig config = new AgentConfig(
                args[1],
                Arrays.stream(args).skip(4).map(Address::parse).toList(),
                Set.of(),
                Map.of(),
                args[3],
                null,
                args[2].equals("replace") ? Duration.ofSeconds(3) : Duration.ZERO,
                Duration.ofSeconds(10));
        RedisConfig redis = RedisConfig.parse(args[0]);
        RedisRegistry registry = RedisRegistry.open(redis);
        RedisRules rules = RedisRules.open(redis);
        AgentProcess agent = args[2].startsWith("replace")
                ? AgentProcess.replacing(config, registry, rules)
                : AgentProcess.start(config, registry, rules);
        agent.replaced().thenAccept(ledger -> {
            answers.println(ChildProcess.MARK + "replaced " + told(ledger));
            new Thread(
                            () -> {
                                agent.close();
                                rules.close();
                                registry.close();
                                System.exit(0);
                            },
                            "replaced")
                    .start();
        });
        answers.println(ChildProcess.MARK + "ready");
        System.in.transferTo(OutputStream.nullOutputStream());
        agent.close();
        rules.close();
        registry.close();
        System.exit(0);
    }

    private static String told(HandOverLedger ledger) {
        return "moa=" + ledger.moa() + " resp=" + ledger.resp() + " kept=" + ledger.kept() + " half="
                + ledger.halfRead() + " halfBytes=" + ledger.halfReadBytes() + " unsent=" + ledger.unsent()
                + " unsentBytes=" + ledger.unsentBytes() + " inFlight=" + ledger.callsInFlight() + " finished="
                + ledger.callsFinished() + " lost=" + ledger.callsLost() + " pauses="
                + Arrays.stream(ledger.pauses().toLongs())
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining(","));
    }
}
