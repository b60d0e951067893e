package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.FailureMode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.OnFailure;
import io.moa.annotation.ZoneChoice;
import io.moa.annotation.ZonePreference;
import io.moa.discovery.Instance;
import io.moa.invoke.CallException;
import io.moa.invoke.CallScope;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.server.MoaServer;
import io.moa.testkit.Shows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that go to several servers at once, over sockets. */
@Timeout(120)
class FanOutTest {

    /** The service. */
    @MoaService(name = "fanned.Cache")
    @io.moa.annotation.Timeout(millis = 20_000)
    public interface Cache {
        @Idempotent
        @OnFailure(value = FailureMode.FORKING, forks = 3)
        String get(String key) throws InterruptedException;

        @OnFailure(FailureMode.BROADCAST)
        String forget(String key);

        @Idempotent
        @OnFailure(FailureMode.FORKING)
        @ZonePreference(ZoneChoice.REQUIRE)
        CompletableFuture<String> near(String key);

        @OnFailure(FailureMode.BROADCAST)
        @ZonePreference(ZoneChoice.REQUIRE)
        CompletableFuture<String> forgetNear(String key);
    }

    private enum Way {
        ANSWERS,
        HANGS,
        FAILS
    }

    /** One server. */
    private static final class Store implements Cache {
        private final AtomicInteger gets = new AtomicInteger();
        private final AtomicInteger forgotten = new AtomicInteger();
        private final AtomicInteger withdrawn = new AtomicInteger();
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final String name;
        private volatile Way way = Way.ANSWERS;

        Store(String name) {
            this.name = name;
        }

        @Override
        public String get(String key) throws InterruptedException {
            gets.incrementAndGet();
            CallScope scope = CallScope.current();
            if (scope != null) {
                scope.cancellation().add(reason -> {
                    assertThat(reason).isEqualTo(Cancellation.Reason.SUPERSEDED);
                    withdrawn.incrementAndGet();
                    letGo.countDown();
                });
            }
            if (way == Way.HANGS) {
                letGo.await();
            }
            return answer();
        }

        @Override
        public String forget(String key) {
            forgotten.incrementAndGet();
            return answer();
        }

        @Override
        public CompletableFuture<String> near(String key) {
            return CompletableFuture.completedFuture(name);
        }

        @Override
        public CompletableFuture<String> forgetNear(String key) {
            forgotten.incrementAndGet();
            return CompletableFuture.completedFuture(name);
        }

        private String answer() {
            if (way == Way.FAILS) {
                throw new IllegalStateException(name + " has a full disk");
            }
            return name;
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<Store> stores = new ArrayList<>();
    private final List<MoaServer> servers = new ArrayList<>();
    private Cache cache;

    @BeforeEach
    void start() {
        for (int i = 0; i < 3; i++) {
            Store store = new Store("store-" + i);
            stores.add(store);
            servers.add(processes.serve("cache", server -> server.labels(Map.of(Instance.ZONE, "west"))
                    .export(store)));
        }
        cache = processes.client("caller").stub(Cache.class);
    }

    private Cache cacheOf(String zone) {
        return processes.client("caller", client -> client.zone(zone)).stub(Cache.class);
    }

    @AfterEach
    void letGo() {
        stores.forEach(store -> store.letGo.countDown());
    }

    private static void eventually(AtomicInteger count, int wanted) {
        soon().until(() -> count.get() == wanted, () -> "it is " + count);
    }

    private String answer() {
        try {
            return cache.get("key");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Shows("on-failure")
    void firstAnswerOfSeveralCountsAndTheOthersAreWithdrawn() throws Exception {
        stores.get(0).way = Way.HANGS;
        stores.get(1).way = Way.FAILS;
        assertThat(cache.get("key")).isEqualTo("store-2");
        // An attempt that still connects when the answer comes is not sent any more.
        soon().until(
                        () -> {
                            assertThat(answer()).isNotEqualTo("store-1");
                            return stores.get(0).withdrawn.get() > 0
                                    && stores.get(1).gets.get() > 0;
                        },
                        () -> stores.get(0).gets + " hang, " + stores.get(1).gets + " have failed");
    }

    @Test
    @Shows({"on-failure", "forks"})
    void whenAllFailTheFailureIsTold() {
        stores.forEach(store -> store.way = Way.FAILS);
        assertThatThrownBy(() -> cache.get("key"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a full disk");
        stores.forEach(store -> eventually(store.gets, 1));
    }

    @Test
    void whereTheOwnZoneIsRequiredNobodyElseIsCalled() {
        Cache east = cacheOf("east");
        for (CompletableFuture<String> call : List.of(east.near("key"), east.forgetNear("key"))) {
            assertThatThrownBy(call::join)
                    .hasRootCauseInstanceOf(CallException.class)
                    .hasMessageContaining("zone east");
        }
        Cache west = cacheOf("west");
        assertThat(west.near("key").join()).startsWith("store-");
        assertThat(west.forgetNear("key").join()).startsWith("store-");
        stores.forEach(store -> assertThat(store.forgotten.get()).isEqualTo(1));
    }

    @Test
    @Shows("on-failure")
    void everybodyHearsABroadcast() {
        assertThat(cache.forget("key")).startsWith("store-");
        stores.forEach(store -> assertThat(store.forgotten.get()).isEqualTo(1));
    }

    @Test
    @Shows("on-failure")
    void aBroadcastThatOneDidNotHearFailsAndNamesIt() {
        stores.get(1).way = Way.FAILS;
        assertThatThrownBy(() -> cache.forget("key"))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("store-1 has a full disk");
        stores.forEach(store -> assertThat(store.forgotten.get()).isEqualTo(1));
    }

    @Test
    @Shows("on-failure")
    void aBroadcastToServersThatAreGoneSaysThatItMayHaveRun() throws Exception {
        assertThat(cache.forget("key")).startsWith("store-");
        servers.get(1).close();
        try {
            cache.forget("key"); // by now it may be known that one has left
        } catch (CallException e) {
            assertThat(e.executed()).isNotEqualTo(Executed.NO);
            assertThat(e.getMessage()).contains("of 3 instances failed");
        }
        assertThat(stores.get(0).forgotten.get()).isEqualTo(2);
        assertThat(stores.get(2).forgotten.get()).isEqualTo(2);
    }
}
