package com.example.shop;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.server.MoaServer;
import java.util.List;

/** Provider and consumer in one process, over a socket, without a registry: moa-client and moa-server are enough. */
public final class Main {

    public static void main(String[] args) {
        Stock stock = shelf -> List.of(new Stock.Item("tea of " + shelf, 100), new Stock.Item("cups", 10));
        try (Moa provider = Moa.builder("stock").build();
                MoaServer server = MoaServer.builder(provider).export(Stock.class, stock).start();
                Moa consumer = Moa.builder("till").build();
                MoaClient client = MoaClient.builder(consumer).addresses(server.address()).build()) {
            System.out.println("called from outside: " + client.stub(Stock.class).items("the top shelf"));
        }
    }
}
