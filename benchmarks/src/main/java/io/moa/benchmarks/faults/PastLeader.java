package io.moa.benchmarks.faults;

import io.moa.benchmarks.RedisServer;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.Written;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A watcher whose parts another one has taken over. Immutable.
 *
 * @param name its name
 * @param fences what it held, and under which fence each
 * @param before what was changed until the moment at which it could write again
 */
record PastLeader(String name, Map<Integer, Long> fences, Set<Evidence> before) {

    PastLeader {
        fences = Map.copyOf(fences);
        before = Set.copyOf(before);
    }

    /** What a watcher holds, as Redis has it. */
    static Map<Integer, Long> held(RedisServer redis, String name) {
        Map<Integer, Long> fences = new HashMap<>();
        List<String> words = RedisFaults.words(redis.command("HGETALL", "{moa}:wp"));
        for (int i = 0; i + 1 < words.size(); i += 2) {
            String[] holding = words.get(i + 1).split(" ", 2);
            if (holding.length == 2 && holding[1].equals(name)) {
                fences.put(Integer.parseInt(words.get(i)), Long.parseLong(holding[0]));
            }
        }
        return fences;
    }

    /**
     * Writes in its name, once for each part that it held, as it would if nothing had told it of the takeover. A watcher that wakes
     * up may have nothing to write, and then it would show nothing. Each write is about an instance that nobody knows, so
     * that one which slips past the fence hurts nobody.
     *
     * @return how many the store did not refuse as stale
     */
    long accepted(WatchStore store) throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        fences.forEach((part, fence) -> {
            String uuid = unknown(part);
            Evidence why =
                    new Evidence(uuid, Change.SUSPECT, name, part, fence, 0, "played", 0, List.of(), List.of(), "");
            verdicts.add(new Verdict(part, fence, uuid, Change.SUSPECT, List.of(), why));
        });
        return store.write(name, verdicts).get(30, TimeUnit.SECONDS).stream()
                .filter(written -> written.result() != Written.Result.STALE)
                .count();
    }

    /** A name of no instance, which belongs to the part. */
    private static String unknown(int part) {
        int i = 0;
        while (WatchStore.partOf("nobody-" + i) != part) {
            i++;
        }
        return "nobody-" + i;
    }

    /** How many changes it made itself after the takeover, under a fence from before it. */
    long late(Set<Evidence> changes) {
        return changes.stream()
                .filter(each -> each.watcher().equals(name) && !before.contains(each))
                .filter(each -> each.fence() <= fences.getOrDefault(each.part(), 0L))
                .count();
    }
}
