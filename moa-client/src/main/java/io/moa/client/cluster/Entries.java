package io.moa.client.cluster;

import io.moa.discovery.Liveness;
import io.moa.discovery.Snapshot;
import java.util.Set;

/** Entries of a registry in words. */
final class Entries {

    private Entries() {}

    static String describe(Snapshot.Entry entry, Set<String> goodbyes) {
        Integer decided = entry.operator().weight();
        int weight = decided != null ? decided : entry.instance().weight();
        if (entry.operator().offline()) {
            return "not called: an operator took it offline";
        }
        String tag = entry.operator().tag() == null ? "" : "; its tag is an operator's";
        if (goodbyes.contains(entry.instance().uuid())) {
            return "not called: it said itself that it leaves";
        }
        if (!entry.online()) {
            return "not called: watchers took it off the online list";
        }
        if (weight == 0) {
            return "not called: its weight is 0" + (decided != null ? ", says an operator" : "");
        }
        return "called; weight " + weight + (decided != null ? ", says an operator" : "") + tag
                + (entry.liveness() == Liveness.SUSPECT
                        ? "; a watcher cannot reach it, but calls of this process succeed"
                        : "");
    }
}
