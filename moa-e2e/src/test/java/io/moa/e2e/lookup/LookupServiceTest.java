package io.moa.e2e.lookup;

import static io.moa.e2e.lookup.Shop.SHELF;
import static io.moa.e2e.lookup.Shop.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.GenericStub;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import io.moa.lookup.Lookup;
import io.moa.lookup.LookupState;
import io.moa.lookup.News;
import io.moa.lookup.Question;
import io.moa.node.lookup.LookupConfig;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.testkit.RegistryContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lookup called like any service: with plain data, and by those who mean harm. */
@Timeout(180)
class LookupServiceTest {

    private static final String FOLLOW = "follow(io.moa.lookup.Question)";

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final Shop shop = new Shop(registry);

    @AfterEach
    void end() throws Exception {
        shop.close();
        registry.close();
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    @Test
    void aCallerWithPlainJsonReadsAddressesAndIsToldOfChanges() {
        registry.register(Instance.builder("one", "shop")
                .addresses(List.of(new Address.Tcp("10.0.0.1", 7001), new Address.Unix("/run/one.sock")))
                .exports(RegistryContract.instance("one", SHELF).exports())
                .label(Instance.ZONE, "east")
                .build());
        GenericStub lookup = shop.asker(shop.lookup()).generic(ServiceId.of(Lookup.NAME));
        Map<?, ?> answer = map(lookup.call("addresses(java.lang.String)", "shop.Shelf"));
        Map<?, ?> knowledge = map(answer.get("knowledge"));
        assertThat(knowledge.get("state")).isEqualTo("KNOWN");
        assertThat(((Number) knowledge.get("ageMillis")).longValue()).isBetween(0L, 60_000L);
        assertThat(knowledge.get("source")).isEqualTo("memory");
        Map<?, ?> service = map(answer.get("service"));
        Map<?, ?> one = map(list(service.get("instances")).get(0));
        assertThat(one.get("uuid")).isEqualTo("one");
        assertThat(one.get("host")).isEqualTo("10.0.0.1");
        assertThat(one.get("port")).isEqualTo(7001);
        assertThat(one.get("unixPath")).isEqualTo("/run/one.sock");
        assertThat(one.get("usable")).isEqualTo(true);
        assertThat(one.get("weight")).isEqualTo(100);
        assertThat(map(one.get("labels")).get("zone")).isEqualTo("east");

        CompletableFuture<Object> told = lookup.callAsync(
                CallOptions.NONE.withTimeout(Duration.ofSeconds(60)),
                FOLLOW,
                Map.of(
                        "edition", knowledge.get("edition"),
                        "waitMillis", 30_000,
                        "services", List.of(Map.of("service", "shop.Shelf", "revision", service.get("revision")))));
        registry.store().offline("one");
        Map<?, ?> news = map(told.join());
        Map<?, ?> changed = map(
                list(map(list(news.get("services")).get(0)).get("instances")).get(0));
        assertThat(changed.get("usable")).isEqualTo(false);
        assertThat(map(changed.get("operator")).get("offline")).isEqualTo(true);

        Map<?, ?> services = map(lookup.call("services(java.lang.String)", ""));
        assertThat(list(services.get("services")))
                .extracting(each -> (Object) map(each).get("service"))
                .containsExactly(Lookup.NAME, "shop.Shelf");
    }

    @Test
    void aLongListComesInPartsAndNoneIsMissing() {
        List<String> uuids = new ArrayList<>();
        for (int i = 100; i < 350; i++) {
            uuids.add("i" + i);
            registry.register(RegistryContract.instance("i" + i, SHELF));
        }
        LookupProcess process = shop.lookup(LookupConfig.DEFAULT.withPartInstances(40));
        Lookup lookup = shop.asker(process).stub(Lookup.class);
        List<String> read = new ArrayList<>();
        String after = "";
        int parts = 0;
        do {
            var service = lookup.addressesAfter("shop.Shelf", after).join().service();
            assertThat(service.instances()).hasSizeLessThanOrEqualTo(40);
            service.instances().forEach(each -> read.add(each.uuid()));
            after = service.next();
            parts++;
        } while (!after.isEmpty());
        assertThat(read).isEqualTo(uuids);
        assertThat(parts).isEqualTo(7);
        Registry.Subscription seen = shop.follower(process).subscribe(SHELF, snapshot -> {});
        eventually().until(() -> Shop.uuids(seen).equals(uuids), () -> "" + Shop.uuids(seen));
    }

    @Test
    void aWaitIsNoLongerThanTheCallersTime() {
        LookupProcess process = shop.lookup();
        MoaClient client = shop.asker(process);
        Lookup hasty = client.stub(Lookup.class, StubConfig.ANNOTATED.withTimeout(Duration.ofSeconds(4)));
        News first = hasty.follow(new Question("f", "", 60_000, held("shop.Shelf", 0)))
                .join();
        News nothing = hasty.follow(new Question(
                        "f",
                        first.knowledge().edition(),
                        Long.MAX_VALUE,
                        held("shop.Shelf", first.services().get(0).revision())))
                .join(); // and does not fail for want of time
        assertThat(nothing.services()).isEmpty();
        assertThat(nothing.knowledge().state()).isEqualTo(LookupState.KNOWN);
    }

    private static List<Question.Held> held(String service, long revision) {
        return List.of(new Question.Held(service, revision, ""));
    }

    // ---- those who mean harm

    @Test
    void aHundredThousandServicesAreRefusedAndNobodyElseIsDisturbed() {
        LookupProcess process = shop.lookup();
        MoaClient client = shop.asker(process);
        Lookup lookup = client.stub(Lookup.class, StubConfig.ANNOTATED.withTimeout(Duration.ofSeconds(30)));
        List<Question.Held> many = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            many.add(new Question.Held("s" + i, 1, ""));
        }
        assertThatThrownBy(
                        () -> lookup.follow(new Question("f", "", 10_000, many)).join())
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5000 services, not 100000");
        assertThat(process.status().followers()).isZero();
        assertThat(lookup.addresses("shop.Shelf").join().knowledge().state()).isEqualTo(LookupState.KNOWN);
    }

    @Test
    void wrongRevisionsEditionsNamesAndWaitsAreAnsweredAtOnce() {
        registry.register(RegistryContract.instance("one", SHELF));
        Lookup lookup = shop.asker(shop.lookup()).stub(Lookup.class);
        String edition = lookup.addresses("shop.Shelf").join().knowledge().edition();
        for (long revision : new long[] {Long.MIN_VALUE, -1, 0, 999_999, Long.MAX_VALUE}) {
            for (String said : new String[] {edition, "", "another"}) {
                News news = lookup.follow(new Question("f", said, 20_000, held("shop.Shelf", revision)))
                        .join();
                assertThat(news.services()).hasSize(1);
                assertThat(news.services().get(0).whole()).isTrue();
                assertThat(news.services().get(0).instances()).hasSize(1);
            }
        }
        long revision = lookup.addresses("shop.Shelf").join().service().revision();
        for (long wait : new long[] {Long.MIN_VALUE, -1, 0}) {
            assertThat(lookup.follow(new Question("f", edition, wait, held("shop.Shelf", revision)))
                            .join()
                            .services())
                    .isEmpty();
        }
        assertThatThrownBy(() -> lookup.follow(null).join())
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Which services are followed?");
        for (String wrong : List.of("", "a b", "a:b/c", "x".repeat(500))) {
            assertThatThrownBy(() -> lookup.addresses(wrong).join())
                    .as(wrong)
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void thousandsOfHangingCallsAreBoundedAndHoldNoThread() {
        int followers = 500;
        LookupProcess process =
                shop.lookup(LookupConfig.DEFAULT.withMaxFollowers(followers).withMaxCallsPerConnection(10_000));
        Lookup lookup = shop.asker(process)
                .stub(
                        Lookup.class,
                        StubConfig.ANNOTATED.withTimeout(Duration.ofMinutes(2)).withAttempts(1));
        News first =
                lookup.follow(new Question("", "", 0, held("shop.Shelf", 0))).join();
        String edition = first.knowledge().edition();
        List<Question.Held> current = held("shop.Shelf", first.services().get(0).revision());
        List<CompletableFuture<News>> calls = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            calls.add(lookup.follow(new Question("follower-" + i, edition, 60_000, current)));
        }
        eventually()
                .until(
                        () -> calls.stream().filter(CompletableFuture::isDone).count() == 3_000 - followers,
                        () -> "" + process.status());
        assertThat(calls.stream()
                        .filter(CompletableFuture::isDone)
                        .map(call -> call.join().knowledge().state()))
                .containsOnly(LookupState.FULL);
        assertThat(process.status().followers()).isEqualTo(followers);
        assertThat(process.status().refused()).isEqualTo(3_000 - followers);
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().matches("moa-lookup-\\d+")))
                .hasSizeLessThanOrEqualTo(2);

        // All of them are told, and one who asks twice has one call.
        registry.register(RegistryContract.instance("one", SHELF));
        eventually().until(() -> calls.stream().allMatch(CompletableFuture::isDone), () -> "" + process.status());
        assertThat(process.status().followers()).isZero();
        News now = lookup.follow(new Question("", edition, 0, current)).join();
        List<Question.Held> latest = held("shop.Shelf", now.services().get(0).revision());
        CompletableFuture<News> earlier = lookup.follow(new Question("same", edition, 60_000, latest));
        eventually().until(() -> process.status().followers() == 1, () -> "" + process.status());
        CompletableFuture<News> later = lookup.follow(new Question("same", edition, 60_000, latest));
        // Calls of one connection may overtake one another, so which of the two is answered is not said.
        assertThat(CompletableFuture.anyOf(earlier, later).join())
                .isInstanceOfSatisfying(
                        News.class, news -> assertThat(news.services()).isEmpty());
        eventually().until(() -> process.status().followers() == 1, () -> "" + process.status());
        (earlier.isDone() ? later : earlier).cancel(true);
        eventually().until(() -> process.status().followers() == 0, () -> "" + process.status());
    }

    @Test
    void oneConnectionMayLetFewCallsHang() {
        LookupProcess process = shop.lookup();
        Lookup lookup = shop.asker(process)
                .stub(
                        Lookup.class,
                        StubConfig.ANNOTATED.withTimeout(Duration.ofMinutes(2)).withAttempts(1));
        News first =
                lookup.follow(new Question("", "", 0, held("shop.Shelf", 0))).join();
        List<CompletableFuture<News>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(lookup.follow(new Question(
                    "follower-" + i,
                    first.knowledge().edition(),
                    60_000,
                    held("shop.Shelf", first.services().get(0).revision()))));
        }
        eventually()
                .until(
                        () -> calls.stream()
                                        .filter(CompletableFuture::isCompletedExceptionally)
                                        .count()
                                == 200 - 64,
                        () -> "" + process.status());
        eventually().until(() -> process.status().followers() == 64, () -> "" + process.status());
    }
}
