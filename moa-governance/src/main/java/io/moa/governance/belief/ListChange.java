package io.moa.governance.belief;

import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How one list of a service differs from another. Long lists change often and by little: two in the same order, as registries tell
 * them, are compared in one walk, without making anything of what is the same. Immutable.
 *
 * @param came whose uuid is only in the later list
 * @param changed whose uuid is in both, with different entries
 * @param left whose uuid is only in the earlier list
 */
public record ListChange(List<Snapshot.Entry> came, List<Replaced> changed, List<Snapshot.Entry> left) {

    /**
     * Two entries of one uuid that are not equal. Immutable.
     *
     * @param before in the earlier list
     * @param now in the later one
     */
    public record Replaced(Snapshot.Entry before, Snapshot.Entry now) {}

    public ListChange {
        came = List.copyOf(came);
        changed = List.copyOf(changed);
        left = List.copyOf(left);
    }

    /** Compares two lists, each of which names a uuid once; fastest if both are in the order of their uuids, and right in any order. */
    public static ListChange between(List<Snapshot.Entry> before, List<Snapshot.Entry> now) {
        Found found = new Found();
        found.walk(before, now);
        found.settle();
        return new ListChange(found.came, found.changed, found.left);
    }

    @SuppressWarnings(
            "ReferenceEquality") // what a registry did not read anew is the very same, and that is most of a list
    private static boolean isSame(Snapshot.Entry old, Snapshot.Entry fresh) {
        return old == fresh;
    }

    private static final class Found {
        final List<Snapshot.Entry> came = new ArrayList<>();
        final List<Replaced> changed = new ArrayList<>();
        final List<Snapshot.Entry> left = new ArrayList<>();

        /** Pairs what stands beside one another. Whoever moved to another place in the list is taken for one that left and came. */
        private void walk(List<Snapshot.Entry> before, List<Snapshot.Entry> now) {
            int i = 0;
            int j = 0;
            while (i < before.size() && j < now.size()) {
                Snapshot.Entry old = before.get(i);
                Snapshot.Entry fresh = now.get(j);
                int order = isSame(old, fresh)
                        ? 0
                        : old.instance().uuid().compareTo(fresh.instance().uuid());
                if (order == 0) {
                    replace(old, fresh);
                } else if (order < 0) {
                    left.add(old);
                } else {
                    came.add(fresh);
                }
                i += order <= 0 ? 1 : 0;
                j += order >= 0 ? 1 : 0;
            }
            left.addAll(before.subList(i, before.size()));
            came.addAll(now.subList(j, now.size()));
        }

        /** Finds those who only moved: none, if both lists are in the order of their uuids. */
        private void settle() {
            if (left.isEmpty() || came.isEmpty()) {
                return;
            }
            Map<String, Snapshot.Entry> gone = new HashMap<>();
            left.forEach(entry -> gone.put(entry.instance().uuid(), entry));
            Set<String> moved = new HashSet<>();
            for (Snapshot.Entry fresh : came) {
                Snapshot.Entry old = gone.get(fresh.instance().uuid());
                if (old != null) {
                    moved.add(fresh.instance().uuid());
                    replace(old, fresh);
                }
            }
            if (!moved.isEmpty()) {
                left.removeIf(entry -> moved.contains(entry.instance().uuid()));
                came.removeIf(entry -> moved.contains(entry.instance().uuid()));
            }
        }

        private void replace(Snapshot.Entry old, Snapshot.Entry fresh) {
            if (!isSame(old, fresh) && !old.equals(fresh)) {
                changed.add(new Replaced(old, fresh));
            }
        }
    }
}
