package io.moa.registry.watch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** A store as one host sees it, over a network; it shows each write and its outcome to the simulation. */
record DistantStore(SimulatedHost host, WatchStore store, BiConsumer<Verdict, Written> onWrite) implements WatchStore {

    @Override
    public CompletableFuture<Round> renew(String watcher, boolean fit, Duration lease) {
        return host.trip(() -> store.renew(watcher, fit, lease));
    }

    @Override
    public CompletableFuture<Map<Integer, Long>> claim(String watcher, Set<Integer> parts, long floor) {
        return host.trip(() -> store.claim(watcher, parts, floor));
    }

    @Override
    public CompletableFuture<Void> release(String watcher, Map<Integer, Long> parts) {
        return host.trip(() -> store.release(watcher, parts));
    }

    @Override
    public CompletableFuture<Void> leave(String watcher) {
        return host.trip(() -> store.leave(watcher));
    }

    @Override
    public CompletableFuture<Listing> list() {
        return host.trip(store::list);
    }

    @Override
    public CompletableFuture<Map<String, Registered>> read(Collection<String> uuids) {
        host.readInVain +=
                (int) uuids.stream().filter(host.unreadable::contains).count();
        return host.trip(() -> store.read(
                uuids.stream().filter(uuid -> !host.unreadable.contains(uuid)).toList()));
    }

    @Override
    public CompletableFuture<Map<String, Signs>> signs(Collection<String> uuids) {
        return host.trip(() -> store.signs(uuids));
    }

    @Override
    public CompletableFuture<List<Written>> write(String watcher, List<Verdict> verdicts) {
        if (host.freezeAtNextWrite) {
            host.freezeAtNextWrite = false;
            host.freeze(); // what is to be written leaves when it resumes
        }
        return host.trip(() -> {
            List<Written> written = store.write(watcher, verdicts).join();
            for (int i = 0; i < written.size(); i++) {
                onWrite.accept(verdicts.get(i), written.get(i));
            }
            return CompletableFuture.completedFuture(written);
        });
    }

    @Override
    public CompletableFuture<Void> send(List<Letter> letters) {
        return host.trip(() -> store.send(letters));
    }

    @Override
    public CompletableFuture<Void> complain(List<Complaint> complaints) {
        return host.trip(() -> store.complain(complaints));
    }

    @Override
    public CompletableFuture<List<Evidence>> evidence(String uuid) {
        return host.trip(() -> store.evidence(uuid));
    }
}
