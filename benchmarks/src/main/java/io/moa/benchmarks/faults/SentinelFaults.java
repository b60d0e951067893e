package io.moa.benchmarks.faults;

import io.moa.benchmarks.RedisServer;
import io.moa.discovery.OperatorState;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisLink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** What happens to calls and to the registry when a master fails over. */
final class SentinelFaults {

    private SentinelFaults() {}

    static Finding failover(FaultOptions options) throws Exception {
        Finding finding = new Finding(
                "B7, B8",
                options.rounds()
                        + " failovers by Sentinel, every second one by SIGSTOP, the old master back each time");
        List<Long> writable = new ArrayList<>();
        List<Long> complete = new ArrayList<>();
        List<Long> switched = new ArrayList<>();
        List<Long> after = new ArrayList<>();
        try (Scene scene = new Scene(options)) {
            scene.sentinels().play();
            RedisLink link = scene.link();
            OperatorDesk desk = new OperatorDesk(link);
            write(desk);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            for (int round = 0; round < options.rounds(); round++) {
                boolean stop = round % 2 == 1;
                RedisServer master = master(scene);
                if (stop) {
                    master.signal("STOP");
                } else {
                    master.kill();
                }
                // The Sentinels are asked beside the writes, for how long they take is not ours.
                CompletableFuture<Long> told = new CompletableFuture<>();
                Thread asking = new Thread(
                        () -> {
                            try {
                                told.complete(Scene.millisUntil(30, () -> master(scene) != master));
                            } catch (Exception e) {
                                told.completeExceptionally(e);
                            }
                        },
                        "asks-the-sentinels");
                asking.setDaemon(true);
                asking.start();
                long took = Scene.millisUntil(30, () -> write(desk));
                writable.add(took);
                switched.add(told.get(60, TimeUnit.SECONDS));
                after.add(Math.max(0, took - switched.get(round)));
                if (stop) {
                    master.signal("CONT"); // two masters, until the Sentinels have told the old one
                } else {
                    master.start();
                }
                RedisServer now = master(scene);
                // B8: what the old master took and never passed on. Everything that two of the four wrote is such a
                // write here.
                RedisFaults.loseHalf(now);
                complete.add(Scene.millisUntil(30, () -> RedisFaults.registered(now) == 4));
                // The old one must be a replica again before it can be chosen.
                Scene.millisUntil(
                        30,
                        () -> scene.redis().get(0).command("ROLE").contains("connected")
                                || scene.redis().get(1).command("ROLE").contains("connected"));
                Scene.pause(3);
            }
            Seen seen = scene.turn();
            Collections.sort(writable);
            Collections.sort(complete);
            Collections.sort(switched);
            Collections.sort(after);
            return finding.came("master killed or stopped", options)
                    .noneFailed(control, seen)
                    .told("the Sentinels named the next master, median", median(switched) + " ms")
                    .told("the same, worst", worst(switched) + " ms")
                    .told("writable after that, worst", worst(after) + " ms")
                    .told("writable again, median", median(writable) + " ms")
                    .atMost("writable again, worst", worst(writable), 4_000, " ms")
                    .atMost(
                            "all four registered at it, two of whose writes it has lost, worst",
                            worst(complete),
                            6_000,
                            " ms")
                    .end(scene.end());
        }
    }

    /** B9: the message of a failover is lost, because nobody reaches a Sentinel while it happens. */
    static Finding lostMessage(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            List<Relay> relays = scene.relayedSentinels();
            scene.play();
            OperatorDesk desk = new OperatorDesk(scene.link());
            write(desk);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            relays.forEach(Relay::cut);
            RedisServer old = master(scene);
            old.signal("STOP");
            long failedOver = Scene.millisUntil(30, () -> master(scene) != old);
            old.signal("CONT");
            Scene.pause(options.faultSeconds() / 2);
            RedisServer now = master(scene);
            // What is registered at the new master came with replication. It is taken away before anybody can know that
            // master, so that what stands there afterwards was written by those who found it.
            now.command("DEL", "{moa}:p");
            for (Relay relay : relays) {
                relay.heal();
            }
            long written = Scene.millisUntil(30, () -> RedisFaults.registered(now) == 4);
            long writable = Scene.millisUntil(30, () -> write(desk) && old != now);
            Seen seen = scene.turn();
            return new Finding(
                            "B9",
                            "the Sentinels cut off from servers and client during a failover, and the old master alive")
                    .noneFailed(control, seen)
                    .told("the Sentinels changed the master after", failedOver + " ms")
                    .atMost("all four write to the new master, after the heal", written, 3_000, " ms")
                    .told("an operator's write after that", writable + " ms")
                    .end(scene.end());
        }
    }

    private static long median(List<Long> sorted) {
        return sorted.get(sorted.size() / 2);
    }

    /** -1 means never, which is worse than anything. */
    private static long worst(List<Long> sorted) {
        return sorted.get(0) < 0 ? Long.MAX_VALUE : sorted.get(sorted.size() - 1);
    }

    private static boolean write(OperatorDesk desk) {
        try {
            desk.decide("nobody", new OperatorState(true, null, null), "faults").join();
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    private static RedisServer master(Scene scene) {
        for (int i = 2; i < scene.redis().size(); i++) {
            List<String> answer =
                    RedisFaults.words(scene.redis().get(i).command("SENTINEL", "get-master-addr-by-name", "faults"));
            for (RedisServer redis : scene.redis().subList(0, 2)) {
                if (answer.contains(Integer.toString(redis.port()))) {
                    return redis;
                }
            }
        }
        throw new IllegalStateException("no Sentinel knows a master");
    }
}
