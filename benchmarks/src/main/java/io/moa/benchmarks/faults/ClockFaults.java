package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import java.time.Duration;
import java.util.List;

/** What happens when wall clocks jump. */
final class ClockFaults {

    private static final String NO_LIBRARY = "run benchmarks/faketime first, which fetches libfaketime";
    private static final List<String> OFFSETS = List.of("+1h", "-1h", "+10d", "-10d", "+0");

    private ClockFaults() {}

    /** B13: the clocks of client, server and watcher jump, one after the other. */
    static Finding processes(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            Clocks clocks = Clocks.open(scene.folder());
            if (clocks == null) {
                return Finding.notPlayed("B13", NO_LIBRARY);
            }
            scene.clocks(clocks).standalone().play();
            ChildProcess watcher = WatcherFaults.watcher(scene, "watcher");
            watcher.await("ready");
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            jump(clocks, "client", options);
            clocks.set("client", "+10d");
            Scene.pause(2);
            Seen atClient = scene.turn();
            clocks.set("client", "+0");
            jump(clocks, "server-1", options);
            jump(clocks, "watcher", options);
            clocks.set("watcher", "-10d");
            Scene.pause(2);
            Duration atWatcher = off(Long.parseLong(
                    ChildProcess.fields(watcher.order("status", "status")).getOrDefault("wall", "0")));
            Seen seen = scene.turn();
            long removed = removals(scene);
            return new Finding(
                            "B13",
                            "the clocks of client, a server and a watcher jump by an hour and ten days, each way")
                    .noneFailed(control, seen)
                    .told("the client's clock was off by", off(atClient.wall()))
                    .told("the watcher's clock was off by", atWatcher)
                    .exactly("failed while the client's jumped", atClient.failed(), 0)
                    .exactly("removals by the watcher", removed, 0)
                    .end(scene.end());
        }
    }

    /** B14: Redis's own clock jumps, so that all that has an expiry expires at once. */
    static Finding redis(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            Clocks clocks = Clocks.open(scene.folder());
            if (clocks == null) {
                return Finding.notPlayed("B14", NO_LIBRARY);
            }
            scene.clocks(clocks).standalone().play();
            RedisServer redis = scene.redis().get(0);
            WatcherFaults.watcher(scene, "watcher").await("ready");
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            long before = seconds(redis);
            clocks.set("redis", "+1h");
            Scene.pause(options.faultSeconds());
            long jumped = seconds(redis) - before;
            clocks.set("redis", "+0");
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            return new Finding("B14", "the clock of Redis jumps by an hour, and back, under a watcher")
                    .noneFailed(control, seen)
                    .told("Redis's clock went on by", Duration.ofSeconds(jumped))
                    .exactly("removals by the watcher", removals(scene), 0)
                    .exactly("registered at the end", RedisFaults.registered(redis), 4)
                    .end(scene.end());
        }
    }

    private static long removals(Scene scene) throws Exception {
        return WatcherFaults.changes(scene).read(WatcherFaults.uuids(scene)).removals();
    }

    private static long seconds(RedisServer redis) {
        return Long.parseLong(RedisFaults.words(redis.command("TIME")).get(0));
    }

    private static void jump(Clocks clocks, String whose, FaultOptions options) throws Exception {
        for (String offset : OFFSETS) {
            clocks.set(whose, offset);
            Scene.pause(Math.max(3, options.faultSeconds() / OFFSETS.size()));
        }
    }

    private static Duration off(long wallMillis) {
        return Duration.ofSeconds(Math.abs(wallMillis - System.currentTimeMillis()) / 1_000);
    }
}
