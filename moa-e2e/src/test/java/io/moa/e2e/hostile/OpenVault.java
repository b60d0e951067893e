package io.moa.e2e.hostile;

import io.moa.Moa;
import io.moa.discovery.ServiceId;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A server of {@link Vault} that counts what runs; closing it waits until it holds nothing. */
final class OpenVault implements Vault, AutoCloseable {

    static final ServiceId SERVICE = ServiceId.of(Vault.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final AtomicLong runs = new AtomicLong();
    private final Moa moa = Moa.builder("vault").build();
    private final MoaServer server;

    OpenVault(String... serializers) {
        this.server = MoaServer.builder(moa)
                .closeOnShutdown(false)
                .export(Vault.class, this, ExportConfig.DEFAULT.withSerializers(serializers))
                .export(
                        Mint.class,
                        struct -> {
                            runs.incrementAndGet();
                            return struct;
                        },
                        ExportConfig.DEFAULT.withSerializers("protobuf"))
                .start();
    }

    HostileCaller caller() {
        return caller(SERVICE);
    }

    HostileCaller caller(ServiceId service) {
        return new HostileCaller(service, server.address());
    }

    int connections() {
        return server.connections();
    }

    @Override
    public String any(Object value) {
        runs.incrementAndGet();
        return value == null ? "null" : value.getClass().getName();
    }

    @Override
    public int count(Map<String, Object> values) {
        runs.incrementAndGet();
        return values.size();
    }

    @Override
    public Coin coin(Coin coin) {
        runs.incrementAndGet();
        return coin;
    }

    @Override
    public void close() {
        try {
            Eventually.within(PATIENCE)
                    .until(
                            () -> server.inFlight() == 0 && server.heldBytes() == 0,
                            () -> server.inFlight() + " in flight, " + server.heldBytes() + " bytes held");
        } finally {
            server.closeNow();
            moa.close();
        }
    }
}
