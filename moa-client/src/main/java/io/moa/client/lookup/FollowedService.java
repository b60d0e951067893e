package io.moa.client.lookup;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.lookup.LookupInstance;
import io.moa.lookup.Question;
import io.moa.lookup.ServiceNews;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a follower has of one service. Guarded by the registry's lock; only the snapshot may be read without. */
final class FollowedService {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedService.class);
    private static final int MAX_ENTRIES = 100_000;

    /** No uuid that a registry takes is longer. */
    private static final int MAX_UUID = 200;

    /** A list of which a part has come. There may be endless parts, so only what can matter in the end is kept of them. */
    private static final class Gathered {
        final boolean whole;
        final long revision;
        final TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
        final Set<String> gone = new HashSet<>(); // of those that were listed before
        final Set<String> goodbyes = new HashSet<>(); // of those that are or were listed
        final Set<String> strangers = new LinkedHashSet<>(); // others' goodbyes, the latest last

        Gathered(boolean whole, long revision) {
            this.whole = whole;
            this.revision = revision;
        }
    }

    private final ServiceId service;
    final List<LookupSubscription> subscriptions = new ArrayList<>();
    private volatile Snapshot snapshot;

    // What the lookup that is followed now has told.
    private long held;
    private @Nullable Gathered gathered;
    private String after = "";

    // What is known, whoever told it.
    private TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
    private final Set<String> leaving = new HashSet<>(); // of the listed
    private final Set<String> left = new LinkedHashSet<>(); // the latest last
    private long badRows;

    FollowedService(ServiceId service, long nowNanos) {
        this.service = service;
        this.snapshot = Snapshot.unknown(service, nowNanos);
    }

    ServiceId service() {
        return service;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** How many rows could not be used. */
    long badRows() {
        return badRows;
    }

    /** What to say to the lookup. */
    Question.Held held() {
        return new Question.Held(service.toString(), held, after);
    }

    /** Another lookup is followed from now on: what this one told as its revisions means nothing to it. */
    void startOver() {
        held = 0;
        gathered = null;
        after = "";
    }

    /** Whether the followed lookup has told all of it. */
    boolean isComplete() {
        return held > 0 && gathered == null;
    }

    /** That nothing is new as of then. */
    void confirm(long asOfNanos) {
        Snapshot before = snapshot;
        if (!before.isUnknown() && asOfNanos - before.asOfNanos() > 0) {
            snapshot = new Snapshot(
                    service, before.revision(), before.entries(), asOfNanos, before.source(), before.goodbyes());
        }
    }

    /**
     * Takes what is new.
     *
     * @return whether subscribers are to be told
     */
    boolean take(ServiceNews news, long asOfNanos, String source) {
        Gathered part = gathered;
        if (part == null) {
            part = new Gathered(news.whole(), news.revision());
        } else if (part.whole != news.whole()) {
            startOver(); // the lookup has forgotten what this was a part of
            return false;
        }
        for (LookupInstance row : news.instances()) {
            takeRow(row, part);
        }
        takeWords(news, part);
        if (!news.next().isEmpty()) {
            gathered = part;
            after = news.next();
            return false;
        }
        gathered = null;
        after = "";
        held = part.revision;
        apply(part);
        return publish(asOfNanos, source);
    }

    private void takeWords(ServiceNews news, Gathered part) {
        for (String uuid : news.gone()) {
            if (entries.containsKey(uuid)) {
                part.gone.add(uuid);
            }
        }
        for (String uuid : news.goodbyes()) {
            if (entries.containsKey(uuid) || part.entries.containsKey(uuid)) {
                part.goodbyes.add(uuid);
            } else if (uuid.length() <= MAX_UUID) {
                part.strangers.remove(uuid);
                part.strangers.add(uuid);
                boundGoodbyes(part.strangers);
            }
        }
    }

    private static void boundGoodbyes(Set<String> latestLast) {
        for (Iterator<String> oldest = latestLast.iterator(); latestLast.size() > Snapshot.MAX_GOODBYES; ) {
            oldest.next();
            oldest.remove();
        }
    }

    /** How many uuids are kept of the parts of a list that is not complete yet. */
    int gatheredWords() {
        Gathered part = gathered;
        return part == null ? 0 : part.gone.size() + part.goodbyes.size() + part.strangers.size();
    }

    private void takeRow(LookupInstance row, Gathered part) {
        try {
            if (part.entries.size() < MAX_ENTRIES) {
                Snapshot.Entry entry = row.toEntry();
                if (entry.instance().offers(service)) {
                    part.entries.put(row.uuid(), entry);
                }
            }
        } catch (IllegalArgumentException | NullPointerException e) { // one bad row spoils no other
            if (badRows++ == 0) {
                LOG.warn("A lookup tells of a process of {} that cannot be one; it is passed over", service, e);
            }
        }
    }

    private void apply(Gathered part) {
        Set<String> gone = new HashSet<>(part.gone);
        if (part.whole) {
            gone.addAll(entries.keySet());
            gone.removeAll(part.entries.keySet());
        }
        TreeMap<String, Snapshot.Entry> next = new TreeMap<>(entries);
        left.addAll(part.strangers); // first, so that who was listed is remembered for longer
        for (String uuid : gone) {
            next.remove(uuid);
            boolean said = leaving.remove(uuid); // who went offline and is lost then has left all the same
            if (said || part.goodbyes.contains(uuid)) {
                left.remove(uuid);
                left.add(uuid);
            }
        }
        part.entries.forEach((uuid, entry) -> {
            if (next.size() >= MAX_ENTRIES && !next.containsKey(uuid)) {
                return;
            }
            next.put(uuid, entry);
            left.remove(uuid);
            if (part.goodbyes.contains(uuid) || part.strangers.contains(uuid)) { // its row may have come later
                leaving.add(uuid);
            } else {
                leaving.remove(uuid);
            }
        });
        boundGoodbyes(left);
        entries = next;
    }

    private boolean publish(long asOfNanos, String source) {
        Set<String> goodbyes = new HashSet<>(left);
        goodbyes.addAll(leaving);
        List<Snapshot.Entry> listed = List.copyOf(entries.values());
        Snapshot before = snapshot;
        if (!before.isUnknown()
                && before.entries().equals(listed)
                && before.goodbyes().equals(goodbyes)) {
            confirm(asOfNanos);
            return false;
        }
        snapshot = new Snapshot(service, before.revision() + 1, listed, asOfNanos, source, goodbyes);
        subscriptions.forEach(subscription -> subscription.offer(snapshot));
        return true;
    }
}
