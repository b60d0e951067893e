package io.moa.benchmarks.mesh;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.io.OutputStream;
import java.io.PrintStream;

/** Servers of many services in one process. Arguments: its Redis, how many services, how many each server has; two servers have each service. */
public final class ManyServers {

    private ManyServers() {}

    /** Runs it until its input ends. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(args[0]));
        int services = Integer.parseInt(args[1]);
        int each = Integer.parseInt(args[2]);
        for (int from = 0; from < services; from += each) {
            for (int copy = 0; copy < 2; copy++) {
                MoaServer.Builder server = MoaServer.builder(Moa.builder("many-" + from)
                                .eventLoops(1)
                                .registry(registry)
                                .build())
                        .withoutMesh()
                        .closeOnShutdown(false)
                        .host("127.0.0.1");
                for (int i = from; i < from + each; i++) {
                    server.export(Many.class, number -> number, ExportConfig.DEFAULT.withVersion(Integer.toString(i)));
                }
                server.start();
            }
        }
        answers.println(ChildProcess.MARK + "ready");
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }
}
