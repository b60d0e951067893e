package io.moa.e2e.lookup;

import static io.moa.e2e.lookup.Shop.SHELF;
import static io.moa.e2e.lookup.Shop.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.lookup.LookupRegistry;
import io.moa.client.lookup.LookupRegistryConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Ticker;
import io.moa.lookup.Knowledge;
import io.moa.lookup.Lookup;
import io.moa.lookup.LookupInstance;
import io.moa.lookup.LookupState;
import io.moa.lookup.News;
import io.moa.lookup.Question;
import io.moa.lookup.ServiceAnswer;
import io.moa.lookup.ServiceList;
import io.moa.lookup.ServiceNews;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.testkit.RegistryContract;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A follower of a lookup that answers what it should not, or as this test bids it. */
@Timeout(180)
class RogueLookupTest {

    private static final Knowledge KNOWN = new Knowledge(LookupState.KNOWN, "edition", 0, "a rogue");

    /** Answers at once, or as the test says. */
    private static final class Rogue implements Lookup {
        final BlockingQueue<Question> asked = new LinkedBlockingQueue<>();
        volatile Function<Question, CompletableFuture<News>> answer = question -> new CompletableFuture<>();

        @Override
        public CompletableFuture<News> follow(Question question) {
            asked.add(question);
            return answer.apply(question);
        }

        @Override
        public CompletableFuture<ServiceAnswer> addresses(String service) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<ServiceAnswer> addressesAfter(String service, String after) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<ServiceList> services(String after) {
            throw new UnsupportedOperationException();
        }
    }

    private final MemoryRegistry unused = new MemoryRegistry(Ticker.system());
    private final Shop shop = new Shop(unused);
    private final Rogue rogue = new Rogue();
    private LookupRegistryConfig config;

    @BeforeEach
    void begin() {
        Moa moa = shop.until(Moa.builder("moa-lookup").build());
        MoaServer server = shop.until(MoaServer.builder(moa)
                .export(Lookup.class, rogue, ExportConfig.DEFAULT.withSerializers("json"))
                .closeOnShutdown(false)
                .start());
        config = LookupRegistryConfig.of(List.of((Address.Tcp) server.address()))
                .withBackoff(Duration.ofMillis(10), Duration.ofMillis(20));
    }

    @AfterEach
    void end() throws Exception {
        shop.close();
        unused.close();
    }

    private LookupRegistry follower() {
        return shop.until(LookupRegistry.open(config));
    }

    private static LookupInstance row(String uuid) {
        return LookupInstance.of(
                new Snapshot.Entry(RegistryContract.instance(uuid, SHELF), Liveness.ONLINE, OperatorState.NONE));
    }

    private static LookupInstance rowWithoutStates(String uuid) {
        LookupInstance whole = row(uuid);
        return new LookupInstance(
                whole.uuid(),
                whole.application(),
                whole.host(),
                whole.port(),
                whole.unixPath(),
                whole.usable(),
                whole.weight(),
                null,
                null,
                whole.hostId(),
                whole.addresses(),
                whole.protocols(),
                whole.exports(),
                0,
                0,
                whole.labels(),
                whole.metadata());
    }

    private static News list(Question question, @Nullable String next, LookupInstance... rows) {
        return new News(
                KNOWN,
                question.services().stream()
                        .filter(held -> held.revision() == 0)
                        .map(held ->
                                new ServiceNews(held.service(), 2, true, List.of(rows), List.of(), List.of(), next))
                        .toList(),
                false);
    }

    /** What is new, or else a hanging call. */
    private static CompletableFuture<News> well(Question question, LookupInstance... rows) {
        News news = list(question, "", rows);
        return news.services().isEmpty() ? new CompletableFuture<>() : CompletableFuture.completedFuture(news);
    }

    enum Nonsense {
        NO_KNOWLEDGE,
        NO_STATE,
        NO_EDITION,
        NO_NEXT;

        News of(Question question) {
            return switch (this) {
                case NO_KNOWLEDGE -> new News(null, List.of(), false);
                case NO_STATE -> new News(new Knowledge(null, "edition", 0, ""), List.of(), false);
                case NO_EDITION -> new News(new Knowledge(LookupState.KNOWN, null, 0, ""), List.of(), false);
                case NO_NEXT -> list(question, null, row("a"));
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsAnsweredNonsenseAsksOn(Nonsense nonsense) {
        rogue.answer = question -> CompletableFuture.completedFuture(nonsense.of(question));
        LookupRegistry follower = follower();
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        eventually().until(() -> rogue.asked.size() >= 3, () -> rogue.asked.size() + " asked");
        assertThat(seen.current().isUnknown()).isTrue();
        rogue.answer = question -> well(question, row("a"));
        eventually().until(() -> Shop.uuids(seen).equals(List.of("a")), seen::toString);
    }

    @Test
    void aRowWithoutStatesSpoilsNoOther() {
        rogue.answer = question -> well(question, row("a"), rowWithoutStates("b"));
        Registry.Subscription seen = follower().subscribe(SHELF, snapshot -> {});
        eventually().until(() -> Shop.uuids(seen).equals(List.of("a")), seen::toString);
    }

    @Test
    void whoIsAnsweredNothingAtOnceDoesNotAskWithoutPause() throws Exception {
        rogue.answer = question -> CompletableFuture.completedFuture(new News(KNOWN, List.of(), false));
        follower().subscribe(SHELF, snapshot -> {});
        rogue.asked.take();
        long begun = System.nanoTime();
        rogue.asked.take();
        rogue.asked.take();
        rogue.asked.take();
        assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.SECONDS.toNanos(1)); // three pauses of 0.5 s
    }

    @Test
    void aQuestionForListsIsLeftAloneWhileServicesKeepComing() throws Exception {
        CompletableFuture<News> slow = new CompletableFuture<>();
        AtomicBoolean begun = new AtomicBoolean();
        rogue.answer = question -> begun.compareAndSet(false, true) ? slow : well(question);
        LookupRegistry follower = follower();
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        Question first = rogue.asked.take();
        ServiceId other = ServiceId.of("shop.Other");
        follower.subscribe(other, snapshot -> {});
        assertThat(rogue.asked.poll(200, TimeUnit.MILLISECONDS)).isNull();
        slow.complete(list(first, "", row("a")));
        Question second = rogue.asked.take();
        assertThat(second.services().stream()
                        .filter(held -> held.revision() == 0)
                        .map(Question.Held::service)
                        .collect(Collectors.toSet()))
                .isEqualTo(Set.of(other.toString()));
        assertThat(Shop.uuids(seen)).containsExactly("a");

        // One that only waits for news gives way at once.
        assertThat(rogue.asked.take().services()).hasSize(2); // hangs
        ServiceId third = ServiceId.of("shop.Third");
        follower.subscribe(third, snapshot -> {});
        assertThat(rogue.asked.take().services()).hasSize(3);
    }
}
