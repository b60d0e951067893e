package io.moa.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Hints;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.observe.AttemptKind;
import io.moa.observe.BreakerState;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MeshFigures;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.observe.ServerFigures;
import io.moa.observe.WorkerFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MoaMetersTest {

    private static final Instance INSTANCE =
            new Instance("a1", "stock", List.of(new Address.Tcp("127.0.0.1", 1)), List.of(), 100, 0, Map.of());

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CallObserver client = MoaMeters.in(registry).ofClient();
    private final CallObserver server = MoaMeters.in(registry).ofServer();

    private record Figures(int instances, int usable, int ejected, long ageNanos) implements FollowedFigures {}

    private static final class Moved implements MeshFigures {
        private String mode = "off";
        private String cause = "nothing says otherwise";
        private String way = "direct";
        private long switches;

        @Override
        public String mode() {
            return mode;
        }

        @Override
        public String cause() {
            return cause;
        }

        @Override
        public String way() {
            return way;
        }

        @Override
        public long switches() {
            return switches;
        }
    }

    private record Pool(String name, int running, int queued, int limit) implements WorkerFigures {}

    private record Busy(int connections, long heldBytes, List<WorkerFigures> workers) implements ServerFigures {}

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    @Test
    void aClientsCallsAreTimedByHowTheyEnd() {
        MethodObserver count = client.of(Told.SERVICE, Told.METHOD);
        CallEnd first = count.began(Told.call());
        CallEnd second = count.began(Told.call());
        assertThat(gauge("moa.client.in.flight", "method", "count")).isEqualTo(2);
        first.ended(Told.call(), Told.DONE, 5_000_000);
        second.ended(Told.call(), Told.failed(Status.UNAVAILABLE), 7_000_000);
        Timer done = registry.get("moa.client.calls")
                .tags("service", "shop.Stock", "method", "count", "status", "OK")
                .timer();
        assertThat(done.count()).isEqualTo(1);
        assertThat(done.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(5);
        assertThat(registry.get("moa.client.calls")
                        .tag("status", "UNAVAILABLE")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(7);
        assertThat(gauge("moa.client.in.flight", "method", "count")).isZero();
    }

    @Test
    void whatTheServiceDeclaresIsNoFault() {
        MethodObserver count = server.of(Told.SERVICE, Told.METHOD);
        count.began(Told.call()).ended(Told.call(), Told.failed(Status.APPLICATION), 1);
        Reply.Failure fault = ((Reply.Failure) Told.failed(Status.APPLICATION)).withHints(Hints.FAULT);
        count.began(Told.call()).ended(Told.call(), fault, 1);
        count.began(Told.call()).ended(Told.call(), fault, 1);
        assertThat(registry.get("moa.server.calls")
                        .tag("status", "APPLICATION")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("moa.server.calls")
                        .tag("status", "FAULT")
                        .timer()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void overloadsAndStubsOfOneMethodShareItsSeries() {
        client.of(Told.SERVICE, MethodId.parse("count(int)")).began(Told.call());
        client.of(Told.SERVICE, Told.METHOD).began(Told.call());
        assertThat(gauge("moa.client.in.flight", "method", "count")).isEqualTo(2);
    }

    @Test
    void aServerTellsCallersApart() {
        MethodObserver count = server.of(Told.SERVICE, Told.METHOD);
        count.began(Told.callOf("web")).ended(Told.callOf("web"), Told.DONE, 1);
        count.began(Told.callOf("web")).ended(Told.callOf("web"), Told.DONE, 1);
        count.began(Told.callOf("")).ended(Told.callOf(""), Told.DONE, 1);
        assertThat(registry.get("moa.server.calls").tag("caller", "web").timer().count())
                .isEqualTo(2);
        assertThat(registry.get("moa.server.calls")
                        .tag("caller", "unknown")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aNameThatNobodySeesIsShownWithoutWhatIsUnseen() {
        server.of(Told.SERVICE, Told.METHOD).began(Told.callOf("web\n")).ended(Told.callOf("web\n"), Told.DONE, 1);
        assertThat(registry.get("moa.server.calls")
                        .tag("caller", "web?")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void bytesOfBodiesAreCountedAsEachSideSeesThem() {
        Reply large = new Reply.Value(Told.ofSize(3_000));
        client.of(Told.SERVICE, Told.METHOD).began(Told.call()).ended(Told.call(), large, 1);
        server.of(Told.SERVICE, Told.METHOD).began(Told.call()).ended(Told.call(), large, 1);
        assertThat(count("moa.client.sent")).isEqualTo(100);
        assertThat(count("moa.client.received")).isEqualTo(3_000);
        assertThat(count("moa.server.received")).isEqualTo(100);
        assertThat(count("moa.server.sent")).isEqualTo(3_000);
        client.of(Told.SERVICE, Told.METHOD)
                .began(Told.call())
                .ended(Told.call(), new Reply.Value(Told.ofSize(-1)), 1); // not known
        assertThat(count("moa.client.received")).isEqualTo(3_000);
    }

    @Test
    void refusalsAttemptsAndBreakersAreCounted() {
        MethodObserver count = client.of(Told.SERVICE, Told.METHOD);
        count.refused(Told.call(), RefusalCause.RATE);
        count.refused(Told.call(), RefusalCause.RATE);
        count.refused(Told.call(), RefusalCause.EXPIRED);
        count.attempted(Told.call(), INSTANCE, AttemptKind.FIRST, Told.failed(Status.UNAVAILABLE), 1);
        count.attempted(Told.call(), INSTANCE, AttemptKind.RETRY, Told.DONE, 1);
        count.breaker(BreakerState.OPEN);
        assertThat(count("moa.client.refusals", "cause", "RATE")).isEqualTo(2);
        assertThat(count("moa.client.refusals", "cause", "EXPIRED")).isEqualTo(1);
        assertThat(count("moa.client.attempts", "kind", "FIRST", "status", "UNAVAILABLE"))
                .isEqualTo(1);
        assertThat(count("moa.client.attempts", "kind", "RETRY", "status", "OK"))
                .isEqualTo(1);
        assertThat(gauge("moa.client.breaker")).isEqualTo(2);
        count.breaker(BreakerState.HALF_OPEN);
        assertThat(gauge("moa.client.breaker")).isEqualTo(1);
    }

    @Test
    void aFollowedServiceHasItsInstancesEjectionsAndAge() {
        client.follows(Told.SERVICE, new Figures(5, 4, 1, 2_500_000_000L));
        client.ejected(Told.SERVICE, INSTANCE, "why");
        assertThat(gauge("moa.client.instances", "service", "shop.Stock")).isEqualTo(5);
        assertThat(gauge("moa.client.usable")).isEqualTo(4);
        assertThat(gauge("moa.client.ejected")).isEqualTo(1);
        assertThat(gauge("moa.client.registry.age")).isEqualTo(2.5);
        assertThat(count("moa.client.ejections")).isEqualTo(1);
        client.follows(Told.SERVICE, new Figures(0, 0, 0, -1)); // anew, without an end in between
        assertThat(gauge("moa.client.instances")).isZero();
        assertThat(gauge("moa.client.registry.age")).isNaN();
    }

    @Test
    void theMetersOfAServiceEndWithItAndComeBackWithItsNextCall() {
        client.follows(Told.SERVICE, new Figures(5, 4, 1, 0));
        MethodObserver count = client.of(Told.SERVICE, Told.METHOD);
        CallEnd last = count.began(Told.call());
        client.of(ServiceId.of("shop.Till"), Told.METHOD).began(Told.call());
        client.letGo(Told.SERVICE);
        last.ended(Told.call(), Told.DONE, 1); // too late for a series
        assertThat(registry.getMeters())
                .allMatch(each -> "shop.Till".equals(each.getId().getTag("service")));
        count.began(Told.call()).ended(Told.call(), Told.DONE, 1);
        assertThat(registry.get("moa.client.calls")
                        .tag("service", "shop.Stock")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(gauge("moa.client.in.flight", "service", "shop.Stock")).isZero();
    }

    @Test
    void aServerTellsHowBusyItIsUntilItCloses() {
        server.serves(new Busy(3, 1_000, List.of(new Pool("Stock", 2, 1, 8), new Pool("Stock", 5, 0, 8))));
        server.of(Told.SERVICE, Told.METHOD).began(Told.call()).ended(Told.call(), Told.DONE, 1);
        server.ofUnknown().began(Told.call()).ended(Told.call(), Told.failed(Status.UNIMPLEMENTED), 1);
        assertThat(gauge("moa.server.connections")).isEqualTo(3);
        assertThat(gauge("moa.server.held")).isEqualTo(1_000);
        assertThat(gauge("moa.server.workers.running", "pool", "Stock")).isEqualTo(2);
        assertThat(gauge("moa.server.workers.running", "pool", "Stock-2")).isEqualTo(5);
        assertThat(gauge("moa.server.workers.queued", "pool", "Stock")).isEqualTo(1);
        assertThat(gauge("moa.server.workers.limit", "pool", "Stock")).isEqualTo(8);
        assertThat(registry.get("moa.server.calls")
                        .tag("method", "other")
                        .timer()
                        .count())
                .isEqualTo(1);
        server.close();
        assertThat(registry.getMeters()).isEmpty();
        server.of(Told.SERVICE, Told.METHOD).began(Told.call()).ended(Told.call(), Told.DONE, 1);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void theModeWhoSaysItAndTheWayAreSeen() {
        Moved moved = new Moved();
        client.meshed(moved);
        assertThat(gauge("moa.client.mesh.mode", "mode", "off", "cause", "nothing says otherwise"))
                .isEqualTo(1);
        assertThat(gauge("moa.client.mesh.way", "way", "direct")).isEqualTo(1);
        moved.mode = "on";
        moved.cause = "live setting moa.mesh.web";
        client.meshed(moved);
        moved.way = "agent";
        moved.switches = 1;
        client.meshed(moved);
        assertThat(gauge("moa.client.mesh.mode", "mode", "on", "cause", "live setting moa.mesh.web"))
                .isEqualTo(1);
        assertThat(gauge("moa.client.mesh.mode", "mode", "off")).isZero();
        assertThat(gauge("moa.client.mesh.way", "way", "agent")).isEqualTo(1);
        assertThat(gauge("moa.client.mesh.way", "way", "direct")).isZero();
        assertThat(registry.get("moa.client.mesh.switches").functionCounter().count())
                .isEqualTo(1);
        client.close();
        client.meshed(moved);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void whoSaysTheModeHasSoManySeriesAtMost() {
        Moved moved = new Moved();
        for (int i = 0; i < 1_000; i++) {
            moved.cause = "place " + i;
            server.meshed(moved);
        }
        assertThat(registry.getMeters()).hasSizeLessThan(40);
    }

    @Test
    void tagsOfTheUserStandOnEveryMeter() {
        CallObserver tagged =
                MoaMeters.in(registry).with(Tag.of("application", "web")).ofClient();
        tagged.follows(Told.SERVICE, new Figures(5, 4, 1, 0));
        tagged.of(Told.SERVICE, Told.METHOD).began(Told.call()).ended(Told.call(), Told.DONE, 1);
        assertThat(registry.getMeters()).isNotEmpty().allMatch(each -> "web"
                .equals(each.getId().getTag("application")));
    }

    @Test
    void theTablesOfTheDocumentationHaveEachMeter() throws IOException {
        client.follows(Told.SERVICE, new Figures(5, 4, 1, 0));
        client.ejected(Told.SERVICE, INSTANCE, "why");
        server.serves(new Busy(3, 1_000, List.of(new Pool("Stock", 2, 1, 8))));
        for (CallObserver side : List.of(client, server)) {
            side.meshed(new Moved());
            MethodObserver count = side.of(Told.SERVICE, Told.METHOD);
            count.began(Told.call()).ended(Told.call(), new Reply.Value(Told.ofSize(10)), 1);
            count.refused(Told.call(), RefusalCause.RATE);
        }
        MethodObserver count = client.of(Told.SERVICE, Told.METHOD);
        count.attempted(Told.call(), INSTANCE, AttemptKind.FIRST, Told.DONE, 1);
        count.breaker(BreakerState.CLOSED);
        String page = Files.readString(Path.of("../docs/metrics.md"));
        for (String prefix : List.of("moa.client.", "moa.server.")) {
            int begin = page.indexOf("`" + prefix + "`:");
            String names = page.substring(begin, page.indexOf("\n\n", page.indexOf("| name", begin)))
                    .lines()
                    .map(line -> line.startsWith("| `") ? line.substring(1, line.indexOf('|', 1)) : "")
                    .collect(Collectors.joining(","));
            assertThat(Pattern.compile("`([^`]+)`").matcher(names).results().map(found -> prefix + found.group(1)))
                    .containsExactlyInAnyOrderElementsOf(registry.getMeters().stream()
                            .map(each -> each.getId().getName())
                            .filter(each -> each.startsWith(prefix))
                            .distinct()
                            .toList());
        }
    }

    @Test
    void aLimitOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new MeterLimits(-1, 1, 1))
                .hasMessage("methods with meters of their own are 0 to 100000, not -1");
        assertThatThrownBy(() -> new MeterLimits(1, 100_001, 1)).hasMessageContaining("callers");
    }
}
