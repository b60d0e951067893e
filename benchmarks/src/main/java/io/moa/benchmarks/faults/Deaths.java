package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.util.ArrayList;
import java.util.List;

/** Servers of a scene that are killed, one after the other, and what the second after each kill was like. Used by one thread. */
final class Deaths {

    private final Scene scene;
    private final boolean leavesBefore;
    private final List<Long> p99s = new ArrayList<>();
    long calls;
    long idempotent;
    long notRun;
    long unknown;
    long latest; // the last call that failed was begun so many milliseconds after the kill

    /**
     * None yet.
     *
     * @param leavesBefore whether a server has left when its process dies, so that nobody calls it any more
     */
    Deaths(Scene scene, boolean leavesBefore) {
        this.scene = scene;
        this.leavesBefore = leavesBefore;
    }

    /** Kills one and starts it again at its port. */
    void next(int round) throws Exception {
        int i = round % scene.servers().size();
        ChildProcess victim = scene.servers().get(i);
        int port = Integer.parseInt(ChildProcess.field(scene.ready(victim), "port"));
        if (leavesBefore) {
            victim.order("leave", "calls");
        }
        Scene.pause(1); // what waited for the look at the heap, which ended the window before, is none of this
        scene.begin();
        long killed = System.currentTimeMillis();
        victim.kill();
        Scene.pause(1);
        Seen second = scene.turn();
        ChildProcess fresh = scene.server(port);
        scene.servers().set(i, fresh);
        scene.ready(fresh);
        Scene.pause(4);
        Seen rest = scene.turn();
        for (Seen seen : List.of(second, rest)) {
            calls += seen.sent();
            idempotent += seen.failedIdempotent() + seen.wrong() + seen.notSent() + seen.unended();
            notRun += seen.failedUnexecuted();
            unknown += seen.unknown();
            latest = Math.max(latest, seen.lastFailed() == 0 ? 0 : seen.lastFailed() - killed);
        }
        p99s.add(second.p99());
    }

    long medianP99() {
        return p99s.stream().sorted().skip(p99s.size() / 2).findFirst().orElseThrow();
    }

    long worstP99() {
        return p99s.stream().max(Long::compare).orElseThrow();
    }
}
