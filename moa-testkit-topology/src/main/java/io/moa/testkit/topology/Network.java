package io.moa.testkit.topology;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The network between the nodes of a {@link Topology}, which are named as in {@link Topology#server} and {@link
 * Topology#client}. Everything here acts on both directions between two nodes.
 *
 * <p>It carries messages as TCP does: in order, none twice, none lost while the connection stands. The time that each takes
 * is drawn from the seed.
 *
 * <p>Only for the thread of the topology; may be called from its tasks too.
 */
public final class Network {

    /** How long a message takes at least, unless told otherwise: 200 µs. */
    public static final Duration DEFAULT_LEAST_DELAY = Duration.ofNanos(200_000);

    /** How long a message takes at most, unless told otherwise: 800 µs. */
    public static final Duration DEFAULT_MOST_DELAY = Duration.ofNanos(800_000);

    private static final Duration LONGEST_DELAY = Duration.ofHours(1);

    private final Loop loop;
    private final long seed;
    private final Journal journal;
    private final Map<String, Path> paths = new TreeMap<>();
    private final TreeSet<String> nodes = new TreeSet<>();

    Network(Loop loop, long seed, Journal journal) {
        this.loop = loop;
        this.seed = seed;
        this.journal = journal;
    }

    void add(String node) {
        nodes.add(node);
    }

    /**
     * Cuts two nodes off from each other. What is on its way waits and arrives after {@link #heal}; a connection ends at both
     * sides when nothing was heard on it for the heartbeat limit of the {@link io.moa.transport.TransportConfig}, and then
     * what waited is lost. Connecting gets no answer. Idempotent.
     *
     * @return this
     * @throws IllegalArgumentException if there is no node of that name
     */
    public Network cut(String one, String other) {
        return change(one, other, "cut", Path::cut);
    }

    /**
     * Cuts a node off from every other.
     *
     * @return this
     * @throws IllegalArgumentException if there is no node of that name
     */
    public Network isolate(String node) {
        check(node);
        for (String other : nodes) {
            if (!other.equals(node)) {
                cut(node, other);
            }
        }
        return this;
    }

    /**
     * Ends {@link #cut}. Delays stay as they are.
     *
     * @return this
     * @throws IllegalArgumentException if there is no node of that name
     */
    public Network heal(String one, String other) {
        return change(one, other, "healed", Path::heal);
    }

    /**
     * Ends every cut and takes back every {@link #delay}.
     *
     * @return this
     */
    public Network heal() {
        journal.note("network", "all healed");
        healAll();
        return this;
    }

    void healAll() {
        for (Path path : paths.values()) {
            path.delay(DEFAULT_LEAST_DELAY, DEFAULT_MOST_DELAY);
            path.heal();
        }
    }

    /**
     * Sets how long messages between two nodes take from now on; what is on its way keeps its time.
     *
     * @param delay 0 to 1 h; the same for every message
     * @return this
     * @throws IllegalArgumentException if the delay is out of range, or there is no node of that name
     */
    public Network delay(String one, String other, Duration delay) {
        return delay(one, other, delay, delay);
    }

    /**
     * Sets between which bounds the time that a message takes is drawn from now on.
     *
     * @param least 0 or more; default {@link #DEFAULT_LEAST_DELAY}
     * @param most at least {@code least}, at most 1 h; default {@link #DEFAULT_MOST_DELAY}
     * @return this
     * @throws IllegalArgumentException if a delay is out of range, or there is no node of that name
     */
    public Network delay(String one, String other, Duration least, Duration most) {
        if (least.isNegative() || most.compareTo(least) < 0 || most.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException(
                    "A message takes from 0 to 1 h, and at most no less than at least; not " + least + " to " + most);
        }
        return change(one, other, "delayed by " + least + " to " + most, path -> path.delay(least, most));
    }

    /**
     * Breaks every connection between two nodes at both ends, as a reset does. New ones can be opened at once.
     *
     * @return this
     * @throws IllegalArgumentException if there is no node of that name
     */
    public Network reset(String one, String other) {
        return change(one, other, "connections reset", path -> path.reset("it was reset"));
    }

    /** Breaks every connection of a node. */
    void died(String node, String why) {
        paths.forEach((name, path) -> {
            if (name.startsWith(node + '\n') || name.endsWith('\n' + node)) {
                path.reset(why);
            }
        });
    }

    Path path(String one, String other) {
        String name = one.compareTo(other) <= 0 ? one + '\n' + other : other + '\n' + one;
        return paths.computeIfAbsent(
                name, any -> new Path(loop, Chance.of(seed, "path " + name), DEFAULT_LEAST_DELAY, DEFAULT_MOST_DELAY));
    }

    private Network change(String one, String other, String what, Consumer<Path> change) {
        check(one);
        check(other);
        journal.note("network", one + " and " + other + " " + what);
        change.accept(path(one, other));
        return this;
    }

    private void check(String node) {
        if (!nodes.contains(node)) {
            throw new IllegalArgumentException("There is no node " + node + " in this topology; there are " + nodes
                    + ". A node comes into being with server(name) or client(name).");
        }
    }

    @Override
    public String toString() {
        return "Network[" + nodes + "]";
    }
}
