package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.benchmarks.ChildProcess;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A server of {@link Busy} as a process, with nothing set that concerns overload. It says {@code @ready port=…}, and ends with its input.
 */
public final class BusyServer {

    /** What it serves: the same by name, but whoever computes holds a thread. */
    @MoaService(name = "moa.benchmarks.Busy")
    public interface Holding {
        int compute(int micros);

        int keep(byte[] body, int micros);

        int sleep(int millis);
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private BusyServer() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Moa moa = Moa.builder("busy").eventLoops(1).build();
        MoaServer server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .export(Holding.class, new Holding() {
                    @Override
                    public int compute(int micros) {
                        long until = THREADS.getCurrentThreadCpuTime() + TimeUnit.MICROSECONDS.toNanos(micros);
                        while (THREADS.getCurrentThreadCpuTime() - until < 0) {
                            Thread.onSpinWait();
                        }
                        return micros;
                    }

                    @Override
                    public int keep(byte[] body, int micros) {
                        compute(micros);
                        return body.length;
                    }

                    @Override
                    public int sleep(int millis) {
                        try {
                            TimeUnit.MILLISECONDS.sleep(millis);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return millis;
                    }
                })
                .start();
        System.out.println(ChildProcess.MARK + "ready port=" + server.port());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order;
        do {
            order = orders.readLine(); // none is known
        } while (order != null);
        Runtime.getRuntime().halt(0);
    }
}
