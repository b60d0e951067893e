package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.invoke.Baggage;
import io.moa.invoke.CallScope;
import io.moa.invoke.Trace;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand calls over asynchronous hops, each with a tag and a trace of its own. */
@Timeout(120)
class ScopeTest {

    private static final int CALLS = 10_000;
    private static final int AT_ONCE = 256;
    private static final int WORKERS = 8;

    private ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();

    @BeforeEach
    void fast() {
        levelBefore = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // the other classes look for leaks
    }

    @AfterEach
    void asBefore() {
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @Test
    void everyHopSeesItsOwnCallAndNoWorkerKeepsAnOldOne() throws Exception {
        try (Town town = new Town()) {
            ExecutorService pool = Executors.newFixedThreadPool(4);
            town.keep(pool::shutdownNow);
            MoaServer far = process(town, "far", null, pool);
            MoaServer near = process(town, "near", "far", pool);
            MoaClient client = town.consumer(Town.PATIENT);
            Scoped scoped = client.stub(Scoped.class, StubConfig.ANNOTATED.withGroup("near"));
            Semaphore room = new Semaphore(AT_ONCE);
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int i = 1; i <= CALLS; i++) {
                room.acquire();
                String expected = "tag-" + i + " " + Long.toHexString(i);
                Scoped tagged = client.with(
                        scoped, CallOptions.NONE.withTag("tag-" + i).withTrace(new Trace(i, i, i, 1, null)));
                CompletableFuture<String> call = tagged.gather(expected).whenComplete((seen, thrown) -> room.release());
                calls.add(call);
            }
            for (CompletableFuture<String> call : calls) {
                assertThat(call.join()).isEmpty();
            }
            nothingIsLeft(client, "near");
            nothingIsLeft(client, "far");
            assertThat(List.of(near.inFlight(), far.inFlight())).containsOnly(0);
        }
    }

    /** Every worker decodes a probe, because the calls wait for each other. */
    private static void nothingIsLeft(MoaClient client, String group) {
        Scoped scoped = client.stub(Scoped.class, StubConfig.ANNOTATED.withGroup(group));
        Probe probe = new Probe(1);
        Probe.FOUND.clear();
        List<CompletableFuture<Integer>> meeting = Stream.generate(
                        () -> client.async(scoped, s -> s.meet(probe, WORKERS)))
                .limit(WORKERS)
                .toList();
        meeting.forEach(CompletableFuture::join);
        assertThat(Probe.FOUND).hasSize(WORKERS);
        assertThat(Probe.FOUND.keySet()).allMatch(thread -> thread.startsWith("moa-worker"));
        assertThat(Probe.FOUND.values()).containsOnly("null");
    }

    private static MoaServer process(Town town, String group, @Nullable String next, Executor pool) {
        Moa moa = town.runtime(group, Town.PATIENT, true);
        Scoped onwards = next == null
                ? null
                : town.keep(MoaClient.builder(moa).build()).stub(Scoped.class, StubConfig.ANNOTATED.withGroup(next));
        ExportConfig config = ExportConfig.DEFAULT
                .withGroup(group)
                .withWorkers(Workers.platform(WORKERS, 4096).methodPercent(100).longestWait(Duration.ofMinutes(1)));
        return town.provider(moa, Scoped.class, new Seeing(onwards, pool), config);
    }

    /** What a thread sees: "tag trace". */
    private static String seen() {
        CallScope scope = CallScope.current();
        if (scope == null) {
            return "nothing";
        }
        Baggage baggage = scope.baggage();
        Trace trace = baggage.trace();
        return baggage.tag() + " " + (trace == null ? "no trace" : Long.toHexString(trace.traceIdLow()));
    }

    private static final class Seeing implements Scoped {
        private final @Nullable Scoped next;
        private final Executor pool;
        private final CountDownLatch met = new CountDownLatch(WORKERS);

        Seeing(@Nullable Scoped next, Executor pool) {
            this.next = next;
            this.pool = pool;
        }

        @Override
        public CompletableFuture<String> gather(String expected) {
            Executor inScope = CallScope.wrap(pool);
            String here = seen();
            // Each stage looks on another thread: the pool's, the callback threads, the workers of the next process.
            return CompletableFuture.supplyAsync(ScopeTest::seen, inScope)
                    .thenCompose(first -> next.later().thenApply(far -> first + "|" + far + "|" + seen()))
                    .thenApplyAsync(so -> so + "|" + seen(), inScope)
                    .thenCompose(so -> CompletableFuture.supplyAsync(() -> so + "|" + next.now(), inScope))
                    .thenApply(so -> Stream.concat(Stream.of(here), Stream.of(so.split("\\|")))
                            .filter(each -> !each.equals(expected))
                            .collect(Collectors.joining(", ")));
        }

        @Override
        public CompletableFuture<String> later() {
            return CompletableFuture.supplyAsync(ScopeTest::seen, CallScope.wrap(pool));
        }

        @Override
        public String now() {
            return seen();
        }

        @Override
        public int meet(Probe probe, int together) {
            met.countDown();
            try {
                met.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return probe.number();
        }
    }
}
