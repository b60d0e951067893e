package io.moa.client.cluster;

import io.moa.discovery.ServiceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When a client that has just lost everybody who served it connects to those who come after them, or tries somebody again who failed
 * often: at a moment of its own in every {@link #PERIOD_NANOS}. Servers that crashed together come back together, and all of their
 * clients hear of it at once; a server that has just begun must not greet all of them at once, too.
 *
 * <p>Whoever was known before the loss is connected to without waiting: it is no newcomer, and may be the only one left. A client
 * that is still served by others, or that has just started and finds some of a list dead, is no part of a crowd. Safe for many
 * threads.
 */
final class ConnectSpread {

    /** How far clients spread. */
    static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(2_000);

    /** How long after somebody was found dead. */
    static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long a moment is: who finds somebody dead in it tries the next one at once. */
    static final long LENGTH_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    /** That nobody was left of a service: since when, and when that was seen last. */
    private record Loss(long sinceNanos, long seenNanos) {}

    private final long moment;
    private final Map<ServiceId, Loss> losses = new ConcurrentHashMap<>();

    ConnectSpread(RandomGenerator chance) {
        moment = chance.nextLong(PERIOD_NANOS);
    }

    /** Somebody to whom this client was connected cannot be connected to any more, and nobody else serves it. */
    void lost(ServiceId service, long nowNanos) {
        losses.values().removeIf(loss -> isOver(loss, nowNanos));
        losses.merge(
                service, new Loss(nowNanos, nowNanos), (before, now) -> new Loss(before.sinceNanos(), now.seenNanos()));
    }

    /**
     * How long to wait before somebody is connected to for the first time; 0 for not at all.
     *
     * @param service which is called
     * @param knownSinceNanos since when the registry tells of him
     */
    long pauseNanos(ServiceId service, long knownSinceNanos, long nowNanos) {
        Loss loss = losses.get(service);
        if (loss == null || isOver(loss, nowNanos) || knownSinceNanos - loss.sinceNanos() <= 0) {
            return 0;
        }
        return Math.floorMod(nowNanos - moment, PERIOD_NANOS) < LENGTH_NANOS ? 0 : untilMoment(nowNanos);
    }

    private static boolean isOver(Loss loss, long nowNanos) {
        return nowNanos - loss.seenNanos() >= MEMORY_NANOS;
    }

    /** How long it is from a time to the next moment of this client; less than {@link #PERIOD_NANOS}. */
    long untilMoment(long nanos) {
        return Math.floorMod(moment - nanos, PERIOD_NANOS);
    }
}
