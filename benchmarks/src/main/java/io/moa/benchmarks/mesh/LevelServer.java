package io.moa.benchmarks.mesh;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of three levels as a process. Arguments: its Redis, {@code front}, {@code middle} or {@code back}, the socket of its agent, and {@code calls-only} if it is
 * not to be called by way of it, or {@code next=PORT} if it uses none at all and finds the next level there. It says {@code @ready
 * plain=…}, the port of a second server that knows neither registry nor agent, and answers {@code seats} with {@code @seats client=… server=…}.
 */
public final class LevelServer {

    private static final long WORK_MICROS = 2_000;

    private static final String NEXT = "next=";

    private LevelServer() {}

    private static final class Working implements Levels.Front, Levels.Middle, Levels.Back {
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        private final Levels.@Nullable Level next;

        Working(Levels.@Nullable Level next) {
            this.next = next;
        }

        @Override
        public CompletableFuture<byte[]> echo(byte[] body) {
            return CompletableFuture.completedFuture(body);
        }

        @Override
        public CompletableFuture<byte[]> work(byte[] body) {
            CompletableFuture<byte[]> done = new CompletableFuture<>();
            timer.schedule(
                    () -> {
                        if (next == null) {
                            done.complete(body);
                            return;
                        }
                        next.work(body).whenComplete((answer, thrown) -> {
                            if (thrown == null) {
                                done.complete(answer);
                            } else {
                                done.completeExceptionally(thrown);
                            }
                        });
                    },
                    WORK_MICROS,
                    TimeUnit.MICROSECONDS);
            return done;
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        String level = args[1];
        MeshConfig mesh = MeshConfig.DEFAULT.withAgent(new Address.Unix(args[2]));
        Moa moa = Moa.builder(level).registry(args[0]).eventLoops(1).build();
        String option = args.length > 3 ? args[3] : "";
        MoaClient.Builder calls = option.startsWith(NEXT)
                ? MoaClient.builder(Moa.builder(level).eventLoops(1).build())
                        .withoutMesh()
                        .addresses(new Address.Tcp("127.0.0.1", Integer.parseInt(option.substring(NEXT.length()))))
                : MoaClient.builder(moa).mesh(mesh);
        MoaClient client = calls.disk(DiskConfig.OFF).build();
        Working working = new Working(
                switch (level) {
                    case "front" -> client.stub(Levels.Middle.class);
                    case "middle" -> client.stub(Levels.Back.class);
                    default -> null;
                });
        MoaServer.Builder reached = MoaServer.builder(moa);
        MoaServer server = export(option.isEmpty() ? reached.mesh(mesh) : reached.withoutMesh(), level, working);
        MoaServer plain = export(
                MoaServer.builder(Moa.builder(level).eventLoops(1).build()).withoutMesh(), level, working);
        answers.println(ChildProcess.MARK + "ready plain=" + plain.port());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (orders.readLine() != null) {
            Seat calling = working.next == null ? server.seat() : client.mesh().seat();
            answers.println(ChildProcess.MARK + "seats client=" + calling + " server=" + server.seat());
        }
        Runtime.getRuntime().halt(0);
    }

    private static MoaServer export(MoaServer.Builder builder, String level, Working working) {
        builder.host("127.0.0.1").closeOnShutdown(false);
        return switch (level) {
            case "front" -> builder.export(Levels.Front.class, working).start();
            case "middle" -> builder.export(Levels.Middle.class, working).start();
            default -> builder.export(Levels.Back.class, working).start();
        };
    }
}
