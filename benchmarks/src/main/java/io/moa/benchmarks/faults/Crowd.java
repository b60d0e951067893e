package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Many clients in one process, each with its own registry and connections; they share two event loops. Arguments: how many, and
 * how many calls they make a second together. Orders: {@code turn} answers what was seen since the last one; {@code back} waits
 * until each of them had an answer to a call that began after the order.
 */
public final class Crowd {

    private static final long BUCKET_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int BUCKETS = 10; // of a window of 100 ms

    private final List<Member> members = new ArrayList<>();
    private final PacedCalls calls = new PacedCalls();

    /**
     * What was seen since the last turn: calls, failures, the most clients that began, and that ended, a successful connect within
     * 100 ms, the most that began any connect, list reads.
     */
    record Seen(long sent, long failed, long busiestBegun, long busiestEnded, long busiestTried, long fullReads) {
        static Seen read(String line) {
            Map<String, String> fields = ChildProcess.fields(line);
            return new Seen(
                    Long.parseLong(ChildProcess.field(fields, "sent")),
                    Long.parseLong(ChildProcess.field(fields, "failed")),
                    Long.parseLong(ChildProcess.field(fields, "busiestBegun")),
                    Long.parseLong(ChildProcess.field(fields, "busiestEnded")),
                    Long.parseLong(ChildProcess.field(fields, "busiestTried")),
                    Long.parseLong(ChildProcess.field(fields, "fullReads")));
        }
    }

    /** One client, and when it was connected. */
    private static final class Member implements Transport {
        private final Transport real;
        private final RedisRegistry registry;
        // Of connects that succeeded; guarded by this.
        private final List<Long> began = new ArrayList<>();
        private final List<Long> ended = new ArrayList<>();
        private final List<Long> tried = new ArrayList<>(); // those that failed too
        private Counted counted;
        private long readsBefore;
        private volatile long answeredBegunAt;

        @SuppressWarnings("NullAway.Init") // the stub needs the transport, which this is
        Member(Moa parts, RedisRegistry registry) {
            this.real = parts.transport();
            this.registry = registry;
        }

        @Override
        public boolean supports(Address address) {
            return real.supports(address);
        }

        @Override
        public CompletableFuture<Listener> listen(Address address, Host host) {
            return real.listen(address, host);
        }

        @Override
        public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
            long begun = System.nanoTime();
            synchronized (this) {
                tried.add(begun);
            }
            return real.connect(address, self, wanted).thenApply(connection -> {
                synchronized (this) {
                    began.add(begun);
                    ended.add(System.nanoTime());
                }
                return connection;
            });
        }

        private synchronized List<Long> take(List<Long> moments) {
            List<Long> taken = List.copyOf(moments);
            moments.clear();
            return taken;
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private Crowd() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int number = Integer.parseInt(args[0]);
        int rate = Integer.parseInt(args[1]);
        Crowd crowd = new Crowd();
        // Two event loops for all, or threads would be measured; all else is each client's own.
        Moa parts = Moa.builder("crowd").eventLoops(2).build();
        for (int i = 0; i < number; i++) {
            crowd.members.add(member(parts));
        }
        for (Member member : crowd.members) {
            crowd.call(member);
        }
        crowd.awaitAll(System.nanoTime(), rate);
        crowd.calls.begin(rate, new Runnable() {
            private int next;

            @Override
            public void run() {
                crowd.call(crowd.members.get(next++ % number));
            }
        });
        crowd.turn();
        crowd.calls.takeOrders(order -> {
            if (order.equals("turn")) {
                return "seen " + crowd.turn();
            }
            long start = System.nanoTime();
            crowd.awaitAll(start, 0);
            return "back millis=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        });
    }

    private static Member member(Moa parts) {
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
        Member member = new Member(parts, registry);
        Moa moa = Moa.builder("crowd")
                .transport(member)
                .scheduler(parts.scheduler())
                .registry(registry)
                .build();
        member.counted = MoaClient.builder(moa).disk(DiskConfig.OFF).build().stub(Counted.class);
        return member;
    }

    private void call(Member member) {
        long begun = System.nanoTime();
        calls.make(() -> member.counted.read(begun, new byte[0]), answer -> member.answeredBegunAt = begun);
    }

    /** Waits up to half a minute until each had an answer to a call begun after this moment. */
    private void awaitAll(long since, int callAgain) throws InterruptedException {
        long deadline = since + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() - deadline < 0
                && members.stream().anyMatch(m -> m.answeredBegunAt == 0 || m.answeredBegunAt - since < 0)) {
            TimeUnit.MILLISECONDS.sleep(5);
            if (callAgain > 0) {
                members.stream()
                        .filter(m -> m.answeredBegunAt - since < 0)
                        .limit(5)
                        .forEach(this::call);
            }
        }
    }

    private String turn() {
        long reads = 0;
        for (Member member : members) {
            reads = Math.max(reads, member.registry.fullReads() - member.readsBefore);
            member.readsBefore = member.registry.fullReads();
        }
        return calls.turn() + " busiestBegun="
                + busiest(member -> member.take(member.began)) + " busiestEnded="
                + busiest(member -> member.take(member.ended)) + " busiestTried="
                + busiest(member -> member.take(member.tried)) + " fullReads=" + reads;
    }

    /** The most clients with a moment in one window of 100 ms. */
    private int busiest(Function<Member, List<Long>> moments) {
        TreeMap<Long, Integer> clients = new TreeMap<>(); // begin of a window → clients with a moment in it
        for (Member member : members) {
            List<Long> windows = new ArrayList<>();
            for (long at : moments.apply(member)) {
                long bucket = at / BUCKET_NANOS;
                for (int i = 0; i < BUCKETS; i++) {
                    windows.add(bucket - i);
                }
            }
            windows.stream().distinct().forEach(window -> clients.merge(window, 1, Integer::sum));
        }
        return clients.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }
}
