package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisWatchStore;
import io.moa.registry.watch.WatchStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** What happens to instances when watchers fail. */
final class WatcherFaults {

    private static final int PARTS = 64;
    private static final String DOUBTFUL = "doubtful";

    private WatcherFaults() {}

    /** B10: a watcher cut off from two of four servers, and a server that really dies meanwhile. */
    static Finding cutOff(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            RedisServer redis = scene.redis().get(0);
            Map<String, ChildProcess> watchers = Map.of("one", watcher(scene, "one"), "two", watcher(scene, "two"));
            for (ChildProcess watcher : watchers.values()) {
                watcher.await("ready");
            }
            Scene.millisUntil(30, () -> holders(redis).size() == 2 && held(redis) == PARTS);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            // Of four servers one of the two watchers holds at least two: it is cut off from just these.
            Map<String, List<Integer>> watched = new HashMap<>();
            for (int i = 0; i < scene.servers().size(); i++) {
                watched.computeIfAbsent(holder(redis, uuid(scene, i)), name -> new ArrayList<>())
                        .add(i);
            }
            Map.Entry<String, List<Integer>> most = watched.entrySet().stream()
                    .max(Comparator.comparingInt(entry -> entry.getValue().size()))
                    .orElseThrow();
            List<Integer> cut = most.getValue().subList(0, 2);
            for (int i : cut) {
                Objects.requireNonNull(watchers.get(most.getKey())).order("cut " + uuid(scene, i), "status");
            }
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            int suspected = marked(redis, "SUSPECT").size();
            int victim = IntStream.range(0, 4)
                    .filter(i -> !cut.contains(i))
                    .findFirst()
                    .orElseThrow();
            String dead = uuid(scene, victim);
            scene.servers().get(victim).kill();
            long removed = Scene.millisUntil(30, () -> offline(redis).contains(dead));
            Scene.pause(2);
            Seen after = scene.turn();
            Changes changes = changes(scene).read(uuids(scene));
            List<String> alive =
                    uuids(scene).stream().filter(uuid -> !uuid.equals(dead)).toList();
            return new Finding(
                            "B10",
                            "one of two watchers cut off from the two of four servers that it watches, for "
                                    + options.faultSeconds() + " s; then another server killed (SIGKILL) meanwhile")
                    .noneFailed(control, seen)
                    .exactly("of the two suspected", suspected, 2)
                    .exactly("removals of those that lived", changes.removals(alive), 0)
                    .atMost("the killed one removed after", removed, 10_000, " ms")
                    .exactly("idempotent failed at the kill", after.failedIdempotent() + after.wrong(), 0)
                    .end(scene.end());
        }
    }

    private static Instance doubtful() {
        return Instance.builder(DOUBTFUL, "doubtful")
                .addresses(List.of(new Address.Tcp("127.0.0.1", 1)))
                .protocol(Instance.MOA_1)
                .exports(List.of(new ServiceExport(ServiceId.of("moa.benchmarks.Doubtful"), Set.of("hessian"), "")))
                .build();
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
            // Somebody about whom there is something to write: it says that it lives, and nobody reaches it.
            RedisRegistry.over(scene.link()).register(doubtful());
            List<String> watched = new ArrayList<>(uuids(scene));
            watched.add(DOUBTFUL);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            List<Long> takeovers = new ArrayList<>();
            Changes changes = changes(scene);
            WatchStore store = new RedisWatchStore(scene.link());
            List<PastLeader> past = new ArrayList<>();
            long refused = 0;
            long tried = 0;
            long accepted = 0;
            for (int round = 0; round < options.rounds(); round++) {
                int victim = round % 2;
                String gone = names.get(victim);
                boolean freeze = round / 2 % 2 == 1;
                Map<Integer, Long> held = Map.of();
                if (freeze) {
                    watchers.get(victim).signal("STOP");
                    held = PastLeader.held(redis, gone);
                } else {
                    watchers.get(victim).kill();
                }
                long took = Scene.millisUntil(30, () -> !holders(redis).contains(gone) && held(redis) == PARTS);
                takeovers.add(took < 0 ? Long.MAX_VALUE : took);
                if (freeze) {
                    PastLeader leader =
                            new PastLeader(gone, held, changes.read(watched).all());
                    past.add(leader);
                    watchers.get(victim).signal("CONT");
                    refused += Long.parseLong(
                            ChildProcess.fields(watchers.get(victim).order("status", "status"))
                                    .getOrDefault("stale", "0"));
                } else {
                    names.set(victim, "watcher-" + (round + 2));
                    watchers.set(victim, watcher(scene, names.get(victim)));
                    watchers.get(victim).await("ready");
                }
                Scene.millisUntil(30, () -> holders(redis).size() == 2);
                if (freeze) { // it has a lease again, so that the fence alone can refuse it
                    tried += held.size();
                    accepted += past.get(past.size() - 1).accepted(store);
                }
                changes.read(watched);
            }
            Collections.sort(takeovers);
            Seen seen = scene.turn();
            for (PastLeader leader : past) {
                accepted += leader.late(changes.all());
            }
            return new Finding(
                            "B11",
                            "one of two watchers killed or frozen (SIGSTOP), " + options.rounds()
                                    + " times; the simulation in the build plays 200")
                    .came("killed or frozen", options)
                    .noneFailed(control, seen)
                    .told("takeover, median", takeovers.get(takeovers.size() / 2) + " ms")
                    .atMost("takeover, worst", takeovers.get(takeovers.size() - 1), 6_000, " ms")
                    .told("its own writes that the store refused after it woke", refused)
                    .told("writes played under the fences of a frozen one", tried)
                    .exactly("stale writes that were accepted", accepted, 0)
                    .told("changes of the mark of one that nobody reaches", changes.of(DOUBTFUL))
                    .exactly("removals of those that lived", changes.removals(uuids(scene)), 0)
                    .end(scene.end());
        }
    }

    static ChildProcess watcher(Scene scene, String name) throws Exception {
        return scene.other(name, CutWatcher.class, name);
    }

    /** What watchers changed in this scene. */
    static Changes changes(Scene scene) {
        return new Changes(new RedisWatchStore(scene.link()));
    }

    /** The servers that the scene has at this moment. */
    static List<String> uuids(Scene scene) throws Exception {
        List<String> uuids = new ArrayList<>();
        for (int i = 0; i < scene.servers().size(); i++) {
            uuids.add(uuid(scene, i));
        }
        return uuids;
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
    private static Set<String> offline(RedisServer redis) {
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

    private static String holder(RedisServer redis, String uuid) {
        List<String> words =
                RedisFaults.words(redis.command("HMGET", "{moa}:wp", Integer.toString(WatchStore.partOf(uuid))));
        return words.get(0).substring(words.get(0).indexOf(' ') + 1);
    }

    private static int held(RedisServer redis) {
        return RedisFaults.words(redis.command("HVALS", "{moa}:wp")).size();
    }
}
