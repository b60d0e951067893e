package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisWatchStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What {@code ls} and {@code why} say of watchers that take themselves for cut off. */
class WatcherDoubtTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void itIsSaidOnlyWhenAllDoubtThemselves() throws Exception {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            String url = RealRedis.of(embedded).url();
            try (RedisLink link = RedisLink.open(RedisConfig.parse(url));
                    Registry registry = RedisRegistry.over(link)) {
                registry.register(Instance.builder("uuid-1", "shop")
                                .addresses(List.of(new Address.Tcp("10.0.0.1", 7001)))
                                .exports(List.of(new ServiceExport(ServiceId.of("shop.Orders"), Set.of(), "")))
                                .build())
                        .registered()
                        .get(30, TimeUnit.SECONDS);
                RedisWatchStore store = new RedisWatchStore(link);
                assertThat(said(url)).noneMatch(text -> text.contains("network"));
                store.renew("one", false, LONG).get(30, TimeUnit.SECONDS);
                assertThat(said(url))
                        .allMatch(text -> text.endsWith("1 of 1 watcher doubts its own network: nothing is" + " removed"
                                + System.lineSeparator()));
                store.renew("two", true, LONG).get(30, TimeUnit.SECONDS);
                assertThat(said(url)).noneMatch(text -> text.contains("network"));
                store.renew("two", false, LONG).get(30, TimeUnit.SECONDS);
                assertThat(said(url))
                        .allMatch(text -> text.endsWith("2 of 2 watchers doubt their own network: nothing is"
                                + " removed" + System.lineSeparator()));
                store.leave("one").get(30, TimeUnit.SECONDS);
                store.leave("two").get(30, TimeUnit.SECONDS);
                assertThat(said(url)).noneMatch(text -> text.contains("network"));
            }
        }
    }

    private static List<String> said(String url) {
        List<CommandRun> runs = List.of(
                CommandRun.of("ls", "--registry", url),
                CommandRun.of("ls", "--registry", url, "shop.Orders"),
                CommandRun.of("why", "--registry", url, "uuid-1"));
        assertThat(runs).allMatch(run -> run.exitCode() == 0);
        return runs.stream().map(CommandRun::out).toList();
    }
}
