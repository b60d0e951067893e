package io.moa.registry.memory;

import io.moa.discovery.QuotaSource;
import io.moa.registry.quota.QuotaPool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The quotas of one store, shared by its registries. One that nobody asked for in a minute is forgotten. Safe for many threads. */
final class MemoryQuotas {

    private static final long KEPT_MILLIS = 60_000;

    private final Map<String, QuotaPool> pools = new HashMap<>(); // guarded by this
    private long sweptAt; // guarded by this

    synchronized CompletableFuture<List<QuotaSource.Share>> ask(
            List<QuotaSource.Ask> asks, long nowMillis, boolean connected) {
        if (!connected) {
            return CompletableFuture.failedFuture(new IllegalStateException("The store in memory is disconnected"));
        }
        if (nowMillis - sweptAt > KEPT_MILLIS) {
            sweptAt = nowMillis;
            pools.values().removeIf(pool -> nowMillis - pool.askedAtMillis() > KEPT_MILLIS);
        }
        List<QuotaSource.Share> shares = new ArrayList<>();
        for (QuotaSource.Ask ask : asks) {
            shares.add(pools.computeIfAbsent(ask.quota(), unused -> new QuotaPool())
                    .take(ask, nowMillis));
        }
        return CompletableFuture.completedFuture(shares);
    }
}
