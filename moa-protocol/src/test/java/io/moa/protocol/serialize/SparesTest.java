package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SparesTest {

    @Test
    void givesBackWhatItWasGiven() {
        AtomicInteger made = new AtomicInteger();
        Spares<Object> spares = new Spares<>(() -> {
            made.incrementAndGet();
            return new Object();
        });
        Object first = spares.take();
        spares.give(first);
        assertThat(spares.take()).isSameAs(first);
        assertThat(made).hasValue(1);
    }

    @Test
    void neverGivesOneToTwo() {
        Spares<Object> spares = new Spares<>(Object::new, 4);
        Set<Object> out = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100; i++) {
            assertThat(out.add(spares.take())).isTrue();
        }
        out.forEach(spares::give);
        Set<Object> kept = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Object next = spares.take();
            if (out.contains(next)) {
                kept.add(next);
            }
        }
        assertThat(kept).as("no more are kept than there is room for").hasSizeBetween(1, 4);
    }
}
