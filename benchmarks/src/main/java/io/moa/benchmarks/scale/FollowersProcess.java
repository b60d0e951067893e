package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.discovery.Snapshot;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Clients that follow one service, each with connections and threads of its own. When a change was made stands in the instance,
 * by the monotonic clock that all processes of a host share.
 */
final class FollowersProcess {

    /** The metadata with the time of the change, in nanoseconds of {@link System#nanoTime}. */
    static final String CHANGED_AT = "changed-at";

    private FollowersProcess() {}

    static ChildProcess start(String url, int services, int changing, int clients) throws Exception {
        return new ChildProcess(
                "followers",
                List.of(),
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-Xss256k"),
                FollowersProcess.class,
                List.of(url, Integer.toString(services), Integer.toString(changing), Integer.toString(clients)),
                Map.of());
    }

    /** Runs it; the arguments are the registry's URL, how many services there are the number of the
     *  instance that changes, and how many clients follow the first service. */
    public static void main(String[] args) throws Exception {
        RedisConfig config = RedisConfig.parse(args[0]);
        Population population = new Population(Integer.parseInt(args[1]), 1);
        int clients = Integer.parseInt(args[3]);
        String uuid = population.instance(Integer.parseInt(args[2])).uuid();
        Queue<Long> late = new ConcurrentLinkedQueue<>();
        CountDownLatch known = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            RedisRegistry client = RedisRegistry.open(config);
            String[] before = {""};
            client.subscribe(population.service(0), snapshot -> {
                long now = System.nanoTime();
                String at = changedAt(snapshot, uuid);
                if (before[0].isEmpty() && !at.isEmpty()) {
                    known.countDown();
                } else if (!at.isEmpty() && !at.equals(before[0])) {
                    late.add((now - Long.parseLong(at)) / 1_000);
                }
                before[0] = at;
            });
        }
        known.await(1, TimeUnit.MINUTES);
        System.out.println(ChildProcess.MARK + "following " + (clients - known.getCount()));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (orders.readLine() != null) {
            StringJoiner micros = new StringJoiner(" ");
            for (Long next = late.poll(); next != null; next = late.poll()) {
                micros.add(next.toString());
            }
            System.out.println(ChildProcess.MARK + "micros " + micros);
        }
        System.exit(0);
    }

    private static String changedAt(Snapshot snapshot, String uuid) {
        for (Snapshot.Entry entry : snapshot.entries()) {
            if (entry.instance().uuid().equals(uuid)) {
                return entry.instance().metadata().getOrDefault(CHANGED_AT, "");
            }
        }
        return "";
    }
}
