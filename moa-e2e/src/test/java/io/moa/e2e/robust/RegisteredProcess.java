package io.moa.e2e.robust;

import io.moa.Moa;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import java.io.IOException;

/**
 * A provider in Redis with a process of its own, with no hook but the server's: arguments are its uuid and the URL of
 * Redis. It tells "registered", and ends with its standard input.
 */
final class RegisteredProcess {

    private RegisteredProcess() {}

    public static void main(String[] arguments) throws IOException {
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(arguments[1]));
        Moa moa = Moa.builder(Town.APPLICATION)
                .instance(arguments[0])
                .registry(registry)
                .build();
        MoaServer server = MoaServer.builder(moa)
                .export(Work.class, new Workshop("child", id -> {}))
                .start();
        while (!server.health().ready().good()) {
            Thread.onSpinWait();
        }
        System.out.println("registered");
        while (System.in.read() >= 0) {
            // whoever began this process is still there
        }
        Runtime.getRuntime().halt(4);
    }
}
