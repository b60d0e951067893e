package io.moa.cli;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.Snapshot;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Prints a line for each change of what one subscription tells, of a service or of all. For one thread at a time. */
final class ChangeLines {

    private record Seen(Snapshot.Entry entry, boolean withdrawn) {

        Set<String> services() {
            Set<String> services = new TreeSet<>();
            for (ServiceExport export : entry.instance().exports()) {
                services.add(export.service().toString());
            }
            return services;
        }
    }

    private final PrintStream out;
    private final Map<String, Seen> seen = new LinkedHashMap<>();

    ChangeLines(PrintStream out) {
        this.out = out;
    }

    /** What a service has become. */
    void take(Snapshot snapshot) {
        if (snapshot.isUnknown()) {
            return;
        }
        Map<String, Seen> now = new LinkedHashMap<>();
        for (Snapshot.Entry entry : snapshot.entries()) {
            String uuid = entry.instance().uuid();
            now.put(uuid, new Seen(entry, snapshot.goodbyes().contains(uuid)));
        }
        Set<String> service = Set.of(snapshot.service().toString());
        Set<String> uuids = new LinkedHashSet<>(now.keySet());
        uuids.addAll(seen.keySet());
        for (String uuid : uuids) {
            Seen after = now.get(uuid);
            compare(uuid, after == null ? Set.of() : service, after, seen.containsKey(uuid) ? service : Set.of());
        }
        seen.clear();
        seen.putAll(now);
    }

    /** What changed among all services. */
    void take(CatalogueChange change) {
        if (change.isUnknown()) {
            return;
        }
        Map<String, Seen> now = new LinkedHashMap<>();
        for (Snapshot.Entry entry : change.changed()) {
            String uuid = entry.instance().uuid();
            now.put(uuid, new Seen(entry, change.goodbyes().contains(uuid)));
        }
        Set<String> uuids = new LinkedHashSet<>(now.keySet());
        uuids.addAll(change.whole() ? seen.keySet() : change.gone());
        for (String uuid : uuids) {
            Seen before = seen.get(uuid);
            Seen after = now.get(uuid);
            compare(
                    uuid,
                    after == null ? Set.of() : after.services(),
                    after,
                    before == null ? Set.of() : before.services());
            if (after == null) {
                seen.remove(uuid);
            } else {
                seen.put(uuid, after);
            }
        }
    }

    private void compare(String uuid, Set<String> services, @Nullable Seen after, Set<String> servicesBefore) {
        if (after != null) {
            for (String service : services) {
                if (!servicesBefore.contains(service)) {
                    line("+", service, uuid, words(after));
                } else if (!after.equals(seen.get(uuid))) {
                    line("~", service, uuid, words(after));
                }
            }
        }
        for (String service : servicesBefore) {
            if (!services.contains(service)) {
                line("-", service, uuid, "gone");
            }
        }
    }

    private static String words(Seen seen) {
        Snapshot.Entry entry = seen.entry();
        Instance instance = entry.instance();
        // Followers see a goodbye as OFFLINE too; that word is the watchers' here.
        String state = seen.withdrawn() && entry.liveness() == Liveness.OFFLINE
                ? "WITHDRAWN by itself"
                : entry.liveness().toString();
        return instance.application() + " " + instance.addresses() + " weight " + instance.weight() + ", " + state
                + (entry.operator().equals(OperatorState.NONE)
                        ? ""
                        : ", decided: " + OperatorAction.told(entry.operator()));
    }

    private void line(String sign, String service, String uuid, String what) {
        out.println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS) + " " + sign + " "
                + Printable.of(service + " " + uuid + " " + what));
        out.flush();
    }
}
