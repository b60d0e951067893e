package io.moa.registry.memory;

import io.moa.discovery.RuleSet;
import io.moa.discovery.internal.SerialDelivery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The rules and release settings that the rule sources of one JVM share, and the desk at which they are changed.
 *
 * <p>It begins empty at revision 1, which is known, and grows by one with every change; what changes nothing makes no
 * revision and tells nobody. {@link #disconnect()} and {@link #reconnect()} play an outage: the desk goes on working, and
 * each follower learns at the end, at once, what it missed.
 *
 * <p>It ends with the process, so nobody keeps its rules on disk; one with a name plays a place outside the process.
 *
 * <p>Safe for many threads. Listeners are called as those of {@link MemoryRegistryStore} are.
 */
public final class MemoryRuleStore {

    /** The threads that are inside a listener; see {@link SerialDelivery}. */
    final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final String place;

    // All guarded by lock.
    private final Set<MemoryRuleSource> sources = new LinkedHashSet<>();
    private RuleSet inForce = new RuleSet(1, Map.of(), Map.of());
    private boolean connected = true;

    /** A store in this process. */
    public MemoryRuleStore() {
        this("");
    }

    /**
     * A store that plays one outside this process: clients and servers keep its rules on disk, and go by what was kept of a
     * store of the same name.
     *
     * @param place its name, for {@link MemoryRuleSource#place()}; empty for none, and for a store in this process
     */
    public MemoryRuleStore(String place) {
        this.place = place;
    }

    /** What it is called; empty if it has no name. */
    String place() {
        return place;
    }

    /** Sets or replaces a rule. */
    public void putRule(String id, String text) {
        change(before -> new RuleSet(before.revision(), with(before.rules(), id, text), before.settings()));
    }

    /** Takes a rule away; does nothing if there is none of that id. */
    public void removeRule(String id) {
        change(before -> new RuleSet(before.revision(), without(before.rules(), id), before.settings()));
    }

    /** Sets or replaces a release setting, such as {@code moa.mesh}. */
    public void putSetting(String name, String value) {
        change(before -> new RuleSet(before.revision(), before.rules(), with(before.settings(), name, value)));
    }

    /** Takes a release setting away; does nothing if there is none of that name. */
    public void removeSetting(String name) {
        change(before -> new RuleSet(before.revision(), before.rules(), without(before.settings(), name)));
    }

    /** Replaces all rules and settings in one change. */
    public void replace(Map<String, String> rules, Map<String, String> settings) {
        change(before -> new RuleSet(before.revision(), rules, settings));
    }

    /** Makes the store unreachable for every source that uses it. Idempotent. */
    public void disconnect() {
        synchronized (lock) {
            connected = false;
        }
    }

    /** Ends {@link #disconnect()}. Idempotent. */
    public void reconnect() {
        List<Runnable> news;
        synchronized (lock) {
            if (connected) {
                return;
            }
            connected = true;
            news = offerToAll();
        }
        news.forEach(Runnable::run);
    }

    /** Begins to tell a source; it knows afterwards what is in force, unless the store cannot be reached. */
    void join(MemoryRuleSource source) {
        synchronized (lock) {
            sources.add(source);
            if (connected) {
                source.learn(inForce);
            }
        }
    }

    void leave(MemoryRuleSource source) {
        synchronized (lock) {
            sources.remove(source);
        }
    }

    /** Runs something while no source learns anything new. */
    void whileStill(Runnable work) {
        synchronized (lock) {
            work.run();
        }
    }

    private void change(UnaryOperator<RuleSet> change) {
        List<Runnable> news;
        synchronized (lock) {
            RuleSet next = change.apply(inForce);
            if (next.equals(inForce)) {
                return;
            }
            inForce = new RuleSet(inForce.revision() + 1, next.rules(), next.settings());
            if (!connected) {
                return; // reconnect() tells it
            }
            news = offerToAll();
        }
        news.forEach(Runnable::run);
    }

    private List<Runnable> offerToAll() {
        List<Runnable> news = new ArrayList<>();
        for (MemoryRuleSource source : sources) {
            news.addAll(source.learn(inForce));
        }
        return news;
    }

    private static Map<String, String> with(Map<String, String> some, String key, String value) {
        Map<String, String> all = new HashMap<>(some);
        all.put(key, value);
        return all;
    }

    private static Map<String, String> without(Map<String, String> some, String key) {
        Map<String, String> rest = new HashMap<>(some);
        rest.remove(key);
        return rest;
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "MemoryRuleStore[revision " + inForce.revision() + ", "
                    + inForce.rules().size() + " rules, " + inForce.settings().size() + " settings"
                    + (connected ? "" : ", disconnected") + "]";
        }
    }
}
