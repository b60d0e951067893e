package io.moa.registry.redis;

import io.moa.internal.UntrustedText;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what cannot be used, and names each such entry once. Safe for many threads. */
final class BadEntries {

    private static final Logger log = LoggerFactory.getLogger(BadEntries.class);
    private static final int MAX_NAMED = 1000;
    private static final int SHOWN = 200;

    private final String where;
    private final AtomicLong count = new AtomicLong();
    private final Set<String> named = new HashSet<>(); // guarded by itself
    private final Set<String> names = new HashSet<>(); // of what is met again and again; guarded by named

    BadEntries(String where) {
        this.where = where;
    }

    /**
     * Reports an entry.
     *
     * @param what its kind, such as "process"
     * @param field under which it stands; written by others
     */
    void report(String what, String field, String why) {
        count.incrementAndGet();
        String name = what + " " + printable(field);
        synchronized (named) {
            if (named.size() >= MAX_NAMED || !named.add(name)) {
                return;
            }
            if (named.size() == MAX_NAMED) {
                log.warn("{}: {} entries cannot be used; no more of them are named", where, MAX_NAMED);
                return;
            }
        }
        log.warn("{}: the entry of {} cannot be used and is passed over: {}", where, name, printable(why));
    }

    /** Reports a name that can be none. It is met again whenever the list is read, and counted the first time alone. */
    void reportName(String what, String name, String rule) {
        if (isNew(what + " " + name.length() + " " + printable(name))) {
            report(what, name, rule + ", and this one " + name.length());
        }
    }

    /** Reports something that is met again and again; it is counted the first time alone. */
    void reportOnce(String what, String why) {
        if (isNew(what)) {
            count.incrementAndGet();
            log.warn("{}: the {} cannot be used whole: {}", where, printable(what), printable(why));
        }
    }

    private boolean isNew(String entry) {
        synchronized (named) {
            return names.size() < MAX_NAMED && names.add(entry);
        }
    }

    long count() {
        return count.get();
    }

    /** Others' text for a log: one line, and not a long one. */
    private static String printable(String text) {
        return UntrustedText.shown(text, SHOWN);
    }
}
