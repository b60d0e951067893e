package io.moa.benchmarks.mesh;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.benchmarks.ChildProcess;
import io.moa.discovery.Address;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The agent of an application as a process, for its calls and for its callers. Arguments: its Redis, the application, its socket. */
public final class LevelAgent {

    private LevelAgent() {}

    /** Runs it until its input ends. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        AgentConfig config = new AgentConfig(
                args[1],
                List.of(new Address.Unix(args[2])),
                Set.of(),
                Map.of(),
                null,
                null,
                new AgentConfig.Inbound(new Address.Tcp("127.0.0.1", 0)),
                Duration.ZERO,
                Duration.ofSeconds(1));
        RedisConfig redis = RedisConfig.parse(args[0]);
        AgentProcess.start(config, RedisRegistry.open(redis), RedisRules.open(redis));
        answers.println(ChildProcess.MARK + "ready");
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }
}
