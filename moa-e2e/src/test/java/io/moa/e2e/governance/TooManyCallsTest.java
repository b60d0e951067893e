package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Importance;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.server.dispatch.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who runs, waits and is refused at a server where too many call, over sockets. */
class TooManyCallsTest {

    /** The service. */
    @MoaService(name = "crowded.Stock")
    @Timeout(millis = 60_000)
    public interface Stock {
        CompletableFuture<Integer> count(String item);

        @Importance(Criticality.SHEDDABLE)
        CompletableFuture<Integer> guess(String item);
    }

    /** Answers when it is let. */
    private static final class Shelf {
        private final CountDownLatch open = new CountDownLatch(1);
        private final List<String> ran = new CopyOnWriteArrayList<>();
        private final AtomicInteger begun = new AtomicInteger();

        int count(String item) {
            begun.incrementAndGet();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ran.add(item);
            return 1;
        }
    }

    /** Implemented without futures, so that calls use workers. */
    @MoaService(name = "crowded.Stock")
    public interface Served {
        int count(String item);

        int guess(String item);
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final Shelf shelf = new Shelf();

    private void serve(Workers workers) {
        Served served = new Served() {
            @Override
            public int count(String item) {
                return shelf.count(item);
            }

            @Override
            public int guess(String item) {
                return shelf.count(item);
            }
        };
        processes.serve("stock", server -> server.workers(workers.methodPercent(100))
                .adaptive(false)
                .export(Served.class, served));
    }

    private Stock stock(String application, UnaryOperator<MoaClient.Builder> more) {
        return processes.client(application, more).stub(Stock.class);
    }

    private Stock stock(String application) {
        return stock(application, any -> any);
    }

    private void occupy(Stock by) throws Exception {
        CompletableFuture<Integer> unused = by.count("first");
        soon().until(() -> shelf.begun.get() == 1, () -> "the first call has not come");
    }

    private static CallException refusalOf(CompletableFuture<Integer> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            return (CallException) e.getCause();
        }
        throw new AssertionError("it was served");
    }

    private static CallException refusalOf(Stock stock) {
        return refusalOf(stock.count("any"));
    }

    @Test
    void theImportantWaitAndTheUnimportantMakeRoom() throws Exception {
        serve(Workers.platform(1, 2));
        Stock stock = stock("web");
        occupy(stock);
        CompletableFuture<Integer> first = stock.guess("guess-1");
        CompletableFuture<Integer> second = stock.guess("guess-2");
        CompletableFuture<Integer> important = stock.count("count");
        CallException refused = refusalOf(CompletableFuture.anyOf(first, second).thenApply(any -> 0));
        assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused)
                .hasMessageContaining(
                        "No room for crowded.Stock guess(java.lang.String): 1 calls run on the threads of Served, as many as"
                                + " may now, and 2 wait; running now: count(java.lang.String) 1");
        shelf.open.countDown();
        assertThat(important.join()).isEqualTo(1);
        assertThat(first.isCompletedExceptionally() ^ second.isCompletedExceptionally())
                .isTrue();
        soon().until(() -> shelf.ran.size() == 3, () -> "" + shelf.ran);
        assertThat(shelf.ran).startsWith("first", "count");
    }

    @Test
    void whoCallsMostMakesRoomForTheOthers() throws Exception {
        serve(Workers.platform(1, 3));
        Stock loud = stock("loud");
        Stock quiet = stock("quiet");
        occupy(loud);
        List<CompletableFuture<Integer>> many = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            many.add(loud.count("loud"));
        }
        soon().until(() -> refused(many) == 1, () -> "three wait, and the fourth is refused");
        CompletableFuture<Integer> one = quiet.count("quiet");
        soon().until(() -> refused(many) == 2, () -> "nobody makes room");
        shelf.open.countDown();
        assertThat(one.join()).isEqualTo(1);
        soon().until(() -> shelf.ran.size() == 4, () -> "" + shelf.ran);
        assertThat(shelf.ran.indexOf("quiet")).as("callers take turns").isLessThanOrEqualTo(2);
        assertThat(refused(many)).isEqualTo(2);
    }

    private static long refused(List<CompletableFuture<Integer>> calls) {
        return calls.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .count();
    }

    @Test
    void aClientWhoseCallsAreRefusedSendsFewerAndAllWhenThereIsRoom() throws Exception {
        serve(Workers.platform(1, 0));
        MoaClient client = processes.client("web");
        Stock stock = client.stub(Stock.class);
        occupy(stock);
        AtomicReference<CallException> heldBack = new AtomicReference<>();
        soon().until(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                CallException refused = refusalOf(stock);
                                assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
                                assertThat(refused.executed()).isEqualTo(Executed.NO);
                                heldBack.set(refused);
                                if (refused.getMessage().contains("was not sent")) {
                                    return true;
                                }
                            }
                            return false;
                        },
                        () -> "" + heldBack.get());
        assertThat(heldBack.get())
                .hasMessageContaining("crowded.Stock count(java.lang.String) was not sent: servers refused")
                .hasMessageContaining("for lack of room in the last second, so this client sends no more than");
        assertThat(client.explain(ServiceId.of("crowded.Stock"), "count", CallFacts.NONE)
                        .toString())
                .contains("so this client sends no more than");
        shelf.open.countDown();
        soon().until(() -> served(stock, 100) == 100, () -> "calls are still refused");
    }

    private static int served(Stock stock, int calls) {
        int served = 0;
        for (int i = 0; i < calls; i++) {
            try {
                served += stock.count("any").join();
            } catch (CompletionException e) {
                assertThat(e.getCause()).isInstanceOf(CallException.class);
            }
        }
        return served;
    }

    @Test
    void aClientThatShallNotHoldBackSendsEverything() throws Exception {
        serve(Workers.platform(1, 0));
        Stock stock = stock("web", client -> client.overloadThrottle(0));
        occupy(stock);
        for (int i = 0; i < 1_000; i++) {
            assertThat(refusalOf(stock)).hasMessageContaining("No room for");
        }
    }
}
