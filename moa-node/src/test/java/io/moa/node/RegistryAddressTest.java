package io.moa.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import org.junit.jupiter.api.Test;

/** Registries opened by their addresses. */
class RegistryAddressTest {

    @Test
    void embeddedNeedsNothingInstalled() {
        Registry registry;
        try (Moa moa = Moa.builder("app").registry("embedded").build()) {
            registry = moa.registry();
            registry.subscribe(ServiceId.of("x.Y"), snapshot -> {}).close();
        }
        assertThatThrownBy(() -> registry.subscribe(ServiceId.of("x.Y"), snapshot -> {}))
                .as("it is closed with the runtime")
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRedisNeedNotBeThere() {
        try (Moa moa = Moa.builder("app").registry("redis://127.0.0.1:1").build()) {
            assertThat(moa.hasRegistry()).isTrue();
            assertThat(moa.registry().toString()).contains("redis://127.0.0.1:1");
        }
    }

    @Test
    void anAddressThatNobodyOpensIsRefusedWithoutItsPassword() {
        assertThatThrownBy(() ->
                        Moa.builder("app").registry("zookeeper://u:secret@host").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zookeeper://")
                .hasMessageContaining("io.moa:moa-registry")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> Moa.builder("app").registry("secret").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> Moa.builder("app").registry("redis://:secret@").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void severalAddressesAreOneRegistry() {
        try (Moa moa = Moa.builder("app")
                .registry("old=redis://127.0.0.1:1 new/1/follow=redis://:secret@127.0.0.1:2?prefix=shop")
                .build()) {
            assertThat(moa.registry().toString())
                    .contains("old", "new", "priority=1", "FOLLOW", "redis://127.0.0.1:2")
                    .doesNotContain("secret");
            moa.registry().subscribe(ServiceId.of("x.Y"), snapshot -> {}).close();
        }
        assertThatThrownBy(() -> Moa.builder("app")
                        .registry("old=redis://127.0.0.1:1 new=zookeeper://:secret@host")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("new")
                .hasMessageNotContaining("secret");
    }

    @Test
    void theReleaseConfigurationStandsAboveAnAddressInTheCode() {
        System.setProperty("moa.registry", "a=redis://127.0.0.1:1 b=redis://127.0.0.1:2");
        try (Moa moa = Moa.builder("app").registry("embedded").build();
                Moa none = Moa.builder("app").build()) {
            assertThat(moa.registry().toString()).contains("redis://127.0.0.1:1", "redis://127.0.0.1:2");
            assertThat(none.hasRegistry()).as("who wants no registry gets none").isFalse();
        } finally {
            System.clearProperty("moa.registry");
        }
    }
}
