package io.moa.node.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.server.resp.RespLookup;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a lookup tells clients of Redis, out of its memory. */
class RespAddressesTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");

    private final FakeTicker ticker = new FakeTicker();
    private final LookupCatalogue catalogue = new LookupCatalogue();
    private long confirmed = ticker.nanos();
    private final LookupService service = new LookupService(
            catalogue,
            "edition",
            LookupConfig.DEFAULT,
            ticker,
            () -> confirmed,
            new FakeScheduler(ticker),
            Runnable::run);
    private final RespAddresses addresses = new RespAddresses(catalogue, service);

    private static Snapshot.Entry entry(String uuid) {
        return new Snapshot.Entry(
                new Instance(
                        uuid,
                        "shop",
                        List.of(new Address.Tcp("10.0.0.1", 1)),
                        List.of(new ServiceExport(STOCK, Set.of("json"), "")),
                        100,
                        0,
                        Map.of()),
                Liveness.ONLINE,
                OperatorState.NONE);
    }

    private void told(long revision, Snapshot.Entry... entries) {
        catalogue.apply(new CatalogueChange(revision, true, List.of(entries), Set.of(), Set.of(), 0, "redis here"));
    }

    private RespLookup.Known known() {
        return (RespLookup.Known) addresses.find(STOCK);
    }

    @Test
    void beforeTheRegistryHasAnsweredNothingIsKnown() {
        assertThat(addresses.find(STOCK)).isInstanceOfSatisfying(RespLookup.NotNow.class, not -> assertThat(not.why())
                .contains("ask another copy")
                .hasSizeLessThanOrEqualTo(256));
        told(1);
        assertThat(known().entries()).isEmpty();
        assertThat(known().complete()).isTrue();
    }

    @Test
    void whatIsKnownIsToldWithItsAgeThoughTheRegistryIsAway() {
        told(1, entry("a"), entry("b"));
        RespLookup.Known before = known();
        assertThat(before.entries()).containsExactly(entry("a"), entry("b"));
        assertThat(before.ageMillis()).isZero();
        assertThat(before.source()).isEqualTo("redis here");
        ticker.advance(Duration.ofMinutes(10));
        assertThat(known().ageMillis()).isEqualTo(600_000);
        assertThat(known().entries()).isEqualTo(before.entries());
        assertThat(known().revision()).isEqualTo(before.revision());
        confirmed = ticker.nanos();
        assertThat(known().ageMillis()).isZero();
    }

    @Test
    void aChangeIsANewRevision() {
        told(1, entry("a"), entry("b"));
        long before = known().revision();
        told(2, entry("b"));
        assertThat(known().revision()).isGreaterThan(before);
        assertThat(known().entries()).containsExactly(entry("b"));
    }

    @Test
    void aLookupThatClosesSaysAskAnother() {
        told(1, entry("a"));
        service.followers().leave();
        assertThat(addresses.find(STOCK)).isInstanceOf(RespLookup.NotNow.class);
        assertThat(service.answers()).isEqualTo(1);
    }
}
