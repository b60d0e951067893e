package io.moa.node.lookup;

import io.moa.lookup.LookupInstance;
import io.moa.lookup.Question;
import io.moa.lookup.ServiceNews;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Fills one answer, up to its bounds. Not safe for threads: one for each answer. */
final class Parts {

    private final int maxInstances;
    private final int maxChars;
    private int instances;
    private int chars;

    Parts(LookupConfig config) {
        this.maxInstances = config.partInstances();
        this.maxChars = config.partChars();
    }

    /** Whether more fits. */
    boolean hasRoom() {
        return instances < maxInstances && chars < maxChars;
    }

    /**
     * What is new of a service to one who has that of it, as far as there is room.
     *
     * @return null if nothing is new
     */
    @Nullable
    ServiceNews news(String service, ServiceRows rows, Question.Held held) {
        boolean partly = !held.after().isEmpty();
        if (!partly && held.revision() == rows.revision()) {
            return null;
        }
        boolean whole = !rows.knowsSince(held.revision());
        return part(service, rows, whole ? 0 : held.revision(), whole, held.after());
    }

    /** The list of a service behind a uuid, as far as there is room. */
    ServiceNews list(String service, ServiceRows rows, String after) {
        return part(service, rows, 0, true, after);
    }

    private ServiceNews part(String service, ServiceRows rows, long held, boolean whole, String after) {
        List<LookupInstance> listed = new ArrayList<>();
        List<String> goodbyes = new ArrayList<>();
        IntPredicate wanted = row -> whole || rows.since(row) > held;
        String next = "";
        int row = rows.behind(after);
        for (; row < rows.size(); row++) {
            if (!wanted.test(row)) {
                continue;
            }
            if (!hasRoom()) {
                next = listed.isEmpty() ? after : listed.get(listed.size() - 1).uuid();
                break;
            }
            LookupInstance instance = LookupInstance.of(rows.entry(row));
            listed.add(instance);
            instances++;
            chars += instance.roughSize();
            if (rows.leaving(row)) {
                goodbyes.add(instance.uuid());
            }
        }
        List<String> gone = List.of();
        if (after.isEmpty()) { // with the first part
            gone = whole ? List.of() : rows.goneSince(held, false);
            goodbyes.addAll(rows.goneSince(held, true));
            chars += 45 * (gone.size() + goodbyes.size());
        }
        return new ServiceNews(service, rows.revision(), whole, listed, gone, goodbyes, next);
    }
}
