package io.moa.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.moa.observe.FollowedFigures;
import java.util.function.ToDoubleFunction;

/** The meters of a service that a client follows. Safe for many threads. */
final class ServiceMeters {

    private final LazyMeters<Gauge> gauges;
    private final LazyMeters<Counter> ejections;

    ServiceMeters(SideMeters side, String service, FollowedFigures figures) {
        Tags tags = side.tags().and("service", SideMeters.tagValue(service));
        this.gauges = side.lazy(4, number -> switch (number) {
            case 0 -> gauge(side, tags, figures, "instances", "instances that are listed", FollowedFigures::instances);
            case 1 -> gauge(side, tags, figures, "usable", "those that may be called", FollowedFigures::usable);
            case 2 -> gauge(side, tags, figures, "ejected", "those that get no calls now", FollowedFigures::ejected);
            default ->
                Gauge.builder(side.name("registry.age"), figures, ServiceMeters::ageSeconds)
                        .description("since a registry has confirmed the list")
                        .baseUnit("seconds")
                        .tags(tags)
                        .strongReference(true)
                        .register(side.registry());
        });
        for (int i = 0; i < 4; i++) {
            gauges.get(i);
        }
        this.ejections = side.lazy(1, any -> Counter.builder(side.name("ejections"))
                .description("instances that were ejected")
                .tags(tags)
                .register(side.registry()));
    }

    private static Gauge gauge(
            SideMeters side,
            Tags tags,
            FollowedFigures figures,
            String name,
            String description,
            ToDoubleFunction<FollowedFigures> value) {
        return Gauge.builder(side.name(name), figures, value)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(side.registry());
    }

    private static double ageSeconds(FollowedFigures figures) {
        long nanos = figures.ageNanos();
        return nanos < 0 ? Double.NaN : nanos / 1e9;
    }

    void ejected() {
        Counter counter = ejections.get(0);
        if (counter != null) {
            counter.increment();
        }
    }

    void remove() {
        gauges.remove();
        ejections.remove();
    }
}
