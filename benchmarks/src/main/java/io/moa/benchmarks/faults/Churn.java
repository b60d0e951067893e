package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Entries of the service under load that take no calls, for their weight is 0, and as many of another service that nobody follows, as
 * a process. The argument is how many. The orders {@code here N} and {@code elsewhere N} let so many of the ones or the others change
 * in each second, and are answered by {@code @changes number=…}, those here.
 */
public final class Churn {

    private static final int TICK_MILLIS = 10;

    private final Registry registry;
    private final ServiceId service;
    private final List<Instance> instances = new ArrayList<>();
    private final List<Registry.Registration> registrations = new ArrayList<>();
    private final AtomicInteger rate = new AtomicInteger();
    private double due;
    private final AtomicLong changes = new AtomicLong();

    private Churn(Registry registry, ServiceId service, int entries) throws Exception {
        this.registry = registry;
        this.service = service;
        for (int i = 0; i < entries; i++) {
            Instance instance = fresh(i);
            instances.add(instance);
            registrations.add(registry.register(instance));
        }
        for (Registry.Registration registration : registrations) {
            registration.registered().get(1, TimeUnit.MINUTES);
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
        int entries = Integer.parseInt(args[0]);
        Churn here = new Churn(registry, ServiceId.of("moa.benchmarks.Counted"), entries);
        Churn elsewhere = new Churn(registry, ServiceId.of("moa.benchmarks.Unfollowed"), entries);
        ScheduledExecutorService changing = Executors.newSingleThreadScheduledExecutor();
        changing.scheduleAtFixedRate(
                () -> {
                    here.tick();
                    elsewhere.tick();
                },
                TICK_MILLIS,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
        System.out.println(ChildProcess.MARK + "ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ");
            (words[0].equals("here") ? here : elsewhere).rate.set(Integer.parseInt(words[1]));
            System.out.println(ChildProcess.MARK + "changes number=" + here.changes.get());
        }
        Runtime.getRuntime().halt(0);
    }

    private Instance fresh(int at) {
        return Instance.builder(UUID.randomUUID().toString(), "churn")
                .addresses(List.of(new Address.Tcp("127.1." + at / 250 + "." + (1 + at % 250), 9)))
                .host("churn-" + at)
                .protocol("moa/1")
                .exports(List.of(new ServiceExport(service, Set.of("hessian"), "4f1c6f0d9a7e4b6f")))
                .startedAtEpochMillis(System.currentTimeMillis())
                .weight(0)
                .build();
    }

    private void tick() {
        due += rate.get() * TICK_MILLIS / 1e3;
        while (due >= 1) {
            due--;
            long change = changes.getAndIncrement();
            int at = (int) (change % instances.size());
            if (change % 2 == 0) {
                registrations.get(at).close();
                instances.set(at, fresh(at));
                registrations.set(at, registry.register(instances.get(at)));
            } else {
                Instance changed = instances.get(at).toBuilder()
                        .metadata("change", Long.toString(change))
                        .build();
                instances.set(at, changed);
                registrations.get(at).update(changed);
            }
        }
    }
}
