package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.governance.policy.PolicyKey;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleUnaryOperator;

/**
 * A provider of {@link Shared} as a process, with a caller of its own, whose demand changes as its number says. Arguments: the number, 0 to 4.
 * After {@code @ready} it answers {@code turn} with {@code seen wanted=… ran=… away=…}: the calls since the turn before, and whether it goes
 * by its local share.
 */
public final class QuotaProcess {

    /** Calls a second by the second; together more than the quota at any time. */
    static final List<DoubleUnaryOperator> DEMANDS = List.of(
            second -> 600, // always busy
            second -> (long) second % 10 < 5 ? 1_000 : 0, // by turns
            second -> 20 * (second % 20), // ever more
            second -> 3, // seldom
            second -> (long) second % 7 == 0 ? 1_500 : 10); // bursts

    private QuotaProcess() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        LongAdder ran = new LongAdder();
        LongAdder wanted = new LongAdder();
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
        Moa moa = Moa.builder("shared").eventLoops(1).registry(registry).build();
        Shared shared = () -> {
            ran.increment();
            return CompletableFuture.completedFuture(1);
        };
        MoaServer server =
                MoaServer.builder(moa).host("127.0.0.1").export(shared).start();
        Moa calling = Moa.builder("caller").eventLoops(1).build();
        Shared stub = MoaClient.builder(calling)
                .addresses(new Address.Tcp("127.0.0.1", server.port()))
                .build()
                .stub(Shared.class, StubConfig.ANNOTATED.with(PolicyKey.ATTEMPTS, 1));
        Thread load = new Thread(() -> call(stub, DEMANDS.get(Integer.parseInt(args[0])), wanted), "load");
        load.setDaemon(true);
        load.start();
        System.out.println(ChildProcess.MARK + "ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            System.out.println(ChildProcess.MARK + "seen wanted=" + wanted.sumThenReset() + " ran=" + ran.sumThenReset()
                    + " away=" + server.describe().contains("local share of"));
        }
        Runtime.getRuntime().halt(0);
    }

    private static void call(Shared stub, DoubleUnaryOperator demand, LongAdder wanted) {
        long begun = System.nanoTime();
        long before = begun;
        double due = 0;
        while (true) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            long now = System.nanoTime();
            // A process that stood still does not make up for it all at once.
            due += demand.applyAsDouble((now - begun) / 1e9) * Math.min(0.1, (now - before) / 1e9);
            before = now;
            for (; due >= 1; due--) {
                wanted.increment();
                stub.take().whenComplete((one, refused) -> {}); // who is refused does not come again
            }
        }
    }
}
