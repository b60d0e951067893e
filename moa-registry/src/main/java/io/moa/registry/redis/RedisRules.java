package io.moa.registry.redis;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live rules and release settings in Redis, which a {@link RuleDesk} writes. Their keys and their channel are their own: no
 * change of an instance touches them. The revision comes from the log of changes, so that processes that have read the same
 * usually call it the same; within one process it grows with every change. From the log comes too at which change each rule became
 * what it is, as far as the log goes back. Nothing is read, and no channel listened to, before
 * somebody asks for the first time.
 *
 * <p>A Redis that was emptied takes no rule back: what is in force stays until somebody changes rules again. So does one that has lost the
 * rules and not the log of their changes, in which nobody took them away: it counts as one that knows of none. What is in force stays, too, when
 * all texts together take more than {@link #MAX_ALL} bytes. A single text over 64 KiB, or one under a name that no rule has, is passed
 * over, counted and named once.
 *
 * <p>Listeners run on the link's thread, or on the one that subscribes, and must not block. Safe for many threads.
 */
public final class RedisRules implements RuleSource {

    /** The longest text of a rule or a setting, in bytes. */
    static final int MAX_TEXT = 64 * 1024;

    /** So many bytes all rules may have together, and so many all settings: every process keeps them, and reads them at each change. */
    static final int MAX_ALL = 4 << 20;

    /** So many rules, and so many settings, there may be. */
    static final int MAX_COUNT = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(RedisRules.class);

    private final RedisLink link;
    private final boolean ownsLink;
    private final BadEntries bad;
    private final RulesChore chore;
    private final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final List<Subscribed> subscribed = new ArrayList<>(); // guarded by lock
    private volatile RuleSet current = RuleSet.EMPTY; // written under lock
    private volatile boolean begun; // written under lock
    private volatile boolean lost; // Redis knows nothing of what it told; written under lock
    private boolean closed; // guarded by lock

    private RedisRules(RedisLink link, boolean ownsLink) {
        this.link = link;
        this.ownsLink = ownsLink;
        this.bad = new BadEntries(link.where());
        this.chore = new RulesChore();
    }

    /** Who asks for nothing costs nothing: neither a reading nor a subscription. */
    private void begin() {
        if (begun) {
            return;
        }
        synchronized (lock) {
            if (begun || closed) {
                return;
            }
            begun = true;
        }
        link.add(chore);
    }

    /** Rules over a link that others share; whoever opened the link closes it, after this. */
    public static RedisRules over(RedisLink link) {
        return new RedisRules(link, false);
    }

    /** Rules with a link of their own, which they close. */
    public static RedisRules open(RedisConfig config) {
        return new RedisRules(RedisLink.open(config), true);
    }

    @Override
    public RuleSet current() {
        begin();
        return current;
    }

    @Override
    public Following subscribe(Consumer<RuleSet> listener) {
        Subscribed following = new Subscribed(listener);
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("These rules are closed; nothing can begin in them any more");
            }
            subscribed.add(following);
            following.delivery.offer(current);
        }
        begin();
        following.delivery.drainHeld();
        return following;
    }

    /** The hosts, the name of the master and the prefix, as configured: another name of the same host is another place. */
    @Override
    public String place() {
        return link.config().place();
    }

    /** Of Sentinels and clusters one host in common is enough, with the same master's name and prefix. */
    @Override
    public boolean isPlace(String named) {
        return link.config().isPlace(named);
    }

    /** How many rules and settings were passed over because they could not be used. */
    public long badEntries() {
        return bad.count();
    }

    @Override
    public void close() {
        List<Subscribed> ending;
        synchronized (lock) {
            closed = true;
            ending = List.copyOf(subscribed);
        }
        link.remove(chore);
        ending.forEach(Subscribed::close);
        if (ownsLink) {
            link.close();
        }
    }

    private void publish(
            @Nullable String top,
            Map<String, String> rules,
            Map<String, String> settings,
            Map<String, String> versions,
            Set<String> standing) {
        List<Subscribed> told;
        synchronized (lock) {
            RuleSet before = current;
            if (hasLost(before, top, rules, settings, standing)) {
                warn(before, top, standing);
                lost = true;
                if (before.revision() > 0) {
                    return;
                }
                // Who has rules on disk goes by them: this says that nothing is known here, and not that there are
                // none.
                top = null;
                settings = Map.of();
            } else {
                lost = false;
            }
            boolean firstChange = top != null && before.neverChanged(); // "there are none" is told, too
            if (before.revision() > 0
                    && !firstChange
                    && before.rules().equals(rules)
                    && before.settings().equals(settings)
                    && before.versions().equals(versions)) {
                return;
            }
            long revision = Math.max(before.revision() + 1, revision(top));
            current = new RuleSet(revision, rules, settings, top == null ? "" : top, versions);
            subscribed.forEach(following -> following.delivery.offer(current));
            told = List.copyOf(subscribed);
        }
        told.forEach(following -> following.delivery.drain());
    }

    /**
     * Whether rules are gone that nobody took away.
     *
     * @param standing those that the log names as put last
     */
    private static boolean hasLost(
            RuleSet before,
            @Nullable String top,
            Map<String, String> rules,
            Map<String, String> settings,
            Set<String> standing) {
        if (!rules.isEmpty()) {
            return false;
        }
        boolean sameChange = top == null || top.equals(before.version());
        return !standing.isEmpty()
                || (!before.rules().isEmpty() && sameChange)
                || (top == null && settings.isEmpty() && !before.settings().isEmpty());
    }

    private void warn(RuleSet before, @Nullable String top, Set<String> standing) {
        if (lost) {
            return;
        }
        String what = top == null
                ? "the log of rules is gone, and so are all rules"
                : "all rules are gone, and the log at version " + top + " says of none of "
                        + (standing.isEmpty() ? before.rules().keySet() : standing).size()
                        + " that somebody took it away";
        LOG.warn(
                "{}: {}. This process keeps to the {} rules and {} settings that it has read here, or to the rules on its disk,"
                        + " until rules are changed again. ./moa rules get --process prints what a process holds, ./moa rules put"
                        + " --all brings that back as a whole, and ./moa rules clear says that there are none",
                link.where(),
                what,
                before.rules().size(),
                before.settings().size());
    }

    /** The place of a log's entry as a number: the millisecond and the count within it. */
    static long revision(@Nullable String id) {
        if (id == null) {
            return 1;
        }
        try {
            int dash = id.indexOf('-');
            long millis = Long.parseLong(id.substring(0, dash));
            long count = Math.min(999, Long.parseLong(id.substring(dash + 1)));
            return millis > Long.MAX_VALUE / 1000 - 1 ? 1 : millis * 1000 + count;
        } catch (RuntimeException e) {
            return 1; // an id that a stranger made up
        }
    }

    @Override
    public String toString() {
        RuleSet now = current;
        return "RedisRules[" + now.rules().size() + " rules and "
                + now.settings().size() + " settings at revision " + now.revision()
                + (lost ? ", which Redis has lost" : "")
                + ", " + link + "]";
    }

    /** One listener. */
    private final class Subscribed implements Following {
        private final SerialDelivery<RuleSet> delivery;

        Subscribed(Consumer<RuleSet> listener) {
            delivery = new SerialDelivery<>(listener, ListenerLog.of("the rules"), insideListeners);
        }

        @Override
        public void close() {
            synchronized (lock) {
                subscribed.remove(this);
            }
            delivery.close();
        }
    }

    /** Reads everything when the log's end is another than before. All state is the link's thread's, but the hint. */
    private final class RulesChore implements Chore {

        private final RedisKeys keys = link.keys();
        private volatile boolean hinted = true;
        private long pollAt;
        private long fullAt;
        private @Nullable String readAt;

        @Override
        public long dueIn(long now) {
            return hinted ? 0 : Math.min(pollAt, fullAt) - now;
        }

        @Override
        public void run(RedisConnection connection, long now) throws IOException {
            hinted = false;
            pollAt = now + Jitter.around(link.config().poll().toNanos(), link.random());
            try {
                String top = FollowedService.topOf(connection.call("XREVRANGE", keys.ruleLog(), "+", "-", "COUNT", 1));
                if (top == null ? readAt == null : top.equals(readAt)) {
                    if (fullAt - now > 0) {
                        return;
                    }
                }
                boolean unchanged = readAt != null && readAt.equals(top);
                int changes = unchanged && !lost ? 1 : RuleDesk.HISTORY;
                List<@Nullable Object> answers = connection.transaction(List.of(
                        RedisCommand.of("HGETALL", keys.rules()),
                        RedisCommand.of("HGETALL", keys.settings()),
                        RedisCommand.of("XREVRANGE", keys.ruleLog(), "+", "-", "COUNT", changes)));
                if (answers == null) {
                    throw new RedisError("ERR nothing was watched, and yet the reading was refused");
                }
                String last = FollowedService.topOf(answers.get(2));
                if (unchanged && !Objects.equals(top, last)) {
                    hinted = true; // somebody changes something just now: once more, with what was changed
                    return;
                }
                readAt = last;
                fullAt = now + Jitter.around(link.config().fullRead().toNanos(), link.random());
                Map<String, String> rules = texts("rule", answers.get(0));
                Map<String, String> settings = texts("setting", answers.get(1));
                if (rules != null && settings != null) {
                    publish(last, rules, settings, versions(rules, answers.get(2)), RuleLog.standing(answers.get(2)));
                }
            } catch (RedisError e) {
                fullAt = now; // again, after the pause that the link makes
                throw e;
            }
        }

        /** At which change each rule became what it is: by the log, or, of what it does not reach, as it was known before. */
        private Map<String, String> versions(Map<String, String> rules, @Nullable Object newestFirst) {
            Map<String, String> versions = new HashMap<>();
            RuleSet before = current;
            before.versions().forEach((id, version) -> {
                if (rules.containsKey(id) && rules.get(id).equals(before.rules().get(id))) {
                    versions.put(id, version);
                }
            });
            Set<String> seen = new HashSet<>();
            for (Object item : Replies.list(newestFirst)) {
                List<@Nullable Object> parts = Replies.list(item);
                List<String> fields = Replies.texts(parts.get(1));
                String id = RuleDesk.field(fields, "name");
                String version = Replies.text(parts.get(0));
                if (id == null || version == null || !RuleDesk.RULE.equals(RuleDesk.field(fields, "kind"))) {
                    continue;
                }
                String text = rules.get(id);
                if (seen.add(id) && text != null && text.equals(RuleDesk.field(fields, "text"))) {
                    versions.put(id, version);
                }
            }
            return versions;
        }

        /** Null if there are so many that some may be missing: a part of them might be the opposite of the whole. */
        private @Nullable Map<String, String> texts(String what, @Nullable Object answer) {
            List<@Nullable Object> parts = Replies.list(answer);
            Map<String, String> texts = new HashMap<>();
            long bytes = 0;
            for (int i = 0; i + 1 < parts.size(); i += 2) {
                String name = Replies.text(parts.get(i));
                byte[] text = Replies.bytes(parts.get(i + 1));
                bytes += text == null ? 0 : text.length;
                if (bytes > MAX_ALL || i / 2 >= MAX_COUNT) {
                    bad.reportOnce(
                            what + "s",
                            "there are more than " + MAX_COUNT + ", or they have more than " + MAX_ALL
                                    + " bytes together; those that were in force stay");
                    return null;
                }
                if (name != null && name.length() > RuleDesk.MAX_NAME) {
                    bad.reportName(what, name, "a name has up to " + RuleDesk.MAX_NAME + " characters");
                } else if (name == null || text == null || text.length > MAX_TEXT) {
                    bad.report(what, String.valueOf(name), "it is longer than " + MAX_TEXT + " bytes");
                } else {
                    texts.put(name, String.valueOf(Replies.text(text)));
                }
            }
            return texts;
        }

        @Override
        public void connected(long now) {
            fullAt = now;
        }

        @Override
        public Set<String> channels() {
            return Set.of(keys.ruleHint());
        }

        @Override
        public void hinted(String channel) {
            if (channel.equals(keys.ruleHint())) {
                hinted = true;
                link.wake();
            }
        }

        @Override
        public String toString() {
            return "The rules";
        }
    }
}
