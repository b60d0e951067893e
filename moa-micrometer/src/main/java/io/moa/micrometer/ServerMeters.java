package io.moa.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.moa.observe.ServerFigures;
import io.moa.observe.WorkerFigures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** How busy a server is. Made once, removed once. */
final class ServerMeters {

    private final SideMeters side;
    private final List<Meter> made = new ArrayList<>();

    ServerMeters(SideMeters side, ServerFigures figures) {
        this.side = side;
        gauge("connections", "connections that are open", figures, ServerFigures::connections, side.tags());
        made.add(Gauge.builder(side.name("held"), figures, ServerFigures::heldBytes)
                .description("requests that are not answered and replies that have not left")
                .baseUnit("bytes")
                .tags(side.tags())
                .strongReference(true)
                .register(side.registry()));
        Map<String, Integer> names = new HashMap<>();
        for (WorkerFigures pool : figures.workers()) {
            int number = names.merge(
                    pool.name(), 1, Integer::sum); // one service may be exported twice, with pools of a name
            Tags tags = side.tags().and("pool", number == 1 ? pool.name() : pool.name() + "-" + number);
            gauge("workers.running", "calls that run", pool, WorkerFigures::running, tags);
            gauge("workers.queued", "calls that wait for a thread", pool, WorkerFigures::queued, tags);
            gauge("workers.limit", "calls that run at once at most, as things are", pool, WorkerFigures::limit, tags);
        }
    }

    private <T> void gauge(String name, String description, T of, ToDoubleFunction<T> value, Tags tags) {
        made.add(Gauge.builder(side.name(name), of, value)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(side.registry()));
    }

    void remove() {
        made.forEach(side.registry()::remove);
    }
}
