package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How long a change takes from whoever makes it to all who follow. The instance that changes has a registry of its own, as a
 * process has: among twenty thousand others in one process, its change would wait for their heartbeats.
 */
final class ChangeRow {

    private static final int PROCESSES = 4;
    private static final int ROUNDS = 5;
    private static final int CHANGES = 40;

    private final Findings findings;
    private final int services;
    private final int followers;
    private final int changing;

    /**
     * A measurement.
     *
     * @param instances how many there are; the one that changes is another, which offers the first service
     */
    ChangeRow(Findings findings, int services, int instances, int followers) {
        this.findings = findings;
        this.services = services;
        this.followers = followers;
        this.changing = instances - instances % services + services;
    }

    void run(RedisConfig config, String url, Population population, RedisServer redis) throws Exception {
        List<ChildProcess> processes = new ArrayList<>();
        try (RedisRegistry changer = RedisRegistry.open(config)) {
            Registry.Registration registration = changer.register(stamped(population.instance(changing)));
            registration.registered().get(30, TimeUnit.SECONDS);
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(FollowersProcess.start(url, services, changing, followers / PROCESSES));
            }
            int following = 0;
            for (ChildProcess process : processes) {
                following += Integer.parseInt(process.await("following"));
            }
            if (following < followers / PROCESSES * PROCESSES) {
                throw new IOException("only " + following + " clients learned of their service within 1 min");
            }
            round(registration, population, processes, new Histogram(3)); // for the compiler
            Histogram all = new Histogram(3);
            List<String> rounds = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                Histogram late = new Histogram(3);
                round(registration, population, processes, late);
                all.add(late);
                rounds.add(String.format(Locale.ROOT, "%.0f/%.0f", millis(late, 50), millis(late, 99)));
            }
            long due = (long) ROUNDS * CHANGES * following;
            findings.told(
                    "changes told to " + following + " clients in " + PROCESSES + " processes, of " + due,
                    Long.toString(all.getTotalCount()));
            findings.wanted("changes that did not arrive", (double) Math.abs(due - all.getTotalCount()), 0, "");
            findings.told("a change reaches a client, median/p99 of each round, ms", String.join(" ", rounds));
            findings.told("the same, median", String.format(Locale.ROOT, "%.1f ms", millis(all, 50)));
            findings.wanted("the same, p99", millis(all, 99), 500, " ms");
            findings.told("the same, the slowest", String.format(Locale.ROOT, "%.1f ms", millis(all, 100)));
            long before = redis.cpuMillis();
            TimeUnit.SECONDS.sleep(10);
            findings.told(
                    "Redis, for " + following + " clients that follow while nothing changes, and for all heartbeats",
                    (redis.cpuMillis() - before) / 10_000.0 + " of a core");
        } finally {
            processes.forEach(ChildProcess::close);
        }
    }

    private static double millis(Histogram late, double percentile) {
        return late.getValueAtPercentile(percentile) / 1e3;
    }

    private static Instance stamped(Instance instance) {
        return instance.toBuilder()
                .metadata(FollowersProcess.CHANGED_AT, Long.toString(System.nanoTime()))
                .build();
    }

    private void round(
            Registry.Registration registration, Population population, List<ChildProcess> processes, Histogram late)
            throws Exception {
        for (int change = 0; change < CHANGES; change++) {
            registration.update(stamped(population.instance(changing)));
            TimeUnit.MILLISECONDS.sleep(300); // longer than they are gathered, so that each is told
        }
        TimeUnit.SECONDS.sleep(2);
        for (ChildProcess process : processes) {
            for (String micros : process.order("tell", "micros").split(" ")) {
                if (!micros.isEmpty()) {
                    late.recordValue(Long.parseLong(micros));
                }
            }
        }
    }
}
