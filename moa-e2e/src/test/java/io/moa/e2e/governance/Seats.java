package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshStep;
import io.moa.testkit.FakeTicker;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

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

    private static final AtomicInteger AGENTS = new AtomicInteger();

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

    /**
     * Somebody whose calls are governed in a seat.
     *
     * @param client the process
     * @param upgrade has another agent take the place of the one that governs, where the seat is that of one that was replaced; else does nothing
     */
    record Seated(MoaClient client, Runnable upgrade) {}

    /** A client whose calls are governed in this seat as its process would; what belongs to it is kept by the processes of the test. */
    MoaClient client(Processes processes, Moa moa, UnaryOperator<MoaClient.Builder> more) {
        Seated seated = seat(processes, moa, more);
        seated.upgrade().run();
        return seated.client();
    }

    /** The same, and its agent is replaced when the test says so. */
    Seated seat(Processes processes, Moa moa, UnaryOperator<MoaClient.Builder> more) {
        if (this == DIRECT) {
            return new Seated(processes.keep(more.apply(MoaClient.builder(moa)).build()), () -> {});
        }
        String token = "of agent " + AGENTS.incrementAndGet(); // no client is to find another one's
        AgentConfig config = config(processes, moa.self().application(), token);
        UnaryOperator<Moa.Builder> runtime =
                each -> each.eventLoops(1).ticker(moa.ticker()).chance(moa.chance());
        AgentProcess agent = processes.keep(AgentProcess.start(
                config, moa.registry(), moa.rules(), runtime, this == UPGRADED ? any -> any : governing(more)));
        MeshConfig mesh = MeshConfig.DEFAULT
                .withMode(MeshMode.ON)
                .withToken(token)
                .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3);
        MoaClient client = processes.keep(more.apply(MoaClient.builder(moa))
                .mesh(
                        this == REMOTE
                                ? mesh.withSteps(MeshStep.SHARED)
                                : mesh.withAgent(agent.outbound().get(0)))
                .build());
        Processes.soon()
                .until(
                        () -> {
                            if (moa.ticker() instanceof FakeTicker still) {
                                still.advance(Duration.ofMillis(100)); // other agents may be asked first
                            }
                            return client.mesh().seat() == seat;
                        },
                        client::toString);
        processes.governs(agent, client);
        if (this != UPGRADED) {
            return new Seated(client, () -> {});
        }
        return new Seated(client, () -> {
            Processes.soon().until(agent::isReplaceable, agent::toString);
            processes.governs(
                    processes.keep(
                            AgentProcess.replacing(config, moa.registry(), moa.rules(), runtime, governing(more))),
                    client);
            agent.replaced().orTimeout(60, TimeUnit.SECONDS).join();
        });
    }

    private AgentConfig config(Processes processes, String application, String token) {
        if (this == REMOTE) {
            return new AgentConfig(
                    "shared",
                    List.of(),
                    Set.of(),
                    Map.of(),
                    token,
                    new AgentConfig.Remote(new Address.Tcp("127.0.0.1", 0), null, Set.of(application)),
                    Duration.ZERO,
                    Duration.ofSeconds(10));
        }
        try {
            Path folder = Files.createTempDirectory("seat");
            processes.keep(
                    () -> { // when the agent has left it
                        try (Stream<Path> left = Files.list(folder)) {
                            assertThat(left).isEmpty();
                        }
                        Files.delete(folder);
                    });
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
