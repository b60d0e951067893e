package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code moa watch} over a real Redis. */
class WatchCommandTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));

    @AutoClose
    private static final EmbeddedRegistry embedded = EmbeddedRegistry.start();

    private static String url;

    @BeforeAll
    static void start() {
        url = RealRedis.of(embedded).url();
    }

    private static Registry.Registration register(Registry registry, String uuid, String service) throws Exception {
        Registry.Registration registration = registry.register(instance(uuid, service));
        registration.registered().get(30, TimeUnit.SECONDS);
        return registration;
    }

    private static Instance instance(String uuid, String service) {
        return Instance.builder(uuid, "shop")
                .addresses(List.of(new Address.Tcp("10.0.0.1", 7001)))
                .exports(List.of(new ServiceExport(ServiceId.of(service), Set.of("hessian"), "")))
                .build();
    }

    private static void await(RunningCommand watch, String text) {
        SOON.until(() -> watch.out().contains(text), () -> "no " + text + " in " + watch.out() + watch.err());
    }

    @Test
    void changesOfAServiceArePrintedAsTheyCome() throws Exception {
        String mine = url + "?prefix=watch1";
        try (Registry registry = RedisRegistry.open(RedisConfig.parse(mine));
                RunningCommand watch = RunningCommand.start("watch", "--registry", mine, "shop.Orders")) {
            Registry.Registration first = register(registry, "first", "shop.Orders");
            await(watch, " + shop.Orders first shop [tcp://10.0.0.1:7001] weight 100, ONLINE");
            register(registry, "second", "shop.Stock");
            first.update(instance("first", "shop.Orders").withWeight(7));
            await(watch, " ~ shop.Orders first shop [tcp://10.0.0.1:7001] weight 7, ONLINE");
            first.offline();
            await(watch, "weight 7, WITHDRAWN by itself");
            first.close();
            await(watch, " - shop.Orders first gone");
            assertThat(watch.end()).isZero();
            assertThat(watch.out()).doesNotContain("second").doesNotContain("OFFLINE");
        }
    }

    @Test
    void withoutAServiceThoseThatComeLaterAreShownToo() throws Exception {
        String mine = url + "?prefix=watch2";
        try (Registry registry = RedisRegistry.open(RedisConfig.parse(mine));
                RunningCommand watch = RunningCommand.start("watch", "--registry", mine)) {
            Registry.Registration first = register(registry, "first", "shop.Orders");
            await(watch, " + shop.Orders first shop");
            Registry.Registration second = register(registry, "second", "shop.Stock");
            await(watch, " + shop.Stock second shop");
            second.offline();
            await(watch, " ~ shop.Stock second shop [tcp://10.0.0.1:7001] weight 100, WITHDRAWN by itself");
            second.online();
            await(watch, " ~ shop.Stock second shop [tcp://10.0.0.1:7001] weight 100, ONLINE");
            first.update(instance("first", "shop.Bills"));
            await(watch, " + shop.Bills first shop");
            await(watch, " - shop.Orders first gone");
            second.close();
            await(watch, " - shop.Stock second gone");
            assertThat(watch.end()).isZero();
            assertThat(watch.out()).doesNotContain("OFFLINE");
        }
    }
}
