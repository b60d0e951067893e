package io.moa.testkit.topology;

import io.moa.Moa;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.protocol.serialize.Serializers;
import io.moa.testkit.CallAccount;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A whole system in one JVM and on one thread: a registry, servers, clients and the network between them, with real
 * implementations of everything but time, threads and sockets. Time passes when the test says so; an outage of half a
 * minute takes milliseconds.
 *
 * <pre>{@code
 * try (Topology town = Topology.of(42)) {
 *     for (String name : List.of("a", "b", "c")) {
 *         town.server(name).export(new GreeterService()).start();
 *     }
 *     town.client("caller").load(Greeter.class, 20, greeter -> greeter.greet("Ada"));
 *     town.advance(Duration.ofSeconds(1));
 *     town.registry().goDown();
 *     town.advance(Duration.ofSeconds(30));
 *     town.registry().comeBack();
 *     town.settle();
 *     town.assertNoCallFailed();
 * }
 * }</pre>
 *
 * <h2>The seed</h2>
 *
 * <p>Every delay, draw and pause comes from the seed: the same seed and the same steps give the same trace, so a failure can
 * be looked at again and again. {@link Seeds} runs one scenario with many seeds and says which one failed.
 *
 * <h2>Time</h2>
 *
 * <p>Time stands still but for {@link #advance}, {@link #await}, {@link #settle}, a synchronous call, and the graceful close
 * of a server, which wait by letting it pass. Within a task nothing may wait.
 *
 * <h2>The account</h2>
 *
 * <p>Every call is kept account of: its outcome, and how often its implementation ran. {@link #close} asserts that the
 * account balances, whatever the scenario did: each call has one outcome, none that is not idempotent ran twice, none that
 * was reported as not run did run.
 *
 * <p>Only for the thread that makes it. Nodes are closed with it.
 */
public final class Topology implements AutoCloseable {

    /** Longer than any deadline that a test leaves open on purpose. */
    private static final Duration SETTLES_WITHIN = Duration.ofHours(1);

    /** Longer than any service time and lease. */
    private static final Duration ENDS_WITHIN = Duration.ofHours(2);

    private final long seed;
    private final Serializers serializers;
    private final Loop loop = new Loop();
    private final Journal journal = new Journal(loop);
    private final CallBook book =
            new CallBook((id, call, reply) -> this.journal.ended(call.caller().application(), id, call, reply));
    private final TransportConfig config = TransportConfig.DEFAULT;
    private final InProcessTransport wires = new InProcessTransport(config, loop.ticker(), loop);
    private final Network network;
    private final RegistryNode registry;
    private final Map<String, ServerNode> servers = new LinkedHashMap<>();
    private final Map<String, ClientNode> clients = new LinkedHashMap<>();
    private boolean closed;

    Topology(long seed, Serializers serializers) {
        this.seed = seed;
        this.serializers = serializers;
        this.network = new Network(loop, seed, journal);
        this.registry = new RegistryNode(loop, seed, journal);
    }

    /** A topology with a registry and nothing else. */
    public static Topology of(long seed) {
        return new Topology(seed, loadSerializers());
    }

    static Serializers loadSerializers() {
        return Serializers.load(
                Topology.class.getClassLoader(),
                SerializationLimits.builder()
                        .maxBodyBytes(TransportConfig.DEFAULT.maxBodyBytes())
                        .build());
    }

    // ---- the nodes

    /** The server of that name; made, not started, if there is none. */
    public ServerNode server(String name) {
        network.add(name);
        return servers.computeIfAbsent(name, any -> new ServerNode(this, name));
    }

    /** The client of that name; made if there is none. */
    public ClientNode client(String name) {
        network.add(name);
        return clients.computeIfAbsent(name, any -> new ClientNode(this, name));
    }

    public RegistryNode registry() {
        return registry;
    }

    public Network network() {
        return network;
    }

    // ---- time

    /** What all chance is drawn from. */
    public long seed() {
        return seed;
    }

    /** Since the beginning, in fake time. */
    public Duration now() {
        return loop.elapsed();
    }

    /** The time of every process of the topology. */
    public Ticker ticker() {
        return loop.ticker();
    }

    /** The scheduler of every process of the topology; its tasks run while time advances. */
    public Scheduler scheduler() {
        return loop;
    }

    /**
     * Lets time pass, and everything happen that falls due.
     *
     * @param duration zero or more
     * @throws IllegalStateException if called from a task
     */
    public void advance(Duration duration) {
        loop.advance(duration);
    }

    /** Runs a step once so much time has passed; the step must not wait. */
    public void after(Duration delay, Runnable step) {
        loop.schedule(step, delay.toNanos());
    }

    /** A value that is there once so much time has passed: what an implementation that takes its time returns. */
    public <T> CompletableFuture<T> later(Duration delay, T value) {
        CompletableFuture<T> future = new CompletableFuture<>();
        loop.schedule(() -> future.complete(value), delay.toNanos());
        return future;
    }

    /**
     * Lets time pass until a future is completed.
     *
     * @return its value
     * @throws CompletionException with what it ended with, if that was no value
     * @throws AssertionError if it is not completed within an hour of fake time, or nothing is left that could complete it
     */
    public <T> T await(CompletableFuture<T> future) {
        loop.until(future::isDone, SETTLES_WITHIN, () -> "the future to be completed");
        return future.join();
    }

    /** Stops every load and lets time pass until every call has ended. */
    public void settle() {
        clients.values().forEach(ClientNode::stopLoads);
        loop.until(
                () -> book.account().open() == 0,
                SETTLES_WITHIN,
                () -> book.account().open() + " calls to end");
    }

    // ---- what happened

    /** The account of every call made so far. */
    public CallAccount calls() {
        return book.account();
    }

    /** The calls that failed so far, business errors included: when, which, where and why, a line each. A copy. */
    public List<String> failures() {
        return journal.failures();
    }

    /** Everything that happened so far, a line each: steps and the ends of calls. A copy. */
    public List<String> trace() {
        return journal.lines();
    }

    /** Writes a line into the trace. */
    public void note(String text) {
        journal.note("test", text);
    }

    /**
     * Asserts that every call so far returned a value.
     *
     * @throws AssertionError that shows the seed and what happened, if one failed or has not ended
     */
    public void assertNoCallFailed() {
        CallAccount.Tally tally = book.account().tally();
        if (tally.sent() != tally.ok()) {
            throw new AssertionError("Not every call returned a value: " + tally + "\n" + report());
        }
    }

    /** What a failure's message shows: seed, time, steps, failures, and the latest lines. */
    String report() {
        return beginningOfReport() + journal.now() + ":" + journal.forPeople();
    }

    String beginningOfReport() {
        return "seed " + seed + ", at ";
    }

    // ---- for the nodes

    Loop loop() {
        return loop;
    }

    Journal journal() {
        return journal;
    }

    CallBook book() {
        return book;
    }

    Moa runtime(String application, String uuid, String node, NodeRegistry joined, Chance chance) {
        return Moa.builder(application)
                .instance(uuid)
                .registry(joined)
                .ticker(loop.ticker())
                .scheduler(loop)
                .callbacks(loop)
                .chance(chance)
                .serializers(serializers)
                .transportConfig(config)
                .transport(new NodeTransport(loop, node, network, wires, config))
                .build();
    }

    // ---- the end

    /**
     * Ends every load and every call, asserts that the account balances, and closes every node. Idempotent.
     *
     * @throws AssertionError that shows the seed and what happened, if a call has no outcome, two, or one that is not true
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            network.healAll();
            settle();
            if (!book.account().tally().balanced()) {
                book.account().verify(); // which names the calls
            }
        } catch (AssertionError broken) {
            throw new AssertionError(broken.getMessage() + "\n" + report(), broken);
        } finally {
            end();
        }
    }

    /** Closes every node and asserts nothing: for when something else has failed already. */
    void end() {
        if (closed) {
            return;
        }
        closed = true;
        network.healAll();
        List<ClientNode> callers = new ArrayList<>(clients.values());
        callers.forEach(ClientNode::close);
        servers.values().forEach(ServerNode::kill);
        wires.close();
        loop.advance(ENDS_WITHIN); // what still runs lets go of its bytes
    }

    @Override
    public String toString() {
        return "Topology[seed " + seed + ", at " + now() + ", servers " + servers.keySet() + ", clients "
                + clients.keySet() + "]";
    }
}
