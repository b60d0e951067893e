package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What three servers in a row, each a process, make of calls that fail, or whose time is up. */
final class HopFaults {

    private static final int CALLS = 10_000;
    private static final int AT_ONCE = 50;
    private static final int WITHDRAWN = 100;
    private static final Duration SHORT = Duration.ofMillis(100);

    private HopFaults() {}

    /** The servers, the last one first, and a client of the first. */
    private static final class Row implements AutoCloseable {
        private final Scene scene;
        private final List<ChildProcess> servers = new ArrayList<>();
        private final Moa moa = Moa.builder("hop-caller").build();
        private final MoaClient client;
        private final Hop hop;

        Row(FaultOptions options) throws Exception {
            scene = new Scene(options);
            String port = "0";
            for (int i = 3; i >= 1; i--) {
                ChildProcess server = scene.other("hop-" + i, HopServer.class, port);
                port = ChildProcess.field(ChildProcess.fields(server.await("ready")), "port");
                servers.add(server);
            }
            client = MoaClient.builder(moa)
                    .addresses(new Address.Tcp("127.0.0.1", Integer.parseInt(port)))
                    .build();
            hop = client.stub(Hop.class);
        }

        Map<String, String> told(int server) throws Exception {
            return ChildProcess.fields(servers.get(server).order("told", "told"));
        }

        long number(int server, String field) throws Exception {
            return Long.parseLong(ChildProcess.field(told(server), field));
        }

        /** So many calls, some at once; how many failed. */
        int play(Hop stub, int calls, int atOnce) {
            int failed = 0;
            for (int done = 0; done < calls; done += atOnce) {
                List<CompletableFuture<Long>> some = new ArrayList<>();
                for (int i = 0; i < atOnce; i++) {
                    long id = (long) done + i;
                    some.add(client.async(stub, each -> each.go(id)));
                }
                for (CompletableFuture<Long> each : some) {
                    failed += each.handle((value, thrown) -> thrown).join() == null ? 0 : 1;
                }
            }
            return failed;
        }

        /** How long it takes until the last server hears that a call which it keeps is withdrawn, in nanoseconds. */
        long withdrawal(long id) throws Exception {
            CompletableFuture<Long> kept = hop.keep(id);
            if (Scene.millisUntil(5, () -> number(0, "calls") > 0) < 0) {
                return TimeUnit.SECONDS.toNanos(5);
            }
            long withdrawn = System.nanoTime();
            kept.cancel(true);
            AtomicLong told = new AtomicLong();
            boolean heard = Scene.millisUntil(5, () -> {
                        told.set(number(0, "withdrawn"));
                        return told.get() != 0;
                    })
                    >= 0;
            return heard ? told.get() - withdrawn : TimeUnit.SECONDS.toNanos(5);
        }

        @Override
        public void close() throws IOException {
            client.close();
            moa.close();
            scene.close();
        }
    }

    /** C3: how often the last one is called, when it fails each call. */
    static Finding repetitions(FaultOptions options) throws Exception {
        try (Row row = new Row(options)) {
            int well = row.play(row.hop, CALLS / 10, AT_ONCE);
            row.servers.get(0).order("fail", "so");
            for (int i = 0; i < 3; i++) {
                row.told(i);
            }
            Scene.pause(11); // what was called before counts for ten seconds
            int failed = row.play(row.hop, CALLS, AT_ONCE);
            return new Finding(
                            "C3", "the last of three servers in a row fails each call, and all methods are idempotent")
                    .told("calls", CALLS)
                    .exactly("failed before", well, 0)
                    .exactly("calls that failed", failed, CALLS)
                    .told("calls to the first server, of each", (double) row.number(2, "calls") / CALLS)
                    .told("calls to the second", (double) row.number(1, "calls") / CALLS)
                    .atMost("calls to the last", (double) row.number(0, "calls") / CALLS, 1.1, "×");
        }
    }

    /** C4: how much time the last one sees, whether it works for nothing, and when it is told to end. */
    static Finding deadlines(FaultOptions options) throws Exception {
        try (Row row = new Row(options)) {
            int well = row.play(row.hop, CALLS / 10, AT_ONCE);
            Hop hasty = row.client.with(row.hop, CallOptions.NONE.withTimeout(SHORT));
            for (int i = 0; i < 3; i++) {
                row.told(i);
            }
            row.play(hasty, 100, 1);
            long first = row.number(2, "remaining");
            long second = row.number(1, "remaining");
            long last = row.number(0, "remaining");
            int failed = row.play(hasty, CALLS, 2_000);
            Map<String, String> crowded = row.told(0);
            long slowest = 0;
            Scene.pause(1);
            row.told(0);
            for (int i = 0; i < WITHDRAWN; i++) {
                slowest = Math.max(slowest, row.withdrawal(i));
            }
            return new Finding(
                            "C4",
                            "calls with " + SHORT.toMillis() + " ms through three servers in a row, and " + 2_000
                                    + " of them at once")
                    .exactly("failed before", well, 0)
                    .atMost("most time left at the first server", first / 1e6, (double) SHORT.toMillis(), " ms")
                    .atMost("at the second", second / 1e6, first / 1e6, " ms")
                    .atMost("at the last", last / 1e6, second / 1e6, " ms")
                    .told("calls of those at once that failed", failed)
                    .told("that were begun at the last server", ChildProcess.field(crowded, "calls"))
                    .exactly(
                            "that were begun there when their time was up",
                            Long.parseLong(ChildProcess.field(crowded, "late")),
                            0)
                    .atMost("slowest withdrawal, from the caller to the last server", slowest / 1e6, 20, " ms");
        }
    }
}
