package io.moa.e2e.resp;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import io.moa.annotation.Timeout;
import io.moa.discovery.Address;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;
import io.moa.transport.TransportConfig;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A server that answers RESP and counts what it runs, for clients that mean it ill. */
final class RespStage implements AutoCloseable {

    /** The service. */
    @MoaService(name = "shop.Stock")
    public interface Stock {
        int take(@ParameterName("item") String item);

        BigDecimal number(@ParameterName("number") BigDecimal number);

        int fields(@ParameterName("fields") Map<String, String> fields);

        String fail(@ParameterName("why") String why);

        @Timeout(millis = 600_000)
        CompletableFuture<String> held(@ParameterName("name") String name);

        String large(@ParameterName("chars") int chars);
    }

    /** So patient that only the bytes themselves can be a reason for closing. */
    static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .handshakeTimeout(Duration.ofMinutes(1))
            .frameTimeout(Duration.ofMinutes(10))
            .stallTimeout(Duration.ofMinutes(10))
            .build();

    /** How often something of the service was run. */
    final AtomicInteger executed = new AtomicInteger();

    private final Map<String, CompletableFuture<String>> held = new ConcurrentHashMap<>();
    private final Moa moa;
    final MoaServer server;

    RespStage(RespConfig resp) {
        this(resp, PATIENT, builder -> builder);
    }

    RespStage(RespConfig resp, TransportConfig transport, UnaryOperator<MoaServer.Builder> more) {
        moa = Moa.builder("shop").transportConfig(transport).build();
        server = more.apply(MoaServer.builder(moa).resp(resp).adaptive(false).export(Stock.class, new Shelf()))
                .start();
    }

    /** On all addresses of this host, instead of loopback alone. */
    static MoaServer.Builder everywhere(MoaServer.Builder builder) {
        return builder.address(new Address.Tcp("0.0.0.0", 0));
    }

    private final class Shelf implements Stock {
        @Override
        public int take(String item) {
            executed.incrementAndGet();
            return item.length();
        }

        @Override
        public BigDecimal number(BigDecimal number) {
            executed.incrementAndGet();
            return number;
        }

        @Override
        public int fields(Map<String, String> fields) {
            executed.incrementAndGet();
            return fields.size();
        }

        @Override
        public String fail(String why) {
            executed.incrementAndGet();
            throw new IllegalStateException(why);
        }

        @Override
        public CompletableFuture<String> held(String name) {
            executed.incrementAndGet();
            return held.computeIfAbsent(name, any -> new CompletableFuture<>());
        }

        @Override
        public String large(int chars) {
            executed.incrementAndGet();
            return "x".repeat(chars);
        }
    }

    /** Ends the call of {@code held} that has this name, whether it has come or not. */
    void free(String name) {
        held.computeIfAbsent(name, any -> new CompletableFuture<>()).complete(name);
    }

    /** A client on loopback. */
    RespClient client() throws IOException {
        return new RespClient(server.port());
    }

    /** A request. */
    static String call(String method, String arguments) {
        return "{\"service\":\"shop.Stock\",\"method\":\"" + method + "\",\"args\":" + arguments + "}";
    }

    /** Whether a decent client is served. */
    boolean serves() throws IOException {
        try (RespClient decent = client()) {
            return decent.ask("GET", call("take", "[\"top\"]")).equals("{\"result\":3}");
        }
    }

    @Override
    public void close() {
        held.values().forEach(each -> each.complete("late"));
        server.closeNow();
        moa.close();
    }
}
