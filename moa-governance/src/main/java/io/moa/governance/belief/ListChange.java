package io.moa.governance.belief;

import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How one list of a service differs from another. Long lists change often and by little: two in the order of their uuids, as
 * registries tell them, are compared in one walk, without making anything of what is the same. Immutable.
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

    /** Compares two lists, in any order; if a list names a uuid twice, its last entry counts. */
    public static ListChange between(List<Snapshot.Entry> before, List<Snapshot.Entry> now) {
        Found found = new Found();
        if (ascends(before) && ascends(now)) {
            found.walk(before, now);
        } else {
            found.lookUp(before, now);
        }
        return new ListChange(found.came, found.changed, found.left);
    }

    private static boolean ascends(List<Snapshot.Entry> entries) {
        String last = null;
        for (Snapshot.Entry entry : entries) {
            String uuid = entry.instance().uuid();
            if (last != null && last.compareTo(uuid) >= 0) {
                return false;
            }
            last = uuid;
        }
        return true;
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

        private void lookUp(List<Snapshot.Entry> before, List<Snapshot.Entry> now) {
            Map<String, Snapshot.Entry> fresh = byUuid(now);
            for (Map.Entry<String, Snapshot.Entry> each : byUuid(before).entrySet()) {
                Snapshot.Entry found = fresh.remove(each.getKey());
                if (found == null) {
                    left.add(each.getValue());
                } else {
                    replace(each.getValue(), found);
                }
            }
            came.addAll(fresh.values());
        }

        private static Map<String, Snapshot.Entry> byUuid(List<Snapshot.Entry> entries) {
            Map<String, Snapshot.Entry> all = new LinkedHashMap<>();
            for (Snapshot.Entry entry : entries) {
                all.put(entry.instance().uuid(), entry);
            }
            return all;
        }

        private void replace(Snapshot.Entry old, Snapshot.Entry fresh) {
            if (!isSame(old, fresh) && !old.equals(fresh)) {
                changed.add(new Replaced(old, fresh));
            }
        }
    }
}
