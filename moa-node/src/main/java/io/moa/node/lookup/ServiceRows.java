package io.moa.node.lookup;

import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who offers one service, in columns: for each row since which revision it is as it is, so that what is new to a follower is
 * found without a log. Immutable; a change is a new value that shares what it can.
 */
final class ServiceRows {

    /** Nobody offers it, and nothing is remembered of it. Its revision is that of a service never heard of. */
    static final ServiceRows NOBODY = new ServiceRows(
            1, new Snapshot.Entry[0], new long[0], new boolean[0], new String[0], new long[0], new boolean[0], 1);

    /**
     * How one process stands from now on.
     *
     * @param entry null if it is listed no more
     * @param goodbye whether it said itself that it takes no new calls
     */
    record Stand(Snapshot.@Nullable Entry entry, boolean goodbye) {}

    private final long revision;
    private final Snapshot.Entry[] entries; // by uuid
    private final long[] since;
    private final boolean[] leaving;
    private final String[] gone; // oldest first, at most MAX_GOODBYES
    private final long[] goneSince;
    private final boolean[] goneWithGoodbye;
    private final long complete; // from this revision on, gone lacks nobody

    private ServiceRows(
            long revision,
            Snapshot.Entry[] entries,
            long[] since,
            boolean[] leaving,
            String[] gone,
            long[] goneSince,
            boolean[] goneWithGoodbye,
            long complete) {
        this.revision = revision;
        this.entries = entries;
        this.since = since;
        this.leaving = leaving;
        this.gone = gone;
        this.goneSince = goneSince;
        this.goneWithGoodbye = goneWithGoodbye;
        this.complete = complete;
    }

    long revision() {
        return revision;
    }

    int size() {
        return entries.length;
    }

    int usable() {
        int usable = 0;
        for (Snapshot.Entry entry : entries) {
            usable += entry.usable() && entry.instance().reachable() ? 1 : 0;
        }
        return usable;
    }

    Snapshot.Entry entry(int row) {
        return entries[row];
    }

    /** All of them, by uuid. */
    List<Snapshot.Entry> entries() {
        return Collections.unmodifiableList(Arrays.asList(entries));
    }

    long since(int row) {
        return since[row];
    }

    boolean leaving(int row) {
        return leaving[row];
    }

    /** The first row behind a uuid; 0 for the empty one. */
    int behind(String uuid) {
        int low = 0;
        int high = entries.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (uuidOf(middle).compareTo(uuid) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Whether what is new since a revision is all known; else the whole list must be told. */
    boolean knowsSince(long held) {
        return held >= complete && held <= revision;
    }

    /** Who is gone since a revision; with everybody remembered if it is 0. */
    List<String> goneSince(long held, boolean withGoodbye) {
        List<String> uuids = new ArrayList<>();
        for (int i = 0; i < gone.length; i++) {
            if (goneSince[i] > held && (!withGoodbye || goneWithGoodbye[i])) {
                uuids.add(gone[i]);
            }
        }
        return uuids;
    }

    /** How many who are gone are remembered. */
    int goneCount() {
        return gone.length;
    }

    /** Since when each of those is gone; oldest first. */
    long[] goneSince() {
        return goneSince.clone();
    }

    /** These rows, with nobody remembered who is gone since an earlier revision than this; this itself if nobody is. */
    ServiceRows forgetting(long earlierThan) {
        int first = 0;
        while (first < gone.length && goneSince[first] < earlierThan) {
            first++;
        }
        if (first == 0) {
            return this;
        }
        return new ServiceRows(
                revision,
                entries,
                since,
                leaving,
                Arrays.copyOfRange(gone, first, gone.length),
                Arrays.copyOfRange(goneSince, first, gone.length),
                Arrays.copyOfRange(goneWithGoodbye, first, gone.length),
                Math.max(complete, goneSince[first - 1])); // who has that revision knows that they are gone
    }

    private String uuidOf(int row) {
        return entries[row].instance().uuid();
    }

    /** These rows with changes, at a new revision; this itself if nothing is another. */
    ServiceRows with(Map<String, Stand> changes, long next) {
        TreeMap<String, Stand> effective = new TreeMap<>();
        changes.forEach((uuid, stand) -> {
            if (changes(uuid, stand)) {
                effective.put(uuid, stand);
            }
        });
        if (effective.isEmpty()) {
            return this;
        }
        int most = entries.length + effective.size();
        Snapshot.Entry[] newEntries = new Snapshot.Entry[most];
        long[] newSince = new long[most];
        boolean[] newLeaving = new boolean[most];
        int size = 0;
        int row = 0;
        Gone left = new Gone();
        for (Map.Entry<String, Stand> change : effective.entrySet()) {
            String uuid = change.getKey();
            Stand stand = change.getValue();
            for (; row < entries.length && uuidOf(row).compareTo(uuid) < 0; row++, size++) {
                newEntries[size] = entries[row];
                newSince[size] = since[row];
                newLeaving[size] = leaving[row];
            }
            if (row < entries.length && uuidOf(row).equals(uuid)) {
                row++;
            }
            Snapshot.Entry entry = stand.entry();
            if (entry == null) {
                left.add(uuid, stand.goodbye());
            } else {
                left.returned(uuid);
                newEntries[size] = entry;
                newSince[size] = next;
                newLeaving[size] = stand.goodbye();
                size++;
            }
        }
        for (; row < entries.length; row++, size++) {
            newEntries[size] = entries[row];
            newSince[size] = since[row];
            newLeaving[size] = leaving[row];
        }
        return left.rows(
                next,
                Arrays.copyOf(newEntries, size),
                Arrays.copyOf(newSince, size),
                Arrays.copyOf(newLeaving, size),
                this == NOBODY ? next : complete); // what was before nobody remembers
    }

    private boolean changes(String uuid, Stand stand) {
        int row = behind(uuid) - 1;
        boolean listed = row >= 0 && uuidOf(row).equals(uuid);
        Snapshot.Entry entry = stand.entry();
        if (entry == null) {
            return listed;
        }
        return !listed || leaving[row] != stand.goodbye() || !entries[row].equals(entry);
    }

    /** Who is gone, while it is changed. */
    private final class Gone {
        private final Map<String, Integer> before = new HashMap<>();
        private final boolean[] dropped = new boolean[gone.length];
        private final List<String> uuids = new ArrayList<>();
        private final List<Boolean> goodbyes = new ArrayList<>();

        Gone() {
            for (int i = 0; i < gone.length; i++) {
                before.put(gone[i], i);
            }
        }

        void returned(String uuid) {
            Integer at = before.get(uuid);
            if (at != null) {
                dropped[at] = true;
            }
        }

        void add(String uuid, boolean goodbye) {
            uuids.add(uuid);
            goodbyes.add(goodbye);
        }

        ServiceRows rows(long next, Snapshot.Entry[] rows, long[] rowsSince, boolean[] rowsLeaving, long completeFrom) {
            int kept = 0;
            for (boolean drop : dropped) {
                kept += drop ? 0 : 1;
            }
            int all = kept + uuids.size();
            int over = Math.max(0, all - Snapshot.MAX_GOODBYES);
            String[] newGone = new String[all - over];
            long[] newSince = new long[all - over];
            boolean[] newGoodbye = new boolean[all - over];
            long from = completeFrom;
            int skipped = 0;
            int size = 0;
            for (int i = 0; i < gone.length + uuids.size(); i++) {
                boolean old = i < gone.length;
                if (old && dropped[i]) {
                    continue;
                }
                long at = old ? goneSince[i] : next;
                if (skipped < over) {
                    skipped++;
                    from = Math.max(from, at); // who has that revision knows that it is gone
                    continue;
                }
                newGone[size] = old ? gone[i] : uuids.get(i - gone.length);
                newSince[size] = at;
                newGoodbye[size] = old ? goneWithGoodbye[i] : goodbyes.get(i - gone.length);
                size++;
            }
            return new ServiceRows(next, rows, rowsSince, rowsLeaving, newGone, newSince, newGoodbye, from);
        }
    }
}
