package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.node.watch.HandshakeProbe;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisWatchStore;
import io.moa.registry.watch.Probe;
import io.moa.registry.watch.WatchConfig;
import io.moa.registry.watch.Watcher;
import io.moa.registry.watch.WatcherStatus;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A watcher as a process that can be cut off from instances: its probes of them never arrive. The argument is its name. Orders:
 * {@code cut UUID}, {@code heal}, {@code status}, each answered by {@code @status …}.
 */
public final class CutWatcher {

    private CutWatcher() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Set<String> cut = ConcurrentHashMap.newKeySet();
        try (RedisLink link = RedisLink.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
                Moa moa = Moa.builder("moa-watcher")
                        .instance(args[0])
                        .eventLoops(1)
                        .build()) {
            Probe real = new HandshakeProbe(
                    moa.transport(), moa.self(), moa.scheduler(), moa.ticker(), Duration.ofSeconds(1), moa.hostId());
            Probe probe = instance -> cut.contains(instance.uuid())
                    ? CompletableFuture.completedFuture(Probe.Finding.failed("cut off"))
                    : real.probe(instance);
            try (Watcher watcher = new Watcher(
                    args[0],
                    new RedisWatchStore(link),
                    probe,
                    WatchConfig.DEFAULT,
                    moa.scheduler(),
                    moa.ticker(),
                    System::currentTimeMillis,
                    moa.chance())) {
                watcher.start();
                answers.println(ChildProcess.MARK + "ready");
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                    if (order.startsWith("cut ")) {
                        cut.add(order.substring("cut ".length()));
                    } else if (order.equals("heal")) {
                        cut.clear();
                    }
                    answers.println(ChildProcess.MARK + "status " + told(watcher.status()));
                }
            }
        }
        System.exit(0);
    }

    private static String told(WatcherStatus status) {
        return "parts=" + status.parts() + " registered=" + status.registered() + " suspected=" + status.suspected()
                + " removed=" + status.removed() + " stale=" + status.stale() + " pauses=" + status.pauses()
                + " isolations=" + status.isolations() + " wall=" + System.currentTimeMillis();
    }
}
