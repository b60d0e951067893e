package io.moa.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.MethodId;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {

    @Test
    void serviceIdsGoThereAndBack() {
        for (ServiceId id : List.of(
                ServiceId.of("shop.Stock"),
                new ServiceId("shop.Stock", "blue", ""),
                new ServiceId("shop.Stock", "", "2"),
                new ServiceId("shop.Stock", "blue", "2"))) {
            assertThat(ServiceId.parse(id.toString())).isEqualTo(id);
        }
        assertThatThrownBy(() -> ServiceId.parse("1:a/b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void serviceIdsRefuseWhatWouldNotComeBack() {
        assertThatThrownBy(() -> ServiceId.of("")).hasMessageContaining("1 to 200 characters");
        assertThatThrownBy(() -> ServiceId.of("a b")).hasMessageContaining("position 1");
        assertThatThrownBy(() -> ServiceId.of("ab\u009b")).hasMessageContaining("position 2");
        assertThatThrownBy(() -> new ServiceId("a", "b/c", "")).hasMessageContaining("group");
        assertThatThrownBy(() -> ServiceId.of("x".repeat(201))).hasMessageContaining("not 201");
        assertThatThrownBy(() -> ServiceId.of("a\n" + "x".repeat(200)))
                .hasMessageEndingWith(": a?" + "x".repeat(37) + "…");
    }

    @Test
    void addressesGoThereAndBack() {
        for (Address address : List.of(
                new Address.Tcp("127.0.0.1", 9000),
                new Address.Tcp("::1", 9000),
                new Address.Unix("/run/moa.sock"),
                new Address.InProcess("x"))) {
            assertThat(Address.parse(address.toString())).isEqualTo(address);
        }
        assertThat(new Address.Tcp("::1", 9000)).hasToString("tcp://[::1]:9000");
    }

    @Test
    void addressesSayWhatIsExpected() {
        assertThatThrownBy(() -> Address.parse("127.0.0.1:9000")).hasMessageContaining("tcp://host:port");
        assertThatThrownBy(() -> Address.parse("tcp://h:x")).hasMessageContaining("not a number");
        assertThatThrownBy(() -> new Address.Tcp("h", 70_000)).hasMessageContaining("0 to 65535");
    }

    @Test
    void methodIdsTellOverloadsApart() {
        assertThat(MethodId.of("say", String.class, int.class, byte[].class))
                .hasToString("say(java.lang.String,int,byte[])");
        assertThat(MethodId.parse("say(java.lang.String, int)")).isEqualTo(MethodId.of("say", String.class, int.class));
        assertThatThrownBy(() -> MethodId.parse("say")).hasMessageContaining("name(type,type)");
    }
}
