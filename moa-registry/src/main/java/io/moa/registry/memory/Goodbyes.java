package io.moa.registry.memory;

import io.moa.discovery.Snapshot;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** Who of one service said goodbye: the listed ones, and the latest of those that are gone. Guarded by the store's lock. */
final class Goodbyes {

    private final Set<String> listed = new HashSet<>();
    private final Set<String> gone = new LinkedHashSet<>(); // oldest first

    /**
     * Notes how a process stands.
     *
     * @return whether the set is another one now
     */
    boolean note(String uuid, boolean isListed, boolean says) {
        if (isListed) {
            boolean returned = gone.remove(uuid);
            boolean said = says ? listed.add(uuid) : listed.remove(uuid);
            return said || (returned && !says);
        }
        boolean had = listed.remove(uuid);
        if (!says && !had) {
            return false; // an earlier goodbye stands
        }
        boolean added = gone.add(uuid); // who went offline and is lost then has left all the same
        Iterator<String> oldest = gone.iterator();
        while (gone.size() > Snapshot.MAX_GOODBYES) {
            oldest.next();
            oldest.remove();
        }
        return added && !had;
    }

    Set<String> all() {
        Set<String> all = new HashSet<>(gone);
        all.addAll(listed);
        return Set.copyOf(all);
    }
}
