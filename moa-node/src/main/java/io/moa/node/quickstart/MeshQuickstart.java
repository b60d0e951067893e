package io.moa.node.quickstart;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshSetting;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRules;
import io.moa.registry.redis.RuleDesk;
import io.moa.transport.netty.NettyTransport;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Shows mesh mode by doing it, while threads go on calling: agents start, one setting moves the traffic over, agents are replaced by others with their
 * connections, one is killed, and the traffic goes back. Every figure was counted in this run; what is promised is checked.
 */
public final class MeshQuickstart {

    private static final String CONSUMER = "consumer";
    private static final String PROVIDER = "quickstart";
    private static final ServiceId SERVICE = ServiceId.of(Greeter.NAME);
    private static final int CALLERS = 8;
    private static final int CALLS = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Account account;
    private final List<AutoCloseable> started = new ArrayList<>();
    private String redis = "";
    private Address outbound = new Address.InProcess("not yet");
    private Address inbound = outbound;

    /**
     * A quickstart.
     *
     * @param out where the account is written
     * @param colour whether to write it in colours
     */
    public MeshQuickstart(PrintStream out, boolean colour) {
        this.account = new Account(out, colour);
    }

    /**
     * Runs it, once. Takes some seconds and blocks that long.
     *
     * @return whether everything went as promised
     * @throws IllegalStateException if this host has not what it takes; the message says what
     */
    public boolean run() {
        String obstacle = NettyTransport.nativeObstacle();
        if (obstacle != null) {
            throw new IllegalStateException(
                    "Agents hand their connections over with Netty's native epoll, which is not here: " + obstacle);
        }
        account.title("MOA quickstart, mesh mode: the same traffic through agents, and back, while it flows");
        Path folder = folder();
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            EmbeddedRedis found = embedded.redis()
                    .orElseThrow(() -> new IllegalStateException(
                            "It takes a Redis of its own for processes to share, which cannot be started here"));
            redis = found.url();
            outbound = new Address.Unix(
                    folder.resolve("consumer").resolve("agent.sock").toString());
            inbound = new Address.Unix(
                    folder.resolve("provider").resolve("agent.sock").toString());
            play(embedded.registry());
        } finally {
            end();
            remove(folder);
        }
        return sumUp();
    }

    private void play(Registry registry) {
        ProviderProcess a = keep(ProviderProcess.start("A", redis, inbound.toString()));
        ProviderProcess b = keep(ProviderProcess.start("B", redis, inbound.toString()));
        RedisRules rules = keep(RedisRules.open(ChildProcess.hasty(redis)));
        try (Moa moa = Moa.builder(CONSUMER).registry(registry).rules(rules).build();
                MoaClient client = MoaClient.builder(moa)
                        .disk(DiskConfig.OFF)
                        .mesh(MeshConfig.DEFAULT
                                .withAgent(outbound)
                                .withPings(Duration.ofMillis(100), Duration.ofSeconds(2), 3) // your machine may be busy
                                .withStayAway(Duration.ofMillis(500)))
                        .build()) {
            Greeter greeter = client.stub(Greeter.class);
            account.tell("The stage: two instances of a service, " + a.what() + " and " + b.what()
                    + ", a Redis, and this process, whose " + CALLERS + " threads call without pause from now on.");
            SteadyCallers callers = SteadyCallers.start(CALLERS, "quickstart-mesh", () -> greeter.find("Ada"));
            try (callers) {
                callers.awaitMore(CALLS);
                ChildProcess forCalls = agentsStart(callers, client);
                ChildProcess forCallers = trafficMoves(callers, client, registry);
                forCalls = upgrade(callers, client, "of the consumer", forCalls, CONSUMER, outbound, "outbound");
                upgrade(callers, client, "of the two instances", forCallers, PROVIDER, inbound, "inbound");
                agentDies(callers, client, forCalls);
                trafficGoesBack(callers, client, registry, List.of(a.address(), b.address()));
            }
            account.chapter("The account");
            account.tell("Calls made " + callers.made() + ", of which the consumer's agents passed on "
                    + client.mesh().callsByAgent() + "; " + callers.whoAnswered() + ".");
            callers.failures()
                    .forEach((kind, count) -> account.tell(count.sum() + " × " + kind + ": " + callers.example(kind)));
            account.promise(callers.failed() == 0, "calls " + callers.made() + ", lost " + callers.failed() + ".");
        }
    }

    private ChildProcess agentsStart(SteadyCallers callers, MoaClient client) {
        account.chapter("Agents start");
        ChildProcess agent = agent(CONSUMER, outbound, "outbound");
        account.tell("An agent for the calls of the consumer is there (process " + agent.pid()
                + "). Nobody has said that it is to be used:");
        account.tell(client.mesh().describe());
        callers.awaitMore(CALLS);
        account.promise(client.mesh().seat() == Seat.DIRECT, "calls go directly until somebody says otherwise.");
        return agent;
    }

    private ChildProcess trafficMoves(SteadyCallers callers, MoaClient client, Registry registry) {
        account.chapter("One setting moves the traffic");
        ChildProcess agent = agent(PROVIDER, inbound, "inbound");
        account.tell("Another agent stands beside the two instances (process " + agent.pid() + ").");
        List<Address> before = addresses(registry);
        account.literal("./moa mesh on");
        setting("on");
        boolean moved = Quickstart.within(PATIENCE, () -> client.mesh().seat() == Seat.LOCAL)
                && Quickstart.within(
                        PATIENCE, () -> addresses(registry).stream().noneMatch(before::contains));
        callers.awaitMore(CALLS);
        account.tell(client.mesh().describe());
        account.tell("The two instances were announced at " + before + ", and are now, under the same identities, at "
                + addresses(registry) + ", where their agent listens.");
        account.promise(
                moved,
                "the same calls go through two agents: one that calls for the consumer, one that serves for the instances.");
        account.promise(callers.failed() == 0, "calls " + callers.made() + ", failed " + callers.failed() + ".");
        return agent;
    }

    private ChildProcess upgrade(
            SteadyCallers callers,
            MoaClient client,
            String whose,
            ChildProcess agent,
            String application,
            Address at,
            String kind) {
        account.chapter("The agent " + whose + " is replaced while it works");
        long switches = client.mesh().switches();
        long start = System.nanoTime();
        ChildProcess next = agent(application, at, kind, "replace");
        String[] ledger;
        try {
            ledger = agent.answer("replaced");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        callers.awaitMore(CALLS);
        account.tell("Process " + next.pid() + " has taken the place of process " + agent.pid() + " within " + millis
                + " ms, most of which it took to start: " + ledger[1] + " live connections moved, with " + ledger[2]
                + " bytes that were read and not understood yet, " + ledger[3] + " bytes that were not sent yet and "
                + ledger[4] + " calls in flight; lost " + ledger[5] + ".");
        account.promise(
                ledger[5].equals("0") && client.mesh().switches() == switches,
                "nobody noticed: no call was lost, and the consumer kept its connection.");
        return next;
    }

    private void agentDies(SteadyCallers callers, MoaClient client, ChildProcess agent) {
        account.chapter("An agent is killed");
        long killed = System.nanoTime();
        agent.kill();
        boolean back = Quickstart.within(PATIENCE, () -> client.mesh().seat() == Seat.DIRECT);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        callers.awaitMore(CALLS);
        account.tell(
                "The consumer's agent was killed with calls on it. They, and those after them, went directly " + millis
                        + " ms later, counted from before the kill; the method that is called may run twice, so it was called again.");
        account.promise(
                back && callers.failed() == 0, "calls " + callers.made() + ", failed " + callers.failed() + ".");
        agent(CONSUMER, outbound, "outbound");
        boolean again = Quickstart.within(PATIENCE, () -> client.mesh().seat() == Seat.LOCAL);
        callers.awaitMore(CALLS);
        account.promise(again, "another agent was started, and the traffic went there by itself.");
    }

    private void trafficGoesBack(SteadyCallers callers, MoaClient client, Registry registry, List<Address> own) {
        account.chapter("The setting moves the traffic back");
        account.literal("./moa mesh off");
        setting("off");
        boolean back = Quickstart.within(PATIENCE, () -> client.mesh().seat() == Seat.DIRECT)
                && Quickstart.within(PATIENCE, () -> addresses(registry).containsAll(own));
        callers.awaitMore(CALLS);
        account.tell("The instances are announced at " + addresses(registry) + " again.");
        account.promise(back, "everything is as it was.");
    }

    private static List<Address> addresses(Registry registry) {
        try (Registry.Subscription following = registry.subscribe(SERVICE, any -> {})) {
            return following.current().entries().stream()
                    .map(Snapshot.Entry::instance)
                    .map(each -> each.addresses().get(0))
                    .sorted(Comparator.comparing(Address::toString))
                    .toList();
        }
    }

    private void setting(String value) {
        try (RedisLink link = RedisLink.open(ChildProcess.hasty(redis))) {
            new RuleDesk(link)
                    .putSetting(MeshSetting.NAME, value, null, "quickstart")
                    .join();
        }
    }

    private ChildProcess agent(String application, Address at, String... more) {
        List<String> arguments = new ArrayList<>(List.of(at.toString()));
        arguments.addAll(List.of(more));
        try {
            ChildProcess agent =
                    keep(ChildProcess.start(AgentMain.class, application, redis, arguments.toArray(String[]::new)));
            agent.answer("ready");
            return agent;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The agent of " + application + " could not be started as a process: " + e.getMessage(), e);
        }
    }

    private <T extends AutoCloseable> T keep(T one) {
        started.add(one);
        return one;
    }

    private void end() {
        for (int i = started.size() - 1; i >= 0; i--) {
            try {
                started.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("A part of the quickstart did not end", e);
            }
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("moa");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean sumUp() {
        boolean kept = account.broken() == 0;
        account.chapter("In short");
        account.tell(
                kept
                        ? "Everything went as promised, and neither the consumer's code nor that of the instances knows anything of it."
                        : account.broken() + " of the promises above were not kept. That should not happen: please"
                                + " report it with this account.");
        account.tell("What to do next: docs/mesh-mode.md has the setting, the steps and the agent's options;"
                + " docs/operations.md has ./moa ops, which upgrades agents and rolls versions out.");
        return kept;
    }
}
