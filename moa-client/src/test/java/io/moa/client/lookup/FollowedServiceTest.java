package io.moa.client.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.lookup.LookupInstance;
import io.moa.lookup.ServiceNews;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FollowedServiceTest {

    private static final ServiceId SERVICE = ServiceId.of("x.Y");

    private final FollowedService service = new FollowedService(SERVICE, 0);

    private static LookupInstance row(String uuid) {
        return LookupInstance.of(new Snapshot.Entry(
                Instance.builder(uuid, "provider")
                        .addresses(List.of(new Address.Tcp("10.0.0.1", 1)))
                        .exports(List.of(new ServiceExport(SERVICE, Set.of("hessian"), "")))
                        .build(),
                Liveness.ONLINE,
                OperatorState.NONE));
    }

    private boolean take(boolean whole, List<String> listed, List<String> gone, List<String> goodbyes, String next) {
        List<LookupInstance> rows =
                listed.stream().map(FollowedServiceTest::row).toList();
        return service.take(new ServiceNews("x.Y", 7, whole, rows, gone, goodbyes, next), 0, "a test");
    }

    private List<String> listed() {
        return service.snapshot().entries().stream()
                .map(entry -> entry.instance().uuid())
                .toList();
    }

    @Test
    void partsWithoutEndLeaveNoMoreThanIsAllowed() {
        take(true, List.of("a", "b"), List.of(), List.of(), "");
        for (int part = 0; part < 100; part++) {
            int first = part * 1_000;
            List<String> names = IntStream.range(first, first + 1_000)
                    .mapToObj(i -> "never-listed-" + i)
                    .toList();
            take(false, List.of(), names, names, "more");
            take(false, List.of(), List.of("a"), List.of("a", "b", "x".repeat(100_000)), "more");
        }
        assertThat(service.gatheredWords()).isEqualTo(Snapshot.MAX_GOODBYES + 3);
        take(false, List.of(), List.of(), List.of(), "");
        assertThat(listed()).containsExactly("b");
        assertThat(service.snapshot().goodbyes())
                .hasSize(Snapshot.MAX_GOODBYES)
                .contains("a", "never-listed-99999")
                .doesNotContain("never-listed-99000");
    }

    @Test
    void goodbyesHoldWhicheverPartNamesThem() {
        take(true, List.of("a"), List.of(), List.of("c", "left"), "more");
        take(true, List.of("c"), List.of(), List.of("c"), "");
        assertThat(listed()).containsExactly("a", "c");
        assertThat(service.snapshot().goodbyes()).containsExactlyInAnyOrder("c", "left");
        take(false, List.of("c"), List.of("a"), List.of("a"), "");
        assertThat(service.snapshot().goodbyes()).containsExactlyInAnyOrder("a", "left");
        assertThat(listed()).containsExactly("c");
    }
}
