package io.moa.examples;

import io.moa.Moa;
import io.moa.server.MoaServer;

/** Offers the shop on port 9000 of this host until the process is asked to end, and then leaves gracefully. */
public final class ShopProvider {

    private ShopProvider() {}

    public static void main(String[] args) throws InterruptedException {
        try (Moa moa = Moa.builder("shop").build();
                MoaServer server = MoaServer.builder(moa)
                        .port(9000)
                        .export(new ShopKeeper())
                        .start()) {
            System.out.println("The shop is open at " + server.address() + "; end it with Ctrl+C.");
            Thread.currentThread().join(); // for ever: SIGTERM and Ctrl+C close the server gracefully by themselves
        }
    }
}
