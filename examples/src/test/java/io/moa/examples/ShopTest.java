package io.moa.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShopTest {

    @Test
    void aVisitMakesEveryKindOfCall() {
        ShopKeeper keeper = new ShopKeeper();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (MemoryRegistry registry = new MemoryRegistry(Ticker.system());
                Moa provider = Moa.builder("shop").registry(registry).build();
                MoaServer server = MoaServer.builder(provider).export(keeper).start();
                Moa consumer = Moa.builder("customer").registry(registry).build();
                MoaClient client = MoaClient.builder(consumer).build()) {
            assertThat(server.port()).isPositive();

            ShopConsumer.visit(client, new PrintStream(printed, true, StandardCharsets.UTF_8));

            Eventually.within(Duration.ofSeconds(5))
                    .until(() -> keeper.visits() == 1, () -> keeper.visits() + " visits");
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("The shop has [cups, tea]")
                .contains("Bought 2 tea for 500 cents")
                .contains("Sold out: There are no 1000 of cups left")
                .contains("Bought 4 cups; 98 tea left")
                .contains("Too hasty: ")
                .contains("priceCents=250");
    }
}
