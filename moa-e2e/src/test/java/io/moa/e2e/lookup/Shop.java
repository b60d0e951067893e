package io.moa.e2e.lookup;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.lookup.LookupRegistry;
import io.moa.client.lookup.LookupRegistryConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.node.lookup.LookupConfig;
import io.moa.node.lookup.LookupProcess;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** Providers, lookups and followers over real sockets; closing ends them, the latest first. */
final class Shop implements AutoCloseable {

    static final ServiceId SHELF = ServiceId.of("shop.Shelf");

    /** A machine under load may stand still for seconds; that is no finding here. */
    private static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(Duration.ofSeconds(30))
            .heartbeatLimit(Duration.ofSeconds(60))
            .build();

    private final Registry registry;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    Shop(Registry registry) {
        this.registry = registry;
    }

    static Eventually eventually() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    <T extends AutoCloseable> T until(T thing) {
        open.push(thing);
        return thing;
    }

    MoaServer provider(String name) {
        Moa moa = until(Moa.builder("shop").instance(name).registry(registry).build());
        return until(MoaServer.builder(moa)
                .export(Shelf.class, () -> name)
                .closeOnShutdown(false)
                .start());
    }

    LookupProcess lookup() {
        return lookup(LookupConfig.DEFAULT);
    }

    LookupProcess lookup(LookupConfig config) {
        return until(LookupProcess.builder(registry).config(config).start());
    }

    static Address.Tcp at(LookupProcess lookup) {
        return new Address.Tcp("127.0.0.1", lookup.port());
    }

    static LookupRegistryConfig of(LookupProcess... lookups) {
        return LookupRegistryConfig.of(Arrays.stream(lookups).map(Shop::at).toList())
                .withBackoff(Duration.ofMillis(20), Duration.ofMillis(200));
    }

    LookupRegistry follower(LookupProcess... lookups) {
        return until(LookupRegistry.open(of(lookups)));
    }

    MoaClient client(Registry followed) {
        Moa moa = until(Moa.builder("customer")
                .registry(followed)
                .transportConfig(PATIENT)
                .build());
        return until(MoaClient.builder(moa).disk(DiskConfig.OFF).build());
    }

    /** A client of a lookup's own service. */
    MoaClient asker(LookupProcess lookup) {
        Moa moa = until(Moa.builder("asker").transportConfig(PATIENT).build());
        return until(MoaClient.builder(moa).addresses(at(lookup)).build());
    }

    static List<String> uuids(Registry.Subscription seen) {
        return seen.current().entries().stream()
                .map(entry -> entry.instance().uuid())
                .toList();
    }

    @Override
    public void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
