package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.benchmarks.ChildProcess;
import io.moa.invoke.Filter;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/** A server of another application and another service, at the port it is told. It answers {@code runs}. */
public final class StrangerServer {

    /** What it offers. */
    @MoaService(name = "moa.benchmarks.Stranger")
    public interface Stranger {
        /** Says something. */
        String hello();
    }

    private StrangerServer() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        LongAdder runs = new LongAdder();
        Filter count = (call, next) -> {
            runs.increment();
            return next.invoke(call);
        };
        Moa moa = Moa.builder("stranger").eventLoops(1).build();
        MoaServer.builder(moa)
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .filter(count)
                .export((Stranger) () -> "hello")
                .closeOnShutdown(false)
                .start();
        System.out.println(ChildProcess.MARK + "ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            System.out.println(ChildProcess.MARK + "runs " + runs.sum());
        }
        Runtime.getRuntime().halt(0);
    }
}
