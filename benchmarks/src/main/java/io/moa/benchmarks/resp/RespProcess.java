package io.moa.benchmarks.resp;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * A measured server, a process of its own.
 *
 * <pre>
 * (started)   @ready PORT
 * calls       @calls NUMBER     executed so far
 * compiled    @compiled MILLIS  time of the just-in-time compiler so far
 * </pre>
 */
final class RespProcess {

    private RespProcess() {}

    /** Arguments: {@code moa} or {@code bare}; how many event loops. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        LongAdder calls = new LongAdder();
        int loops = Integer.parseInt(args[1]);
        int port =
                args[0].equals("moa") ? serve(loops, calls) : BareResponder.start(loops, RespText.some(RespText.BYTES));
        answers.println(ChildProcess.MARK + "ready " + port);
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            switch (order) {
                case "calls" -> answers.println(ChildProcess.MARK + "calls " + calls.sum());
                case "compiled" ->
                    answers.println(ChildProcess.MARK + "compiled " + compiler.getTotalCompilationTime());
                default -> throw new IllegalArgumentException("no such order: " + order);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static int serve(int loops, LongAdder calls) {
        return MoaServer.builder(Moa.builder("bench").eventLoops(loops).build())
                .export(Echo.class, new Echo() {
                    @Override
                    public String direct(String text) {
                        calls.increment();
                        return text;
                    }

                    @Override
                    public String worker(String text) {
                        calls.increment();
                        return text;
                    }
                })
                .start()
                .port();
    }
}
