package io.moa.node.quickstart;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.discovery.Address;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;

/**
 * One agent of the quickstart as a process: it says {@code ready}, and {@code replaced} with the account in figures when another one has taken its place,
 * after which it ends. It ends by SIGTERM too, and when its input ends.
 */
public final class AgentMain {

    private AgentMain() {}

    /** Runs it; the arguments are its application, where it listens, {@code inbound} or {@code outbound}, and perhaps {@code replace}. */
    public static void main(String[] args) throws IOException {
        AgentConfig config = AgentConfig.at(args[0], Address.parse(args[1])).withWarmUp(Duration.ofSeconds(1));
        if (args[2].equals("inbound")) {
            config = config.withInbound(new AgentConfig.Inbound(new Address.Tcp("127.0.0.1", 0)));
        }
        RedisRegistry registry = RedisRegistry.open(ChildProcess.registry());
        RedisRules rules = RedisRules.open(ChildProcess.registry());
        AgentProcess agent = List.of(args).contains("replace")
                ? AgentProcess.replacing(config, registry, rules)
                : AgentProcess.start(config, registry, rules);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            agent.close();
                            rules.close();
                            registry.close();
                        },
                        "moa-quickstart-end"));
        agent.replaced().thenAccept(ledger -> {
            System.out.println("replaced " + (ledger.moa() + ledger.resp()) + " " + ledger.halfReadBytes() + " "
                    + ledger.unsentBytes() + " " + ledger.callsInFlight() + " " + ledger.callsLost());
            Thread end = new Thread(() -> System.exit(0), "moa-quickstart-replaced");
            end.start();
        });
        System.out.println("ready " + args[0]);
        System.in.transferTo(OutputStream.nullOutputStream()); // until it ends
        System.exit(0);
    }
}
