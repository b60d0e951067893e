package io.moa.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel beside a plain set that is searched through, under random operations and a fake clock. */
class DeadlineWheelTest {

    private static final int OPERATIONS = 20_000;

    private static final class Item extends DeadlineWheel.Entry {
        private final int number;
        private long due;

        Item(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return "item " + number;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsExactlyWhatIsDueWhateverWasDoneBefore(long seed) {
        Random random = new Random(seed);
        // Also across zero and across the end of the number range.
        FakeTicker ticker = new FakeTicker(seed % 2 == 0 ? Long.MAX_VALUE - 3_000_000_000L : -2_000_000_000L);
        DeadlineWheel wheel = new DeadlineWheel(ticker.nanos());
        Set<Item> reference = new HashSet<>();
        List<Item> all = new ArrayList<>();
        for (int i = 0; i < OPERATIONS; i++) {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    Item item = new Item(i);
                    item.due = ticker.nanos() + span(random);
                    wheel.add(item, item.due);
                    reference.add(item);
                    all.add(item);
                }
                case 4, 5, 6 -> {
                    if (!all.isEmpty()) {
                        Item item = all.get(random.nextInt(all.size())); // perhaps one that hangs nowhere any more
                        wheel.remove(item);
                        reference.remove(item);
                    }
                }
                case 7, 8 -> ticker.advanceNanos(random.nextInt(3_000_000));
                default -> assertThat(expired(wheel, ticker.nanos())).isEqualTo(due(reference, ticker.nanos()));
            }
            assertThat(wheel.size()).isEqualTo(reference.size());
            if (i % 50 == 0) {
                assertThat(wheel.nextDueNanos()).isEqualTo(earliest(reference, ticker.nanos()));
            }
        }
    }

    @Test
    void findsAnOverdueEntryBeforeALaterOne() {
        DeadlineWheel wheel = new DeadlineWheel(0);
        wheel.add(new Item(1), 5 * DeadlineWheel.TICK_NANOS);
        wheel.add(new Item(2), 40 * DeadlineWheel.TICK_NANOS);
        assertThat(wheel.nextDueNanos()).isEqualTo(5 * DeadlineWheel.TICK_NANOS);
    }

    @Test
    void receiverMayRemoveAndHangInAgain() {
        DeadlineWheel wheel = new DeadlineWheel(0);
        Item first = new Item(1);
        Item second = new Item(2);
        wheel.add(first, 10);
        wheel.add(second, 10);
        List<DeadlineWheel.Entry> seen = new ArrayList<>();
        wheel.expire(10, entry -> {
            wheel.remove(seen.isEmpty() ? first : entry); // out already, as both are: that does nothing
            seen.add(entry);
            wheel.add(entry, 1_000_000_000);
        });
        assertThat(seen).containsExactlyInAnyOrder(first, second);
        assertThat(wheel.size()).isEqualTo(2);
        assertThat(wheel.nextDueNanos()).isEqualTo(1_000_000_000);
    }

    @Test
    void refusesAnEntryThatHangsAlready() {
        DeadlineWheel wheel = new DeadlineWheel(0);
        Item item = new Item(1);
        wheel.add(item, 10);
        assertThatThrownBy(() -> wheel.add(item, 20)).isInstanceOf(IllegalStateException.class);
    }

    /** Mostly short, sometimes many turns of the wheel, sometimes past. */
    private static long span(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> -random.nextInt(2_000_000);
            case 1 -> random.nextLong(5_000_000_000L);
            default -> random.nextInt(20_000_000);
        };
    }

    private static Set<Item> expired(DeadlineWheel wheel, long now) {
        Set<Item> found = new HashSet<>();
        wheel.expire(now, entry -> assertThat(found.add((Item) entry)).isTrue());
        return found;
    }

    private static Set<Item> due(Set<Item> reference, long now) {
        Set<Item> due = new HashSet<>();
        for (Item item : reference) {
            if (item.due - now <= 0) {
                due.add(item);
            }
        }
        reference.removeAll(due);
        return due;
    }

    private static long earliest(Set<Item> reference, long now) {
        return reference.stream()
                .map(item -> item.due)
                .min(Comparator.comparingLong(due -> due - now))
                .orElse(Long.MAX_VALUE);
    }
}
