package io.moa.e2e.proxy;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import io.moa.node.proxy.OutboundConfig;
import io.moa.node.proxy.ProxyConfig;
import io.moa.node.proxy.ProxyProcess;
import io.moa.node.proxy.PublishedConfig;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.dispatch.RelayedService;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A registry, rules, and whoever uses them; closed in the order in which they came, the last one first. */
final class ProxyStage implements AutoCloseable {

    static final ServiceId STOCK = ServiceId.parse("shop.Stock");

    final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    final MemoryRuleStore rules = new MemoryRuleStore();
    private final List<AutoCloseable> open = new ArrayList<>();

    static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    /** What a stock is published as, its health looked at often. */
    static PublishedConfig stock(String url) {
        return PublishedConfig.of(
                        url,
                        List.of(new PublishedConfig.Service(
                                STOCK,
                                List.of(
                                        RelayedService.method("reserve", List.of("item", "count")),
                                        RelayedService.method("echo", null),
                                        RelayedService.method("who", null),
                                        RelayedService.method("hang", null),
                                        RelayedService.method("slow", null),
                                        RelayedService.method("strange", null)))))
                .withHealth(new PublishedConfig.Health(null, Duration.ofMillis(50), Duration.ofSeconds(10), 2, 2));
    }

    ProxyProcess proxy(ProxyConfig config) {
        return keep(ProxyProcess.start(config, registry, keep(new MemoryRuleSource(rules))));
    }

    /** A proxy that publishes; returns when all of it is announced. */
    ProxyProcess publishing(PublishedConfig... published) {
        ProxyProcess proxy = proxy(ProxyConfig.of("stock", List.of(published), null));
        for (int i = 0; i < published.length; i++) {
            int each = i;
            soon().until(() -> proxy.port(each) != 0, () -> "" + proxy.describe());
        }
        return proxy;
    }

    /** A proxy that calls others. */
    ProxyProcess calling() {
        return proxy(ProxyConfig.of("web-php", List.of(), OutboundConfig.at(0)));
    }

    Moa moa(String application) {
        return keep(Moa.builder(application)
                .eventLoops(1)
                .registry(registry)
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
    }

    MoaClient client(String application) {
        return keep(MoaClient.builder(moa(application)).build());
    }

    @Override
    public void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        registry.close();
    }
}
