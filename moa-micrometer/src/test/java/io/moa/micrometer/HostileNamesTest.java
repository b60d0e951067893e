package io.moa.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MethodObserver;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Names come from others: a million of them make no more series, and hold no more memory, than the limits say. */
class HostileNamesTest {

    private static final int NAMES = 1_000_000;
    private static final long MOST_GROWTH_BYTES =
            16L << 20; // a million names held would be five times as much at least

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private interface Named {
        void call(String name);
    }

    /** Calls by a tenth of the names, and then by all; says by how many bytes the second part grew. */
    private static long growth(Named named) {
        for (int i = 0; i < NAMES / 10; i++) {
            named.call("name-" + i);
        }
        long before = used();
        for (int i = NAMES / 10; i < NAMES; i++) {
            named.call("name-" + i);
        }
        return used() - before;
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private Set<String> values(String tag) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag(tag))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private double calls(String name) {
        return registry.get(name).timers().stream()
                .mapToLong(each -> each.count())
                .sum();
    }

    @Test
    void aMillionMethodsOfGenericCallsShareOneSeriesBeyondTheLimit() {
        CallObserver client = MoaMeters.in(registry).ofClient();
        Invocation call = Told.call();
        long grown = growth(name ->
                client.of(Told.SERVICE, new MethodId(name, "()")).began(call).ended(call, Told.DONE, 1));
        assertThat(values("method")).hasSize(MeterLimits.DEFAULT.methods() + 1).contains("other", "name-0");
        assertThat(calls("moa.client.calls")).isEqualTo(NAMES);
        assertThat(grown).isLessThan(MOST_GROWTH_BYTES);
    }

    @Test
    void aMillionServicesShareOneSeriesBeyondTheLimit() {
        CallObserver client = MoaMeters.in(registry).ofClient();
        Invocation call = Told.call();
        FollowedFigures none = new FollowedFigures() {
            @Override
            public int instances() {
                return 0;
            }

            @Override
            public int usable() {
                return 0;
            }

            @Override
            public int ejected() {
                return 0;
            }

            @Override
            public long ageNanos() {
                return -1;
            }
        };
        long grown = growth(name -> {
            ServiceId service = ServiceId.of(name);
            client.follows(service, none);
            client.of(service, Told.METHOD).began(call).ended(call, Told.DONE, 1);
        });
        assertThat(values("service")).hasSize(MeterLimits.DEFAULT.methods() + 1);
        assertThat(calls("moa.client.calls")).isEqualTo(NAMES);
        assertThat(grown).isLessThan(MOST_GROWTH_BYTES);
    }

    @Test
    void aMillionCallersShareOneSeriesBeyondTheLimit() {
        CallObserver server = MoaMeters.in(registry).ofServer();
        MethodObserver count = server.of(Told.SERVICE, Told.METHOD);
        MethodObserver list = server.of(Told.SERVICE, new MethodId("list", "()"));
        long grown = growth(name -> {
            Invocation call = Told.callOf(name);
            count.began(call).ended(call, Told.DONE, 1);
            list.began(call).ended(call, Told.DONE, 1);
        });
        assertThat(values("caller")).hasSize(MeterLimits.DEFAULT.callers() + 1).contains("other", "name-0");
        assertThat(calls("moa.server.calls")).isEqualTo(2.0 * NAMES);
        assertThat(grown).isLessThan(MOST_GROWTH_BYTES);
    }

    @Test
    void pairsOfMethodAndCallerAreBoundedTogether() {
        CallObserver server =
                MoaMeters.in(registry).within(new MeterLimits(10, 10, 25)).ofServer();
        for (int method = 0; method < 20; method++) {
            MethodObserver observer = server.of(Told.SERVICE, new MethodId("m" + method, "()"));
            for (int caller = 0; caller < 20; caller++) {
                Invocation call = Told.callOf("c" + caller);
                observer.began(call).ended(call, Told.DONE, 1);
            }
        }
        assertThat(registry.get("moa.server.calls").timers().stream()
                        .filter(each -> !"other".equals(each.getId().getTag("caller"))))
                .hasSize(25);
        assertThat(values("method")).hasSize(11);
        assertThat(values("caller")).hasSize(11);
        assertThat(calls("moa.server.calls")).isEqualTo(400);
    }

    @Test
    void aServiceThatIsLetGoOfMakesRoom() {
        CallObserver client =
                MoaMeters.in(registry).within(new MeterLimits(1, 1, 1)).ofClient();
        MethodObserver first = client.of(ServiceId.of("first"), Told.METHOD);
        MethodObserver second = client.of(ServiceId.of("second"), Told.METHOD);
        first.began(Told.call()).ended(Told.call(), Told.DONE, 1);
        second.began(Told.call()).ended(Told.call(), Told.DONE, 1);
        assertThat(values("service")).containsExactlyInAnyOrder("first", "other");
        client.letGo(ServiceId.of("first"));
        second.began(Told.call()).ended(Told.call(), Told.DONE, 1);
        first.began(Told.call()).ended(Told.call(), Told.DONE, 1);
        assertThat(values("service")).containsExactlyInAnyOrder("second", "other");
    }
}
