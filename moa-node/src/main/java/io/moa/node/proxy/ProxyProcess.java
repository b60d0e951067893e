package io.moa.node.proxy;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.governance.observe.ProcessCalls;
import io.moa.operations.Operations;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import io.moa.transport.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Stands for processes of its host that are not in Java: announces what they serve and answers for it, with limits, rules and meters, and
 * calls others for them. Registry and rules belong to whoever made them and are closed after this. Safe for many threads.
 */
public final class ProxyProcess implements AutoCloseable {

    private final ProxyConfig config;
    private final Registry registry;
    private final @Nullable RuleSource rules;
    private final ProcessCalls calls;
    private final List<PublishedServer> published = new ArrayList<>();
    private final Moa calling;
    private final MoaClient client;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Listener outbound;
    private @Nullable Moa operating;
    private @Nullable MoaServer operations;

    private ProxyProcess(ProxyConfig config, Registry registry, @Nullable RuleSource rules) {
        this.config = config;
        this.registry = registry;
        this.rules = rules;
        this.calling = runtime();
        this.calls = new ProcessCalls(calling.ticker());
        this.client = MoaClient.builder(calling).observer(calls.ofClient()).build();
    }

    /**
     * Starts it. Listens for calls to others, and asks the processes that are published, which are announced as soon as each answers.
     *
     * @param rules where live rules come from; null for none
     * @throws IllegalArgumentException if the configuration is not possible; the message says why
     * @throws IllegalStateException if an address cannot be listened on
     */
    public static ProxyProcess start(ProxyConfig config, Registry registry, @Nullable RuleSource rules) {
        config.published().forEach(PublishedConfig::requireAdvertised);
        ProxyProcess proxy = new ProxyProcess(config, registry, rules);
        boolean started = false;
        try {
            proxy.open();
            started = true;
            return proxy;
        } finally {
            if (!started) {
                proxy.close();
            }
        }
    }

    private Moa runtime() {
        Moa.Builder builder = Moa.builder(config.application())
                .registry(registry)
                .eventLoops(1)
                .release(ReleaseSettings.ofProcess()
                        .over(new ReleaseSettings.Place("the proxy's file, policies", config.policies())));
        if (rules != null) {
            builder.rules(rules);
        }
        return builder.build();
    }

    private void open() {
        OutboundConfig out = config.outbound();
        if (out != null) {
            outbound = listen(out, new OutboundHost(calling.self(), out.resp(), client));
        }
        for (PublishedConfig each : config.published()) {
            published.add(new PublishedServer(each, this::runtime, calls, config.drainLimit()));
        }
        Integer port = config.operationsPort();
        if (port != null) {
            Moa apart = Moa.builder(config.application()).eventLoops(1).build(); // announced nowhere
            operating = apart;
            operations = MoaServer.builder(apart)
                    .settings(ProcessSettings.GIVEN.withoutServer())
                    .host("127.0.0.1")
                    .port(port)
                    .export(Operations.class, client.operations(calls))
                    .closeOnShutdown(false)
                    .start();
        }
        published.forEach(PublishedServer::begin);
    }

    private Listener listen(OutboundConfig out, OutboundHost host) {
        Listener door;
        try {
            door = calling.transport().listen(out.address(), host).join();
        } catch (CompletionException e) {
            throw new IllegalStateException(
                    "Cannot listen on " + out.address() + ": "
                            + (e.getCause() == null ? e : e.getCause().getMessage()),
                    e.getCause());
        }
        Set<PosixFilePermission> allowed = out.permissions();
        if (allowed != null && out.address() instanceof Address.Unix unix) {
            try {
                Files.setPosixFilePermissions(Path.of(unix.path()), allowed);
            } catch (IOException e) {
                door.close();
                throw new IllegalStateException(
                        "The mode " + out.mode() + " cannot be given to " + unix + ": " + e.getMessage(), e);
            }
        }
        return door;
    }

    /** Where processes of this host call others; null for nowhere. */
    public @Nullable Address outbound() {
        return outbound == null ? null : outbound.address();
    }

    /** The port at which an operator asks; -1 for none. */
    public int operationsPort() {
        return operations == null ? -1 : operations.port();
    }

    /**
     * The port at which calls for a published process arrive.
     *
     * @param index of the process in the configuration
     * @return 0 while it was not announced yet
     */
    public int port(int index) {
        return published.get(index).port();
    }

    /** What each part does, a line for each, for people. */
    public List<String> describe() {
        List<String> lines = new ArrayList<>();
        published.forEach(each -> lines.add(each.describe()));
        if (outbound != null) {
            lines.add("calls for others at " + outbound.address());
        }
        return lines;
    }

    /** Takes what is published off, drains, and ends. Blocks until it is done. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        List<AutoCloseable> all = new ArrayList<>(published);
        if (outbound != null) {
            Listener door = outbound;
            all.add(() -> {
                door.drain(config.drainLimit()).join();
                door.close();
            });
        }
        if (operations != null) {
            all.add(operations);
        }
        if (operating != null) {
            all.add(operating);
        }
        all.add(client);
        all.add(calling);
        RuntimeException broken = null;
        for (AutoCloseable each : all) {
            try {
                each.close();
            } catch (Exception e) { // the others are closed nevertheless
                broken = new IllegalStateException(each + " could not be closed", e);
            }
        }
        if (broken != null) {
            throw broken;
        }
    }

    @Override
    public String toString() {
        return "ProxyProcess[" + config.application() + ", " + published.size() + " published]";
    }
}
