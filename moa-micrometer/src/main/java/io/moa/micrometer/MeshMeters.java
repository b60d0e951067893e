package io.moa.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.moa.observe.MeshFigures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Which mode holds and by which way calls go: a series for each that was there, one of which is 1. Guarded by whoever has it. */
final class MeshMeters {

    private static final int MOST_MODES =
            32; // a process has few places that say one; nothing says that none is ever added

    private final SideMeters side;
    private final MeshFigures figures;
    private final Set<Tags> known = new HashSet<>();
    private final List<Meter> made = new ArrayList<>();

    MeshMeters(SideMeters side, MeshFigures figures) {
        this.side = side;
        this.figures = figures;
        made.add(FunctionCounter.builder(side.name("mesh.switches"), figures, MeshFigures::switches)
                .description("how often the way changed")
                .tags(side.tags())
                .register(side.registry()));
    }

    /** Makes the series of what holds now, if there is none yet. */
    void changed() {
        String mode = figures.mode();
        String cause = SideMeters.tagValue(figures.cause());
        if (known.size() < MOST_MODES) {
            series(
                    "mesh.mode",
                    "1 for the mode that holds and who says so",
                    Tags.of("mode", mode, "cause", cause),
                    now -> now.mode().equals(mode)
                            && SideMeters.tagValue(now.cause()).equals(cause));
        }
        String way = figures.way();
        series("mesh.way", "1 for where calls go that begin now", Tags.of(Tag.of("way", way)), now -> now.way()
                .equals(way));
    }

    private void series(String name, String description, Tags tags, Predicate<MeshFigures> holds) {
        if (known.add(tags)) {
            made.add(Gauge.builder(side.name(name), figures, now -> holds.test(now) ? 1 : 0)
                    .description(description)
                    .tags(side.tags().and(tags))
                    .strongReference(true)
                    .register(side.registry()));
        }
    }

    void remove() {
        made.forEach(side.registry()::remove);
    }
}
