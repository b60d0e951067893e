package io.moa.benchmarks.mesh;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshStep;
import io.moa.server.MoaServer;
import io.moa.transport.handover.PauseHistogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A server, and clients that call it through an agent at a steady pace, in four ways. Calls may not run twice. */
final class UpgradeLoad implements AutoCloseable {

    static final String TOKEN = "a token of this measurement alone";

    private static final int MOST_FAILURES_TOLD = 10;
    private static final int BIG = 200_000;
    private static final int SLOW_WAITING = 3;

    /**
     * What was seen since the window before.
     *
     * @param failed of the calls
     */
    record Window(long calls, long failed, long medianNanos, long p99Nanos, long p999Nanos, long maxNanos) {}

    private final Ran.Counter counter;
    private final AtomicIntegerArray ended; // by their numbers: 1 answered, 2 failed
    private final int most;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<HalvingRelay> relays = new ArrayList<>();
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong toldFailures = new AtomicLong(); // in this window
    private final Semaphore underWay = new Semaphore(0);
    private final int rate;
    private final String redis;
    private final Address.Unix unix;
    private PauseHistogram latencies = new PauseHistogram(); // guarded by this
    private long calls; // guarded by this
    private long failedBefore;
    private volatile boolean over;

    UpgradeLoad(Path folder, String redis, Address.Unix unix, Address.Tcp tcp, int rate, int most) throws IOException {
        this.redis = redis;
        this.unix = unix;
        this.rate = rate;
        this.most = most;
        this.counter = new Ran.Counter(most);
        this.ended = new AtomicIntegerArray(most);
        Path halving = Files.createDirectory(folder.resolve("h"));
        relays.add(keep(HalvingRelay.unix(halving.resolve("agent.sock"), unix)));
        relays.add(keep(HalvingRelay.tcp(tcp)));
        keep(MoaServer.builder(
                        keep(Moa.builder("ran").registry(redis).eventLoops(1).build()))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .withoutMesh()
                .adaptive(false) // what a busy machine costs calls is looked at, and not refused
                .export(Ran.class, counter)
                .start());
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    /** Connects, and calls from now on. */
    void begin() throws Exception {
        for (HalvingRelay relay : relays) {
            moa(relay);
            resp(relay);
        }
        slow();
    }

    private void moa(HalvingRelay relay) {
        MoaClient client = keep(MoaClient.builder(keep(Moa.builder(UpgradedAgent.APPLICATION)
                        .registry(redis)
                        .eventLoops(1)
                        .build()))
                .disk(DiskConfig.OFF)
                .mesh(MeshConfig.DEFAULT
                        .withMode(MeshMode.ON)
                        .withAgent(relay.address())
                        .withSteps(MeshStep.AGENT) // whatever the agent does not do fails
                        .withPings(Duration.ofMillis(100), Duration.ofMinutes(1), 3)
                        .withToken(relay.address() instanceof Address.Tcp ? TOKEN : null))
                .build());
        Ran stub = client.stub(Ran.class);
        while (client.mesh().seat() != Seat.LOCAL) {
            LockSupport.parkNanos(1_000_000);
        }
        pace("moa " + relay.address(), () -> {
            int number = counter.next();
            long begun = System.nanoTime();
            client.async(stub, ran -> {
                        try {
                            return ran.once(number);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .whenComplete((value, thrown) -> ended(number, begun, thrown == null, String.valueOf(thrown)));
        });
    }

    private void resp(HalvingRelay relay) throws IOException {
        RespCaller caller = keep(new RespCaller(
                relay.address(), relay.address() instanceof Address.Tcp ? TOKEN : "", 0, (asked, answer) -> {
                    String text = new String(answer, java.nio.charset.StandardCharsets.US_ASCII);
                    ended(asked.number(), asked.nanos(), text.startsWith("{\"result\":"), text);
                }));
        pace("resp " + relay.address(), () -> {
            int number = counter.next();
            try {
                caller.call(number, "once", Integer.toString(number));
            } catch (IOException e) {
                ended(number, System.nanoTime(), false, e.toString());
            }
        });
    }

    /** Asks for much, and takes it slowly; a few answers wait for it at any time. */
    private void slow() throws IOException {
        RespCaller caller = keep(new RespCaller(unix, "", 5, (asked, answer) -> {
            if (answer.length < BIG) {
                tellFailure("the slow reader got " + answer.length + " bytes");
                failed.incrementAndGet();
            }
        }));
        Thread thread = new Thread(
                () -> {
                    while (!over) {
                        try {
                            if (caller.waiting() < SLOW_WAITING) {
                                caller.call(0, "big", Integer.toString(BIG));
                            }
                        } catch (IOException e) {
                            tellFailure("the slow reader: " + e);
                            failed.incrementAndGet();
                            return;
                        }
                        LockSupport.parkNanos(1_000_000);
                    }
                },
                "slow");
        thread.setDaemon(true);
        thread.start();
        callers.add(thread);
    }

    /** A quarter of the rate. */
    private void pace(String name, Runnable call) {
        long period = 4_000_000_000L / rate;
        Thread thread = new Thread(
                () -> {
                    long next = System.nanoTime();
                    while (!over) {
                        call.run();
                        next += period;
                        LockSupport.parkNanos(next - System.nanoTime());
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        callers.add(thread);
    }

    private void ended(int number, long begun, boolean well, String why) {
        long took = System.nanoTime() - begun;
        ended.set(number, well ? 1 : 2);
        if (!well) {
            failed.incrementAndGet();
            tellFailure("call " + number + ": " + why);
        }
        synchronized (this) {
            latencies.record(took);
            calls++;
        }
        underWay.release();
    }

    private void tellFailure(String why) {
        if (toldFailures.getAndIncrement() < MOST_FAILURES_TOLD) {
            System.err.println(why);
        }
    }

    /** What was seen since this was asked before. */
    synchronized Window window() {
        PauseHistogram seen = latencies;
        long made = calls;
        long failures = failed.get();
        latencies = new PauseHistogram();
        calls = 0;
        long since = failures - failedBefore;
        failedBefore = failures;
        toldFailures.set(0);
        return new Window(
                made,
                since,
                seen.quantileNanos(0.5),
                seen.quantileNanos(0.99),
                seen.quantileNanos(0.999),
                seen.maxNanos());
    }

    /** Makes no more calls, and waits for those under way. */
    void end() throws InterruptedException {
        over = true;
        for (Thread each : callers) {
            each.join();
        }
        if (!underWay.tryAcquire(Math.min(counter.given(), most), 60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "Not every call was answered: " + underWay.availablePermits() + " of " + counter.given());
        }
    }

    /** How many calls were answered and did not run, or ran more than once, or failed and ran twice. */
    long wrong() {
        long wrong = 0;
        for (int i = 0; i < counter.given(); i++) {
            int times = counter.times(i);
            if (times > 1 || (ended.get(i) == 1 && times == 0)) {
                wrong++;
            }
        }
        return wrong;
    }

    long parts() {
        return relays.stream().mapToLong(HalvingRelay::parts).sum();
    }

    long halved() {
        return relays.stream().mapToLong(HalvingRelay::halved).sum();
    }

    /** How many connections an agent has ended. */
    long disconnects() {
        return relays.stream().mapToLong(HalvingRelay::disconnects).sum();
    }

    @Override
    public void close() {
        over = true;
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("A part of the load did not end", e);
            }
        }
    }
}
