package io.moa.e2e.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.ServiceId;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that announces itself in Redis and finds others through a lookup, as one setting says it. */
@Timeout(180)
class LookupBesideRedisTest {

    /** What is offered; both of them answer with their name. */
    @MoaService(name = "beside.Name")
    interface Name {
        String name();
    }

    private static final ServiceId NAMES = ServiceId.of("beside.Name");

    @Test
    void announcesInRedisFollowsALookupAndHoldsOneConnectionToRedisBesideThatOfRules() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RedisRegistry registry = RedisRegistry.open(redis.config());
                RawRedis fate = new RawRedis(redis.config());
                Moa theirs = Moa.builder("beside").registry(registry).build();
                MoaServer provider = MoaServer.builder(theirs)
                        .export(Name.class, () -> "provider")
                        .closeOnShutdown(false)
                        .start();
                LookupProcess lookup = LookupProcess.builder(registry).start()) {
            // The lookup has told of its first knowledge, and both registered: no connection comes later.
            Eventually.within(Market.PATIENCE).until(() -> lookup.status().known(), () -> "" + lookup.status());
            List<String> before = connections(fate);

            String setting = "home/0/register=" + redis.url() + " found=moa-lookup://127.0.0.1:" + lookup.port();
            try (Moa own = Moa.builder("both").registry(setting).build();
                    MoaServer server = MoaServer.builder(own)
                            .export(Name.class, () -> "own")
                            .closeOnShutdown(false)
                            .start();
                    MoaClient client =
                            MoaClient.builder(own).disk(DiskConfig.OFF).build()) {
                Name names = client.stub(Name.class);
                Eventually.within(Market.PATIENCE)
                        .until(() -> client.explain(NAMES).contains("may be called"), () -> client.explain(NAMES));
                assertThat(names.name()).isIn("provider", "own");
                Eventually.within(Market.PATIENCE)
                        .until(
                                () -> call(fate, "HKEYS", "{moa}:p")
                                        .contains(server.instance().uuid()),
                                () -> "it is not registered");
                // It finds the other and, through the lookup, itself.
                Eventually.within(Market.PATIENCE).until(() -> names.name().equals("own"), () -> client.explain(NAMES));
                Eventually.within(Market.PATIENCE)
                        .until(() -> names.name().equals("provider"), () -> client.explain(NAMES));
                assertThat(client.explain(NAMES)).contains("says found (lookup 127.0.0.1:" + lookup.port());
                List<String> now = connections(fate);
                assertThat(now)
                        .as("one for its lease, and the subscription that rules come by")
                        .hasSize(before.size() + 2)
                        .filteredOn(line -> line.contains(" sub=1 "))
                        .hasSize((int) before.stream()
                                        .filter(line -> line.contains(" sub=1 "))
                                        .count()
                                + 1);
            }
        }
    }

    private static List<String> connections(RawRedis fate) {
        return call(fate, "CLIENT", "LIST").get(0).lines().toList();
    }

    private static List<String> call(RawRedis fate, String... words) {
        try {
            return fate.call(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
