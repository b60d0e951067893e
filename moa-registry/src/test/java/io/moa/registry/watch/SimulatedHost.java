package io.moa.registry.watch;

import io.moa.invoke.Scheduler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The machine of one watcher: it can be frozen, killed, and cut off. Everything the watcher does passes through here. */
final class SimulatedHost {

    private static final long STORE_NANOS = 1_000_000;

    final VirtualTime time;
    final Set<String> unreachable = new HashSet<>();

    /** Whose records this host cannot read. */
    final Set<String> unreadable = new HashSet<>();

    /** How often it asked for one of them. */
    int readInVain;

    /** Why the store refuses everything that this host asks; empty if it does not. */
    String storeRefusal = "";

    private final Deque<Runnable> frozenWork = new ArrayDeque<>();
    private boolean frozen;
    private boolean dead;
    boolean storeCut;
    boolean freezeAtNextWrite;

    SimulatedHost(VirtualTime time) {
        this.time = time;
    }

    void freeze() {
        frozen = true;
    }

    void resume() {
        frozen = false;
        while (!frozenWork.isEmpty() && !frozen) {
            frozenWork.remove().run();
        }
    }

    void kill() {
        dead = true;
        frozenWork.clear();
    }

    /** Runs when the machine runs. */
    void work(Runnable task) {
        if (dead) {
            return;
        }
        if (frozen) {
            frozenWork.add(task);
        } else {
            task.run();
        }
    }

    Scheduler scheduler() {
        return (task, delay) -> {
            boolean[] cancelled = {false};
            time.in(delay, () -> {
                if (!cancelled[0]) {
                    work(task);
                }
            });
            return () -> cancelled[0] = true;
        };
    }

    /** A round trip to the store: what is sent while frozen leaves on the resume. */
    <T> CompletableFuture<T> trip(Supplier<CompletableFuture<T>> operation) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        time.in(
                STORE_NANOS,
                () -> work(() -> {
                    if (!storeRefusal.isEmpty()) {
                        answer.completeExceptionally(new IllegalStateException(storeRefusal));
                    } else if (storeCut) {
                        time.in(
                                500_000_000,
                                () -> work(() -> answer.completeExceptionally(
                                        new IllegalStateException("the store does not answer"))));
                    } else {
                        T value = operation.get().join();
                        time.in(STORE_NANOS, () -> work(() -> answer.complete(value)));
                    }
                }));
        return answer;
    }
}
