package io.moa.server;

import io.moa.invoke.Ticker;
import io.moa.server.dispatch.WorkerPool;
import java.util.Collection;

/** How busy a server is, as it tells its callers: the fullest of its worker pools decides. */
final class ServerLoad {

    /** It goes out with every reply, and counting takes locks; so a count serves for so long: 20 ms. */
    private static final long FRESH_NANOS = 20_000_000;

    private final Collection<WorkerPool> pools;
    private final Ticker ticker;
    private volatile int percent;
    private volatile long countedNanos;

    ServerLoad(Collection<WorkerPool> pools, Ticker ticker) {
        this.pools = pools;
        this.ticker = ticker;
        this.countedNanos = ticker.nanos() - FRESH_NANOS;
    }

    /** In percent: 100 when as many run in a pool as may at once, up to 200 when as many wait as may, too. */
    int percent() {
        long now = ticker.nanos();
        if (now - countedNanos >= FRESH_NANOS) {
            countedNanos = now;
            percent = count();
        }
        return percent;
    }

    private int count() {
        int fullest = 0;
        for (WorkerPool pool : pools) {
            fullest = Math.max(fullest, pool.load());
        }
        return fullest;
    }
}
