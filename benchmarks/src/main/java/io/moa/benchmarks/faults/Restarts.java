package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Servers of a scene that are restarted, one after the other, and what the seconds were like in which each warmed up. Used by one
 * thread.
 */
final class Restarts {

    /** How long the share of a server grows. */
    static final int WARM_UP_SECONDS = 10;

    /** For how long code is still compiled after a server was restarted. */
    private static final int SETTLING_SECONDS = 20;

    private final Scene scene;
    final List<Seen> steady = new ArrayList<>(); // as long as a warm-up, before each restart
    final List<Seen> away = new ArrayList<>(); // until its process had ended
    final List<Seen> ramps = new ArrayList<>();

    Restarts(Scene scene) {
        this.scene = scene;
    }

    /** Restarts one at its port. */
    void next(int round) throws Exception {
        Scene.pause(SETTLING_SECONDS);
        scene.begin();
        Scene.pause(WARM_UP_SECONDS);
        steady.add(scene.turn());
        int i = round % scene.servers().size();
        ChildProcess before = scene.servers().get(i);
        int port = Integer.parseInt(ChildProcess.field(scene.ready(before), "port"));
        before.terminate();
        away.add(scene.turn());
        ChildProcess fresh = scene.server(
                port,
                "-D" + CountedServer.WARM_UP + "=" + WARM_UP_SECONDS * 1_000,
                "-D" + CountedServer.MARKED + "=true");
        scene.servers().set(i, fresh);
        scene.ready(fresh);
        scene.begin();
        Scene.pause(WARM_UP_SECONDS);
        ramps.add(scene.turn());
        fresh.order("unmark", "calls");
    }

    /** A figure that about as many windows exceed as do not reach it. */
    static long median(List<Seen> windows, ToLongFunction<Seen> figure) {
        return windows.stream()
                .mapToLong(figure)
                .sorted()
                .skip(windows.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** How much the p99 of all calls is above that of the calls to the others, where it is most. */
    double worstRatio() {
        return ramps.stream()
                .mapToDouble(each -> each.p99() / (double) each.unmarkedP99())
                .max()
                .orElseThrow();
    }

    static long worst(List<Seen> windows, ToLongFunction<Seen> figure) {
        return windows.stream().mapToLong(figure).max().orElseThrow();
    }

    static long sum(List<Seen> windows, ToLongFunction<Seen> figure) {
        return windows.stream().mapToLong(figure).sum();
    }
}
