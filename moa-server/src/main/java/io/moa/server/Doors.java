package io.moa.server;

import io.moa.discovery.Address;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** All doors of a server as one: they open one after the other, and are drained and closed together. Safe for many threads. */
record Doors(List<Listener> all) implements Listener {

    Doors {
        all = List.copyOf(all);
    }

    /** That of the first one. */
    @Override
    public Address address() {
        return all.get(0).address();
    }

    @Override
    public int connections() {
        return all.stream().mapToInt(Listener::connections).sum();
    }

    @Override
    public int inFlight() {
        return all.stream().mapToInt(Listener::inFlight).sum();
    }

    @Override
    public long heldBytes() {
        return all.stream().mapToLong(Listener::heldBytes).sum();
    }

    @Override
    public CompletableFuture<Integer> drain(Duration limit) {
        CompletableFuture<Integer> cut = CompletableFuture.completedFuture(0);
        for (CompletableFuture<Integer> each :
                all.stream().map(door -> door.drain(limit)).toList()) {
            cut = cut.thenCombine(each, Integer::sum);
        }
        return cut;
    }

    @Override
    public CompletableFuture<Integer> dismiss() {
        CompletableFuture<Integer> gone = CompletableFuture.completedFuture(0);
        for (Listener each : all) {
            gone = gone.thenCombine(each.dismiss(), Integer::sum);
        }
        return gone;
    }

    @Override
    public void close() {
        all.forEach(Listener::close);
    }
}
