package io.moa.e2e.governance;

import io.moa.Moa;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A server with a process of its own, which a test can stop and let go on. Arguments: its uuid. It says {@code port N} on its standard output, and
 * ends with its input.
 */
final class StockProcess {

    private StockProcess() {}

    public static void main(String[] arguments) throws IOException {
        Moa moa = Moa.builder("stock").instance(arguments[0]).eventLoops(1).build();
        MoaServer server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .export(SilenceTest.Stock.class, (item, number) -> number)
                .closeOnShutdown(false)
                .start();
        System.out.println("port " + server.port());
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            continue;
        }
        Runtime.getRuntime().halt(0);
    }
}
