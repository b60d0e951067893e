package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What happens to instances when watchers fail. */
final class WatcherFaults {

    private static final int PARTS = 64;

    private WatcherFaults() {}

    /** B10: a watcher cut off from two of four servers, and a server that really dies meanwhile. */
    static Finding cutOff(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            RedisServer redis = scene.redis().get(0);
            ChildProcess cut = watcher(scene, "cut-off");
            ChildProcess sound = watcher(scene, "sound");
            cut.await("ready");
            sound.await("ready");
            Scene.millisUntil(30, () -> holders(redis).size() == 2);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            for (int i = 0; i < 2; i++) {
                cut.order("cut " + uuid(scene, i), "status");
            }
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            int wrong = offline(redis).size();
            int suspected = marked(redis, "SUSPECT").size();
            String dead = uuid(scene, 3);
            scene.servers().get(3).kill();
            long removed = Scene.millisUntil(30, () -> offline(redis).contains(dead));
            Set<String> left = offline(redis);
            left.remove(dead);
            Scene.pause(2);
            Seen after = scene.turn();
            return new Finding(
                            "B10",
                            "one of two watchers cut off from two of four servers for " + options.faultSeconds()
                                    + " s; then another server killed (SIGKILL) meanwhile")
                    .noneFailed(control, seen)
                    .told("of the two suspected", suspected)
                    .exactly("of the two removed", wrong + left.size(), 0)
                    .atMost("the killed one removed after", removed, 10_000, " ms")
                    .exactly("idempotent failed at the kill", after.failedIdempotent() + after.wrong(), 0)
                    .end(scene.end());
        }
    }

    /** B11: the watcher that holds most is killed or frozen, again and again. */
    static Finding leaders(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            RedisServer redis = scene.redis().get(0);
            List<ChildProcess> watchers = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                names.add("watcher-" + i);
                watchers.add(watcher(scene, names.get(i)));
                watchers.get(i).await("ready");
            }
            Scene.millisUntil(30, () -> holders(redis).size() == 2);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            List<Long> takeovers = new ArrayList<>();
            long stale = 0;
            int wrong = 0;
            for (int round = 0; round < options.rounds(); round++) {
                int victim = round % 2;
                String gone = names.get(victim);
                boolean freeze = round / 2 % 2 == 1;
                if (freeze) {
                    watchers.get(victim).signal("STOP");
                } else {
                    watchers.get(victim).kill();
                }
                long took = Scene.millisUntil(30, () -> !holders(redis).contains(gone) && held(redis) == PARTS);
                takeovers.add(took < 0 ? Long.MAX_VALUE : took);
                if (freeze) {
                    watchers.get(victim).signal("CONT");
                    stale += Long.parseLong(
                            ChildProcess.fields(watchers.get(victim).order("status", "status"))
                                    .getOrDefault("stale", "0"));
                } else {
                    names.set(victim, "watcher-" + (round + 2));
                    watchers.set(victim, watcher(scene, names.get(victim)));
                    watchers.get(victim).await("ready");
                }
                Scene.millisUntil(30, () -> holders(redis).size() == 2);
                wrong += offline(redis).size();
            }
            Collections.sort(takeovers);
            Seen seen = scene.turn();
            return new Finding(
                            "B11",
                            "one of two watchers killed or frozen (SIGSTOP), " + options.rounds()
                                    + " times; the simulation in the build plays 200")
                    .noneFailed(control, seen)
                    .told("takeover, median", takeovers.get(takeovers.size() / 2) + " ms")
                    .atMost("takeover, worst", takeovers.get(takeovers.size() - 1), 6_000, " ms")
                    .told("writes of a frozen one that the store refused", stale)
                    .exactly("removed", wrong, 0)
                    .end(scene.end());
        }
    }

    static ChildProcess watcher(Scene scene, String name) throws Exception {
        return scene.other(name, CutWatcher.class, name);
    }

    static String uuid(Scene scene, int server) throws Exception {
        Map<String, String> said = scene.ready(scene.servers().get(server));
        String uuid = said.get("uuid");
        if (uuid == null) {
            throw new IllegalStateException("server " + server + " did not say its uuid");
        }
        return uuid;
    }

    /** The instances that watchers have marked OFFLINE. */
    static Set<String> offline(RedisServer redis) {
        return marked(redis, "OFFLINE");
    }

    private static Set<String> marked(RedisServer redis, String mark) {
        Set<String> uuids = new HashSet<>();
        List<String> words = RedisFaults.words(redis.command("HGETALL", "{moa}:m"));
        for (int i = 0; i + 1 < words.size(); i += 2) {
            if (words.get(i + 1).contains(mark)) {
                uuids.add(words.get(i));
            }
        }
        return uuids;
    }

    private static Set<String> holders(RedisServer redis) {
        Set<String> names = new HashSet<>();
        for (String word : RedisFaults.words(redis.command("HVALS", "{moa}:wp"))) {
            names.add(word.substring(word.indexOf(' ') + 1));
        }
        return names;
    }

    private static int held(RedisServer redis) {
        return RedisFaults.words(redis.command("HVALS", "{moa}:wp")).size();
    }
}
