package io.moa.e2e.robust;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.invoke.CallScope;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Ticker;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Client → A → B → C, each with a runtime, a server and a client of its own. C keeps what comes until it is withdrawn. */
final class RelayChain {

    /** What a process saw of a call. */
    record Visit(String place, long remainingNanos, Cancellation cancellation) {}

    final Queue<Visit> visits = new ConcurrentLinkedQueue<>();
    final Queue<CompletableFuture<String>> kept = new ConcurrentLinkedQueue<>();
    final List<MoaServer> servers;
    final MoaClient client;
    final Relay relay;

    RelayChain(Town town) {
        MoaServer last = process(town, "c", null);
        MoaServer middle = process(town, "b", "c");
        MoaServer first = process(town, "a", "b");
        this.servers = List.of(first, middle, last);
        this.client = town.consumer(Town.PATIENT);
        this.relay = client.stub(Relay.class, StubConfig.ANNOTATED.withGroup("a"));
    }

    private MoaServer process(Town town, String place, @Nullable String next) {
        Moa moa = town.runtime("relay-" + place, Town.PATIENT, true);
        Relay onwards = next == null
                ? null
                : town.keep(MoaClient.builder(moa).build()).stub(Relay.class, StubConfig.ANNOTATED.withGroup(next));
        return town.provider(moa, Relay.class, new Process(place, onwards), ExportConfig.DEFAULT.withGroup(place));
    }

    private final class Process implements Relay {
        private final String place;
        private final @Nullable Relay next;

        Process(String place, @Nullable Relay next) {
            this.place = place;
            this.next = next;
        }

        @Override
        public String pass(String name) {
            return next == null ? passLater(name).join() : arrived().pass(name);
        }

        @Override
        public CompletableFuture<String> passLater(String name) {
            Relay onwards = arrived();
            if (onwards != null) {
                return onwards.passLater(name).thenApply(result -> result);
            }
            CompletableFuture<String> result = new CompletableFuture<>();
            kept.add(result);
            CallScope scope = CallScope.current();
            if (scope != null) {
                scope.cancellation().add(reason -> result.complete("withdrawn: " + reason));
            }
            return result;
        }

        private Relay arrived() {
            CallScope scope = CallScope.current();
            if (scope != null) {
                visits.add(new Visit(
                        place, scope.deadline().remainingNanos(Ticker.system().nanos()), scope.cancellation()));
            }
            return next;
        }
    }
}
