package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HessianJdkTest {

    @Test
    void everyNameHasATypeOfThatNameAndNoOtherHasOne() {
        HessianJdk jdk = new HessianJdk(new HessianTypes(AllowList.ofValues()));
        assertThat(jdk.names()).hasSize(52).allSatisfy(name -> {
            HessianType type = jdk.ofName(name);
            assertThat(type).as(name).isNotNull().isSameAs(jdk.ofName(name));
            if (type != jdk.plainList() && type != jdk.plainMap()) { // which have no name on the wire
                assertThat(type.name()).isEqualTo(name);
            }
        });
        assertThat(jdk.ofName("java.util.Scanner")).isNull();
    }
}
