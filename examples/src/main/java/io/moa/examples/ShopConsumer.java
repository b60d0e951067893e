package io.moa.examples;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.examples.Shop.Order;
import io.moa.examples.Shop.Receipt;
import io.moa.examples.Shop.SoldOutException;
import io.moa.invoke.CallTimeoutException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Calls the shop in every way there is. Start {@link ShopProvider} first. */
public final class ShopConsumer {

    private ShopConsumer() {}

    public static void main(String[] args) {
        try (Moa moa = Moa.builder("customer").build();
                MoaClient client = MoaClient.builder(moa)
                        .addresses(Address.parse("tcp://127.0.0.1:9000")) // with a registry this line goes
                        .build()) {
            visit(client, System.out);
        }
    }

    /** Makes the calls and tells what came of them. */
    static void visit(MoaClient client, PrintStream out) {
        Shop shop = client.stub(Shop.class);

        out.println("The shop has " + shop.items());
        shop.visited("tea"); // one-way: returns when the bytes are on their way

        try {
            Receipt receipt = shop.order(new Order("tea", 2));
            out.println(
                    "Bought " + receipt.pieces() + " " + receipt.item() + " for " + receipt.priceCents() + " cents");
            shop.order(new Order("cups", 1_000));
        } catch (SoldOutException e) {
            out.println("Sold out: " + e.getMessage());
        }

        // Two calls at once, one of a method that returns a future and one of a method that does not.
        CompletableFuture<Receipt> cups = shop.orderLater(new Order("cups", 4));
        CompletableFuture<Integer> tea = client.async(shop, s -> s.stock("tea"));
        out.println("Bought " + cups.join().pieces() + " cups; " + tea.join() + " tea left");

        // What differs for particular calls: who waits how long, which lane they belong to, what travels with them.
        Shop hasty = client.with(
                shop, CallOptions.NONE.withTimeout(Duration.ofNanos(1)).withTag("blue"));
        try {
            hasty.items();
        } catch (CallTimeoutException e) {
            out.println("Too hasty: " + e.getMessage());
        }

        // Without the interface: plain data in, plain data out.
        Object receipt = client.generic(ServiceId.of(Shop.class.getName()))
                .call("order(io.moa.examples.Shop$Order)", Map.of("item", "tea", "pieces", 1));
        out.println("Without the interface: " + receipt);
    }
}
