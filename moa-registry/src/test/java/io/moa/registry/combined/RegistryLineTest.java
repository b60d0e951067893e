package io.moa.registry.combined;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryLineTest {

    @Test
    void labelsMayBeLeftOut() {
        assertThat(RegistryLine.parse("  redis://one?prefix=shop\t old=redis-sentinel://a,b/main new/2=redis://two"
                        + " dc2/1/follow=redis://three far/register=redis://four "))
                .containsExactly(
                        new RegistryLine("registry-1", 0, RegistryUse.BOTH, "redis://one?prefix=shop"),
                        new RegistryLine("old", 0, RegistryUse.BOTH, "redis-sentinel://a,b/main"),
                        new RegistryLine("new", 2, RegistryUse.BOTH, "redis://two"),
                        new RegistryLine("dc2", 1, RegistryUse.FOLLOW, "redis://three"),
                        new RegistryLine("far", 0, RegistryUse.REGISTER, "redis://four"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a=b c=",
                "=redis://:secret@one",
                "old/x=redis://:secret@one",
                "old/1/listen=redis://:secret@one"
            })
    void aLabelThatCannotBeReadIsRefusedWithoutThePassword(String setting) {
        assertThatThrownBy(() -> RegistryLine.parse(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NAME/PRIORITY/USE=ADDRESS")
                .hasMessageNotContaining("secret");
    }

    @Test
    void noTextShowsAnAddress() {
        assertThat(RegistryLine.parse("a=redis://:secret@one").toString()).doesNotContain("secret");
    }
}
