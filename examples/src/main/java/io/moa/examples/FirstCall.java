package io.moa.examples;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;

// README begins. What stands between the two marks is what README.md shows, to the byte.
@MoaService
interface Greeter {
    String greet(String name);
}

final class FirstCall {
    public static void main(String[] args) {
        var registry = new MemoryRegistry(Ticker.system());
        try (var provider = Moa.builder("greeter").registry(registry).build();
                var server = MoaServer.builder(provider).export(Greeter.class, name -> "Hello, " + name).start();
                var consumer = Moa.builder("shop").registry(registry).build();
                var client = MoaClient.builder(consumer).build()) {
            System.out.println(client.stub(Greeter.class).greet("Ada") + ", from " + server.address());
        }
    }
}
// README ends.
