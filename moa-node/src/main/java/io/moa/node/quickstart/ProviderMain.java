package io.moa.node.quickstart;

import io.moa.discovery.Address;
import io.moa.mesh.MeshConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One provider of the quickstart as a process: it announces itself in the registry of the environment variable
 * {@code MOA_REGISTRY}, says {@code ready UUID ADDRESS}, and answers {@code counts} on standard input. It ends by SIGTERM, and
 * when its input ends, so that nothing is left when the quickstart itself is killed.
 */
public final class ProviderMain {

    private ProviderMain() {}

    /** Runs it; the arguments are its name, and perhaps where its agent listens. */
    public static void main(String[] args) throws IOException {
        RedisRegistry registry = RedisRegistry.open(ChildProcess.registry());
        RedisRules rules = args.length > 1 ? RedisRules.open(ChildProcess.registry()) : null;
        MeshConfig mesh = args.length > 1
                ? MeshConfig.DEFAULT.withAgent(Address.parse(args[1])).withStayAway(Duration.ZERO)
                : MeshConfig.DEFAULT;
        SampleProvider provider = SampleProvider.start(args[0], registry, rules, "127.0.0.1", 0, null, mesh);
        Thread end = new Thread(
                () -> {
                    provider.close();
                    registry.close();
                    if (rules != null) {
                        rules.close();
                    }
                },
                "moa-quickstart-end");
        Runtime.getRuntime().addShutdownHook(end);
        System.out.println("ready " + provider.uuid() + " " + provider.address());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("counts")) {
                Provider.Counts counts = provider.counts();
                System.out.println("counts " + counts.runs() + " " + counts.notes() + " " + counts.inFlight() + " "
                        + counts.repeated());
            }
        }
        System.exit(0); // through the hook
    }
}
