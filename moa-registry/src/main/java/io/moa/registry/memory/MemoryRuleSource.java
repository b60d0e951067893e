package io.moa.registry.memory;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one part of a JVM holds of a {@link MemoryRuleStore}. Closing it ends its own followings and nobody else's.
 *
 * <p>Beyond the contract of {@link RuleSource}: {@code subscribe} on a closed source throws {@link IllegalStateException},
 * and {@code current} goes on to answer with what was known last. Closing waits for a running listener, except inside a
 * listener of the same store.
 *
 * <p>Safe for many threads.
 */
public final class MemoryRuleSource implements RuleSource {

    private final MemoryRuleStore store;
    private final Set<RuleFollowing> followings = new LinkedHashSet<>(); // guarded by the store's lock
    private boolean closed; // guarded by the store's lock
    private volatile RuleSet known = RuleSet.EMPTY;

    /** A source over a store that others may share. */
    public MemoryRuleSource(MemoryRuleStore store) {
        this.store = store;
        store.join(this);
    }

    /** A source over a store of its own. */
    public MemoryRuleSource() {
        this(new MemoryRuleStore());
    }

    /** The store, to be shared with other parts or changed. */
    public MemoryRuleStore store() {
        return store;
    }

    @Override
    public RuleSet current() {
        return known;
    }

    @Override
    public Following subscribe(Consumer<RuleSet> listener) {
        RuleFollowing following = new RuleFollowing(listener);
        store.whileStill(() -> {
            if (closed) {
                throw new IllegalStateException("This rule source is closed; nothing can begin in it any more");
            }
            following.delivery.offer(known);
            followings.add(following);
        });
        following.delivery.drainHeld();
        return following;
    }

    /** The {@linkplain MemoryRuleStore#MemoryRuleStore(String) name} of the store; empty if it has none. */
    @Override
    public String place() {
        return store.place();
    }

    /** Whether the store has a name, and so plays one outside this process. */
    @Override
    public boolean outlivesProcess() {
        return !store.place().isEmpty();
    }

    @Override
    public void close() {
        List<RuleFollowing> open = new ArrayList<>();
        store.whileStill(() -> {
            closed = true;
            open.addAll(followings);
        });
        store.leave(this);
        open.forEach(RuleFollowing::close);
    }

    /** Takes in what is in force and queues it for the followers; called under the store's lock. Returns their drains. */
    List<Runnable> learn(RuleSet rules) {
        if (rules.revision() == known.revision()) {
            return List.of();
        }
        known = rules;
        List<Runnable> drains = new ArrayList<>();
        for (RuleFollowing following : followings) {
            following.delivery.offer(rules);
            drains.add(following.delivery::drain);
        }
        return drains;
    }

    @Override
    public String toString() {
        return "MemoryRuleSource[revision " + known.revision() + "]";
    }

    private final class RuleFollowing implements Following {

        private final SerialDelivery<RuleSet> delivery;

        RuleFollowing(Consumer<RuleSet> listener) {
            this.delivery = new SerialDelivery<>(listener, ListenerLog.of("the rules"), store.insideListeners);
        }

        @Override
        public void close() {
            store.whileStill(() -> followings.remove(this));
            delivery.close();
        }
    }
}
