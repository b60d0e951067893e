package io.moa.e2e.discovery;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.cluster.EndpointConfig;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.registry.combined.CombinedRegistry;
import io.moa.registry.combined.RegistryMember;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.CallAccount;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Providers and consumers over real sockets, each with a registry of its own over a real Redis. Closing ends them all. */
final class Market implements AutoCloseable {

    static final ServiceId TILL = ServiceId.of(Till.class.getName());
    static final String APPLICATION = "shop";
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A machine that is busy with other things must not look like a peer that is dead. */
    static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            .heartbeatLimit(PATIENCE)
            .build();

    final CallAccount account = new CallAccount();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    static Eventually eventually() {
        return Eventually.within(PATIENCE);
    }

    EmbeddedRedis redis() throws IOException {
        return keep(EmbeddedRedis.start());
    }

    /** What happens every few seconds otherwise happens several times a second. */
    static RedisConfig brisk(RedisConfig config) {
        return config.toBuilder()
                .socketTimeout(Duration.ofSeconds(2))
                .heartbeat(Duration.ofMillis(300))
                .lease(Duration.ofSeconds(10))
                .poll(Duration.ofMillis(300))
                .fullRead(Duration.ofSeconds(1))
                .coalesce(Duration.ofMillis(20))
                .build();
    }

    RedisRegistry registry(EmbeddedRedis redis) {
        return registry(redis.config());
    }

    RedisRegistry registry(RedisConfig config) {
        return keep(RedisRegistry.open(brisk(config)));
    }

    /** Two, of equal priority, the first preferred. */
    Registry both(Registry old, Registry fresh) {
        return keep(CombinedRegistry.of(List.of(RegistryMember.of("old", old), RegistryMember.of("new", fresh))));
    }

    /** A provider that announces itself, and can be found. */
    Provider provider(Registry registry) {
        Provider provider = beginning(registry);
        awaitListed(registry, provider);
        return provider;
    }

    /** Waits until a registry lists a provider: a list that is empty for the moment is the truth, and calls fail on it. */
    void awaitListed(Registry registry, Provider provider) {
        try (Registry.Subscription seen = registry.subscribe(TILL, snapshot -> {})) {
            eventually()
                    .value(
                            seen::current,
                            snapshot -> snapshot.entries().stream()
                                    .anyMatch(entry -> entry.instance().uuid().equals(provider.uuid())),
                            "the provider in the registry");
        }
    }

    /** A provider that announces itself, in its own time. */
    Provider beginning(Registry registry) {
        Moa moa = keep(Moa.builder(APPLICATION)
                .transportConfig(PATIENT)
                .registry(registry)
                .build());
        return provider(moa, 0);
    }

    /** A provider that others announce, so that it can die without a word. */
    Provider hidden() {
        return hidden(APPLICATION, 0);
    }

    Provider hidden(String application, int port) {
        return provider(keep(Moa.builder(application).transportConfig(PATIENT).build()), port);
    }

    private Provider provider(Moa moa, int port) {
        CountingTill till = new CountingTill(moa.self().application().equals(APPLICATION) ? account : null);
        MoaServer server = MoaServer.builder(moa)
                .port(port)
                .export(Till.class, till)
                .closeOnShutdown(false)
                .start();
        opened.push(server::closeNow);
        return new Provider(server, till);
    }

    MoaClient client(Registry registry) {
        return client(registry, PATIENT, DiskConfig.OFF);
    }

    MoaClient client(Registry registry, TransportConfig config, DiskConfig disk) {
        Moa moa = keep(
                Moa.builder("caller").transportConfig(config).registry(registry).build());
        return keep(MoaClient.builder(moa)
                .endpoints(new EndpointConfig(1, Duration.ofMillis(50), Duration.ofMillis(500), 10_000))
                .disk(disk)
                .build());
    }

    Traffic traffic(MoaClient client) {
        return keep(new Traffic(client, account));
    }

    <C extends AutoCloseable> C keep(C closeable) {
        opened.push(closeable);
        return closeable;
    }

    /** A provider of the market. */
    record Provider(MoaServer server, CountingTill till) {

        String uuid() {
            return server.instance().uuid();
        }

        /** Leaves as a process does that is told to end. */
        void leave() {
            server.close();
        }

        /** Is gone, without a word. */
        void die() {
            server.closeNow();
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
    }
}
