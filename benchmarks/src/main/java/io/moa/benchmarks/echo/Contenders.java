package io.moa.benchmarks.echo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** All contenders by name. A new one is a line here and a class beside; nothing is discovered. */
final class Contenders {

    private static final Map<String, Supplier<EchoPeer>> BY_NAME = new LinkedHashMap<>();

    static {
        // the floor: what a call costs when nothing but the frame is left
        BY_NAME.put("netty-floor", () -> new FloorPeer(FloorPeer.Execution.LOOP, false));
        // the same with one hand-over to a worker and back, as a server with blocking methods needs it
        BY_NAME.put("netty-floor-worker", () -> new FloorPeer(FloorPeer.Execution.WORKERS, false));
        // the same two with Netty's own handler that joins flushes: how much of a gain over the floor is only that
        BY_NAME.put("netty-floor-joined", () -> new FloorPeer(FloorPeer.Execution.LOOP, true));
        BY_NAME.put("netty-floor-worker-joined", () -> new FloorPeer(FloorPeer.Execution.WORKERS, true));
        // MOA with the method declared non-blocking, and with its worker pool
        BY_NAME.put("moa-direct", () -> new MoaPeer(true));
        BY_NAME.put("moa-worker", () -> new MoaPeer(false));
        // no network at all: what the harness itself costs at the client
        BY_NAME.put("harness", HarnessPeer::new);
    }

    private Contenders() {}

    static Set<String> names() {
        return BY_NAME.keySet();
    }

    static EchoPeer named(String name) {
        Supplier<EchoPeer> peer = BY_NAME.get(name);
        if (peer == null) {
            throw new IllegalArgumentException("no contender is called " + name + "; there are " + names());
        }
        return peer.get();
    }
}
