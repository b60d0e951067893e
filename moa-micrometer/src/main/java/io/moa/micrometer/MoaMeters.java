package io.moa.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.moa.observe.CallObserver;

/**
 * Meters of MOA in a registry of Micrometer.
 *
 * <pre>{@code
 * MoaMeters meters = MoaMeters.in(registry);
 * MoaClient client = MoaClient.builder(moa).observer(meters.ofClient()).build();
 * MoaServer server = MoaServer.builder(moa).observer(meters.ofServer()).export(new StockService()).start();
 * }</pre>
 *
 * <p>Percentiles, histograms and which meters there are at all are the registry's business: a {@code MeterFilter} says so. The names, tags
 * and units stand in {@code docs/metrics.md}. Two clients of one process with the same tags would share meters, of which the first that
 * closes takes all away: give each a {@linkplain #with tag} of its own. Immutable, safe for many threads.
 */
public final class MoaMeters {

    private final MeterRegistry registry;
    private final Tags tags;
    private final MeterLimits limits;

    private MoaMeters(MeterRegistry registry, Tags tags, MeterLimits limits) {
        this.registry = registry;
        this.tags = tags;
        this.limits = limits;
    }

    /** Meters without further tags, within {@link MeterLimits#DEFAULT}. */
    public static MoaMeters in(MeterRegistry registry) {
        return new MoaMeters(registry, Tags.empty(), MeterLimits.DEFAULT);
    }

    /** Adds tags to every meter. */
    public MoaMeters with(Tag... more) {
        return new MoaMeters(registry, tags.and(more), limits);
    }

    /** Replaces the limits. */
    public MoaMeters within(MeterLimits value) {
        return new MoaMeters(registry, tags, value);
    }

    /** A new observer for one client; when that closes, its meters are removed. */
    public CallObserver ofClient() {
        return new SideMeters(registry, "moa.client", tags, limits, false);
    }

    /** A new observer for one server; when that closes, its meters are removed. */
    public CallObserver ofServer() {
        return new SideMeters(registry, "moa.server", tags, limits, true);
    }
}
