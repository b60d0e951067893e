package io.moa.node.quickstart;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.governance.observe.ProcessCalls;
import io.moa.invoke.CallException;
import io.moa.operations.Operations;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the sample service that calls it ten times in a second, and that operators may ask: at an address of its own, on loopback,
 * by a server that announces itself nowhere. Safe for many threads.
 */
public final class SampleConsumer implements AutoCloseable {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String[] NAMES = {"Ada", "Alan", "Barbara", "Edsger", "Grace"};

    private final Deque<AutoCloseable> started; // the latest first
    private final Greeter greeter;
    private final MoaServer answers;
    private volatile boolean stopped;

    private SampleConsumer(Deque<AutoCloseable> started, Greeter greeter, MoaServer answers) {
        this.started = started;
        this.greeter = greeter;
        this.answers = answers;
    }

    /**
     * Starts one.
     *
     * @param registry where it finds the service; null for at the address alone
     * @param rules which live rules it goes by; null for none
     * @param provider who offers the service, if there is no registry
     * @param port at which operators may ask, or 0 for a free one
     * @param calls what operators are told of; its client is observed too
     * @throws IllegalStateException if the port cannot be listened on
     */
    public static SampleConsumer start(
            @Nullable Registry registry, @Nullable RuleSource rules, Address provider, int port, ProcessCalls calls) {
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            Moa.Builder calling = Moa.builder("quickstart-consumer").eventLoops(1);
            if (registry != null) {
                calling.registry(registry);
            }
            if (rules != null) {
                calling.rules(rules);
            }
            Moa moa = kept(started, calling.build());
            MoaClient.Builder client = MoaClient.builder(moa)
                    .disk(DiskConfig.OFF) // the next one may have another registry
                    .observer(calls.ofClient());
            MoaClient asked = kept(started, (registry == null ? client.addresses(provider) : client).build());
            // A runtime without a registry: what it answers tells of users, so nobody finds it by a name.
            Moa apart = kept(
                    started, Moa.builder("quickstart-consumer").eventLoops(1).build());
            MoaServer answers = kept(
                    started,
                    MoaServer.builder(apart)
                            .settings(ProcessSettings.GIVEN.withoutServer()) // they are meant for the user's own
                            .host("127.0.0.1")
                            .port(port)
                            .export(Operations.class, asked.operations(calls))
                            .closeOnShutdown(false)
                            .start());
            SampleConsumer consumer = new SampleConsumer(started, asked.stub(Greeter.class), answers);
            Thread thread = new Thread(consumer::call, "quickstart-consumer");
            thread.setDaemon(true);
            thread.start();
            return consumer;
        } catch (RuntimeException | Error e) {
            end(started);
            throw e;
        }
    }

    private static <T extends AutoCloseable> T kept(Deque<AutoCloseable> started, T one) {
        started.push(one);
        return one;
    }

    private void call() {
        for (int i = 0; !stopped; i++) {
            try {
                greeter.greet(NAMES[i % NAMES.length]);
            } catch (CallException refused) {
                // Perhaps by a rule that somebody tries; the next call tells.
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** The TCP port at which operators may ask. */
    public int port() {
        return answers.port();
    }

    @Override
    public void close() {
        stopped = true;
        end(started);
    }

    private static void end(Deque<AutoCloseable> started) {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("A part of the consumer did not end", e);
            }
        }
    }
}
