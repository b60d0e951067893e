package io.moa.e2e.governance;

import io.moa.Moa;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** In which seat the calls of this run of the suite are governed: the system property {@code moa.test.seat}. */
enum Seats {
    /** The process itself. The default. */
    DIRECT(Seat.DIRECT),
    /** An agent beside it. */
    LOCAL(Seat.LOCAL),
    /** An agent elsewhere, which several applications share. */
    REMOTE(Seat.REMOTE),
    /** An agent beside it, which has taken another one's place while the process was connected. */
    UPGRADED(Seat.LOCAL);

    private static final String TOKEN = "of this test";

    private static final ThreadLocal<Boolean> GOVERNING = ThreadLocal.withInitial(() -> ofThisRun() == DIRECT);

    private final Seat seat;

    Seats(Seat seat) {
        this.seat = seat;
    }

    /** Whether the client whose builder is being filled is the one that governs, so that it alone is to be observed. */
    static boolean isGoverning() {
        return GOVERNING.get();
    }

    static Seats ofThisRun() {
        return valueOf(System.getProperty("moa.test.seat", "direct").toUpperCase(Locale.ROOT));
    }

    /** A client whose calls are governed in this seat as its process would; what belongs to it is kept by the processes of the test. */
    MoaClient client(Processes processes, Moa moa, UnaryOperator<MoaClient.Builder> more) {
        if (this == DIRECT) {
            return processes.keep(more.apply(MoaClient.builder(moa)).build());
        }
        AgentConfig config = config(processes, moa.self().application());
        UnaryOperator<Moa.Builder> runtime =
                each -> each.eventLoops(1).ticker(moa.ticker()).chance(moa.chance());
        AgentProcess agent = processes.keep(AgentProcess.start(
                config, moa.registry(), moa.rules(), runtime, this == UPGRADED ? any -> any : governing(more)));
        MeshConfig mesh = MeshConfig.DEFAULT
                .withMode(MeshMode.ON)
                .withToken(TOKEN)
                .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3);
        MoaClient client = processes.keep(more.apply(MoaClient.builder(moa))
                .mesh(
                        this == REMOTE
                                ? mesh.withSteps(MeshStep.SHARED)
                                : mesh.withAgent(agent.outbound().get(0)))
                .build());
        Processes.soon().until(() -> client.mesh().seat() == seat, client::toString);
        if (this == UPGRADED) {
            Processes.soon().until(agent::isReplaceable, agent::toString);
            processes.keep(AgentProcess.replacing(config, moa.registry(), moa.rules(), runtime, governing(more)));
            agent.replaced().orTimeout(60, TimeUnit.SECONDS).join();
        }
        return client;
    }

    private AgentConfig config(Processes processes, String application) {
        if (this == REMOTE) {
            return new AgentConfig(
                    "shared",
                    List.of(),
                    Set.of(),
                    Map.of(),
                    TOKEN,
                    new AgentConfig.Remote(new Address.Tcp("127.0.0.1", 0), null, Set.of(application)),
                    Duration.ZERO,
                    Duration.ofSeconds(10));
        }
        try {
            Path folder = Files.createTempDirectory("seat");
            processes.keep(() -> Files.deleteIfExists(folder)); // when the agent has left it
            return AgentConfig.at(
                            application, new Address.Unix(folder.resolve("s").toString()))
                    .withWarmUp(Duration.ZERO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static UnaryOperator<MoaClient.Builder> governing(UnaryOperator<MoaClient.Builder> more) {
        return builder -> {
            GOVERNING.set(true);
            try {
                return more.apply(builder);
            } finally {
                GOVERNING.remove();
            }
        };
    }
}
