package io.moa.e2e.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisLink;
import io.moa.server.MoaServer;
import io.moa.server.network.UnixSocketConfig;
import io.moa.testkit.CallAccount;
import io.moa.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An operator's decision and the addresses of a server that is started anew, over a real Redis. */
@Timeout(120)
class OperatorDecisionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ServiceId SERVICE = ServiceId.of(Ledgered.class.getName());

    @TempDir
    private Path folder;

    private final Counting counting = new Counting("it", new CallAccount());

    @Test
    void aDecisionSurvivesARestartWithAnotherUnixSocketAndAnAdvertisedAddress() {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            assertThat(embedded.redis()).as("%s", embedded).isPresent();
            String url = embedded.redis().orElseThrow().url();
            try (RedisLink link = RedisLink.open(embedded.redis().orElseThrow().config())) {
                OperatorDesk desk = new OperatorDesk(link);
                List<Address> first;
                try (Moa moa = runtime(url);
                        MoaServer server = start(moa)) {
                    first = server.instance().addresses();
                    see(embedded, moa, OperatorState.NONE);
                    desk.decide(moa.self().instance(), new OperatorState(true, 7, "blue"), "ada")
                            .join();
                    see(embedded, moa, new OperatorState(true, 7, "blue"));
                }
                try (Moa moa = runtime(url);
                        MoaServer server = start(moa)) {
                    assertThat(server.instance().addresses().get(0))
                            .isEqualTo(first.get(0))
                            .isEqualTo(new Address.Tcp("node7.example", 31_900));
                    if (first.size() > 1) {
                        assertThat(server.instance().addresses().get(1))
                                .as("a Unix socket is another file with each start")
                                .isNotEqualTo(first.get(1));
                    }
                    see(embedded, moa, new OperatorState(true, 7, "blue"));
                }
            }
        }
    }

    private static Moa runtime(String url) {
        return Moa.builder("counting").registry(url).eventLoops(1).build();
    }

    private MoaServer start(Moa moa) {
        return MoaServer.builder(moa)
                .advertise("node7.example") // the port of a container that its host publishes as another one
                .advertisePort(31_900)
                .unixSocket(new UnixSocketConfig(UnixSocketConfig.Mode.FOLDER, folder.resolve("s")))
                .closeOnShutdown(false)
                .export(Ledgered.class, counting)
                .start();
    }

    private static void see(EmbeddedRegistry embedded, Moa moa, OperatorState expected) {
        try (var subscription = embedded.registry().subscribe(SERVICE, any -> {})) {
            Eventually.within(PATIENCE)
                    .until(
                            () -> subscription.current().entries().stream()
                                    .filter(entry -> entry.instance()
                                            .uuid()
                                            .equals(moa.self().instance()))
                                    .map(Snapshot.Entry::operator)
                                    .anyMatch(expected::equals),
                            () -> "" + subscription.current().entries());
        }
    }
}
