package io.moa.testkit.topology;

import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The registry of a {@link Topology}, which may go away, come back and lose what it knew.
 *
 * <p>Only for the thread of the topology; may be called from its tasks too.
 */
public final class RegistryNode {

    /** How often a process announces itself, and how long at most a wiped registry waits for it: 3 s. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(3);

    /** How long a killed process stays listed unless told otherwise: 10 s. */
    public static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);

    private final Loop loop;
    private final Chance chance;
    private final Journal journal;
    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final List<NodeRegistry> processes = new ArrayList<>();
    private Duration lease = DEFAULT_LEASE;
    private boolean down;

    RegistryNode(Loop loop, long seed, Journal journal) {
        this.loop = loop;
        this.chance = Chance.of(seed, "registry");
        this.journal = journal;
    }

    /** The registry as a new process holds it. */
    NodeRegistry join(Ticker ticker) {
        NodeRegistry registry = new NodeRegistry(loop, new MemoryRegistry(store, ticker));
        processes.add(registry);
        return registry;
    }

    void died(NodeRegistry process) {
        process.die(lease.toNanos()); // it stays among the processes: a wipe forgets the dead too
    }

    void left(NodeRegistry process) {
        processes.remove(process);
        process.close();
    }

    /**
     * Makes the registry unreachable for everybody. Who knows something goes on with it. Idempotent.
     *
     * @return this
     */
    public RegistryNode goDown() {
        journal.note("registry", "down");
        down = true;
        store.disconnect();
        return this;
    }

    /**
     * Ends {@link #goDown()}: what was announced meanwhile takes effect, and everybody is told what he missed. Idempotent.
     *
     * @return this
     */
    public RegistryNode comeBack() {
        journal.note("registry", "back");
        down = false;
        store.reconnect();
        return this;
    }

    /**
     * Makes the registry forget every instance, as a store does that is emptied or restarted without its data. Each process
     * announces itself again with its next heartbeat, at most {@link #HEARTBEAT} later. May be done while the registry is
     * down. What an operator decided stays.
     *
     * @return this
     */
    public RegistryNode wipe() {
        journal.note("registry", "wiped");
        store.disconnect(); // so that it is one change, and not one for each instance
        for (NodeRegistry process : processes) {
            process.forgotten(chance.between(Duration.ZERO, HEARTBEAT));
        }
        if (!down) {
            store.reconnect();
        }
        return this;
    }

    /**
     * Sets how long a process that is killed from now on stays listed.
     *
     * @param value 0 to 1 h; default {@link #DEFAULT_LEASE}
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public RegistryNode lease(Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("A lease is 0 to 1 h, not " + value);
        }
        lease = value;
        return this;
    }

    /** Whether it cannot be reached. */
    public boolean isDown() {
        return down;
    }

    /** The desks of an operator and of a watcher, which work whether or not processes reach the registry. */
    public MemoryRegistryStore store() {
        return store;
    }

    @Override
    public String toString() {
        return "RegistryNode[" + (down ? "down, " : "") + store + "]";
    }
}
