package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.ListChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ListChangeTest {

    private static Snapshot.Entry entry(String uuid, int weight) {
        return new Snapshot.Entry(
                Instance.builder(uuid, "provider").weight(weight).build(), Liveness.ONLINE, OperatorState.NONE);
    }

    @Test
    void anyListBecomesTheOtherByItsChange() {
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            TreeMap<String, Snapshot.Entry> first = new TreeMap<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                String uuid = "u" + random.nextInt(20);
                first.put(uuid, entry(uuid, random.nextInt(3)));
            }
            TreeMap<String, Snapshot.Entry> second = new TreeMap<>(first);
            for (int i = random.nextInt(12); i > 0; i--) {
                String uuid = "u" + random.nextInt(20);
                if (random.nextBoolean()) {
                    second.remove(uuid);
                } else {
                    second.put(uuid, entry(uuid, random.nextInt(3)));
                }
            }
            List<Snapshot.Entry> before = new ArrayList<>(first.values());
            List<Snapshot.Entry> now = new ArrayList<>(second.values());
            if (random.nextInt(3) == 0) {
                Collections.shuffle(before, random);
                Collections.shuffle(now, random);
            }
            ListChange change = ListChange.between(before, now);
            Map<String, Snapshot.Entry> made = new HashMap<>(first);
            change.left()
                    .forEach(entry ->
                            assertThat(made.remove(entry.instance().uuid())).isEqualTo(entry));
            change.changed().forEach(each -> {
                assertThat(each.before()).isNotEqualTo(each.now());
                assertThat(made.put(each.now().instance().uuid(), each.now())).isEqualTo(each.before());
            });
            change.came().forEach(entry -> assertThat(made.put(entry.instance().uuid(), entry))
                    .isNull());
            assertThat(made).isEqualTo(second);
        }
    }
}
