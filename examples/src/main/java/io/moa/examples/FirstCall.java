package io.moa.examples;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;

// README begins. What stands between the two marks is what README.md shows, to the byte.
@MoaService
@Timeout(millis = 10_000)
interface Greeter {
    String greet(String name);
}

final class FirstCall {
    public static void main(String[] args) {
        Greeter hello = name -> "Hello, " + name;
        var registry = new MemoryRegistry(Ticker.system());
        try (var moa = Moa.builder("hello").registry(registry).build();
                var server = MoaServer.builder(moa).export(hello).start();
                var client = MoaClient.builder(moa).build()) {
            System.out.println(client.stub(Greeter.class).greet("Ada") + ", from " + server.address());
        }
    }
}
// README ends.
