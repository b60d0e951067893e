package io.moa.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {

    private static Snapshot.Entry entry(String uuid, int weight) {
        return new Snapshot.Entry(
                Instance.builder(uuid, "provider").weight(weight).build(), Liveness.ONLINE, OperatorState.NONE);
    }

    private static List<Snapshot.Entry> kept(Snapshot.Entry... entries) {
        return new Snapshot(ServiceId.of("x.Y"), 1, List.of(entries), 0, "test").entries();
    }

    @Test
    void ofSeveralEntriesOfOneUuidTheLastIsKept() {
        assertThat(kept(entry("a", 1), entry("a", 2), entry("b", 1))).containsExactly(entry("a", 2), entry("b", 1));
        assertThat(kept(entry("b", 1), entry("a", 1), entry("b", 2))).containsExactly(entry("b", 2), entry("a", 1));
    }

    @Test
    void theOrderStays() {
        assertThat(kept(entry("a", 1), entry("b", 1))).containsExactly(entry("a", 1), entry("b", 1));
        assertThat(kept(entry("b", 1), entry("a", 1))).containsExactly(entry("b", 1), entry("a", 1));
    }
}
