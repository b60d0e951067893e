package io.moa.registry.watch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which parts a watcher holds, and which it should. Each part goes to one of the fit watchers by rendezvous; if none is
 * fit, to one of all, for somebody must hold it. Guarded by the watcher's lock.
 */
final class PartTable {

    private final String self;
    private final Map<Integer, Long> held = new HashMap<>();
    private Map<String, Boolean> watchers = Map.of();
    private long largestFence;

    /** What to do after a round. */
    record Moves(Set<Integer> lost, Set<Integer> gained, Set<Integer> claim, Map<Integer, Long> release) {}

    PartTable(String self) {
        this.self = self;
    }

    /** Takes in what the store says. What is given here and not told again is lost. */
    Moves learn(Round round) {
        watchers = round.watchers();
        Map<Integer, Long> now = new HashMap<>();
        round.parts().forEach((part, holding) -> {
            largestFence = Math.max(largestFence, holding.fence());
            if (holding.watcher().equals(self)) {
                now.put(part, holding.fence());
            }
        });
        Set<Integer> lost = new HashSet<>();
        Set<Integer> gained = new HashSet<>();
        for (int part = 0; part < WatchStore.PARTS; part++) {
            boolean had = held.containsKey(part);
            boolean has = now.containsKey(part);
            if (had && !has) {
                lost.add(part);
            } else if (has && !had) {
                gained.add(part);
            }
        }
        held.clear();
        held.putAll(now);
        Set<Integer> claim = new HashSet<>();
        Map<Integer, Long> release = new HashMap<>();
        List<String> candidates = candidates();
        for (int part = 0; part < WatchStore.PARTS; part++) {
            boolean mine = self.equals(Rendezvous.holder(part, candidates));
            Round.Holding holding = round.parts().get(part);
            if (mine && (holding == null || !watchers.containsKey(holding.watcher()))) {
                claim.add(part);
            }
            Long fence = held.get(part);
            if (!mine && fence != null && !candidates.isEmpty()) {
                release.put(part, fence);
            }
        }
        return new Moves(lost, gained, claim, release);
    }

    private List<String> candidates() {
        List<String> fit = new ArrayList<>();
        watchers.forEach((name, isFit) -> {
            if (isFit) {
                fit.add(name);
            }
        });
        return fit.isEmpty() ? new ArrayList<>(watchers.keySet()) : fit;
    }

    /** Takes in parts that a claim was given; returns those that are new. */
    Set<Integer> given(Map<Integer, Long> parts) {
        Set<Integer> gained = new HashSet<>();
        parts.forEach((part, fence) -> {
            largestFence = Math.max(largestFence, fence);
            if (held.put(part, fence) == null) {
                gained.add(part);
            }
        });
        return gained;
    }

    /** Lets parts go. */
    void drop(Set<Integer> parts) {
        held.keySet().removeAll(parts);
    }

    boolean holds(int part) {
        return held.containsKey(part);
    }

    /** The fence of a part; 0 if it is not held. */
    long fence(int part) {
        return held.getOrDefault(part, 0L);
    }

    long largestFence() {
        return largestFence;
    }

    Set<Integer> parts() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(held.keySet()));
    }

    /** The fit watchers beside this one. */
    List<String> others() {
        List<String> others = new ArrayList<>();
        watchers.forEach((name, isFit) -> {
            if (isFit && !name.equals(self)) {
                others.add(name);
            }
        });
        return others;
    }
}
