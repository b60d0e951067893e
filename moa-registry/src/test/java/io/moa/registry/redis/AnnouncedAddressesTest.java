package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** B15: addresses that nobody can call, and those that nobody here shall call, are passed over alone, counted and told. */
class AnnouncedAddressesTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    private static String text(String uuid, String address) {
        return "{\"v\":1,\"uuid\":\"" + uuid + "\",\"application\":\"s\",\"addresses\":[\"" + address
                + "\"],\"exports\":[{\"service\":\"orders\"}]}";
    }

    private static InstanceRecord read(String address, AddressRanges allowed) throws BadEntryException {
        return InstanceRecord.read("a", text("a", address).getBytes(StandardCharsets.UTF_8), allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp://0.0.0.0:1 | every address of a host",
                "tcp://[::]:1 | every address of a host",
                "tcp://[::0]:1 | every address of a host",
                "tcp://[0:0:0:0:0:0:0:0]:1 | every address of a host",
                "tcp://[::ffff:0.0.0.0]:1 | every address of a host",
                "tcp://[::ffff:0:0]:1 | every address of a host",
                "tcp://[::%25lo]:1 | every address of a host",
                "tcp://0:1 | no IP address",
                "tcp://0x0:1 | no IP address",
                "tcp://0.0:1 | no IP address",
                "tcp://00.0.0.0:1 | no IP address",
                "tcp://0.0.0.0.:1 | no IP address",
                "tcp://127.1:1 | no IP address",
                "tcp://2130706433:1 | no IP address",
                "tcp://1.2.3.256:1 | no IP address",
                "tcp://[1:2]:1 | no IP address",
                "tcp://[::1::2]:1 | no IP address",
                "tcp://[::7.8.0.1]:1 | write 7.8.0.1",
                "tcp://[::0.0.0.1]:1 | one of IPv6 to others",
                "tcp://[::1:2]:1 | write 0.1.0.2",
                "tcp://[1:2:3:4:5:6:7:8:9]:1 | no IP address",
                "tcp://:1 | written tcp://host:port",
                "tcp://[]:1 | host of 1 to 255 characters",
                "tcp://h:-1 | 0 to 65535, not -1",
                "tcp://h:0 | port 0",
                "tcp://h:65536 | 0 to 65535, not 65536",
                "tcp://224.0.0.1:1 | a group of hosts",
                "tcp://239.255.255.255:1 | a group of hosts",
                "tcp://[ff02::1]:1 | a group of hosts",
                "tcp://[::ffff:224.0.0.1]:1 | a group of hosts",
                "tcp://255.255.255.255:1 | every host"
            })
    void whatNobodyCanCallIsRefusedWithItsReason(String address, String reason) {
        assertThatThrownBy(() -> read(address, AddressRanges.ANY))
                .isInstanceOf(BadEntryException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://10.0.0.1:1",
                "tcp://127.0.0.1:1",
                "tcp://[::1]:1",
                "tcp://[fe80::1%eth0]:1",
                "tcp://[1:2:3:4:5:6:1.2.3.4]:1",
                "tcp://shop-1.internal:1",
                "tcp://shop1:1",
                "tcp://0a:1",
                "unix:/run/s"
            })
    void whatSomebodyCanCallIsTakenUnlessARangeIsSaid(String address) throws BadEntryException {
        assertThat(read(address, AddressRanges.ANY).instance().addresses()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "10.0.0.0/8, 127.0.0.1, false",
        "10.0.0.0/8, 169.254.169.254, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "10.0.0.0/8, fd00::1, false",
        "::ffff:10.0.0.0/104, 10.255.0.1, true",
        "::ffff:10.0.0.0/104, ::ffff:10.255.0.1, true",
        "::ffff:10.0.0.0/104, 11.0.0.1, false",
        "::ffff:0:0/96, 8.8.8.8, true",
        "::ffff:192.168.7.3/128, 192.168.7.4, false",
        "::ffff:192.168.7.3, 192.168.7.3, true",
        "fd00::/8, fd12::1, true",
        "fd00::/8, fe80::1, false",
        "192.168.7.3, 192.168.7.3, true",
        "192.168.7.3, 192.168.7.4, false",
        "0.0.0.0/0, 8.8.8.8, true",
        "0.0.0.0/0, ::1, false"
    })
    void aRangeContainsWhatBeginsLikeIt(String range, String address, boolean contained) {
        byte[] bytes = NumericAddress.parse(address);
        assertThat(bytes).isNotNull();
        assertThat(AddressRanges.parse(range).contains(bytes)).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"::ffff:10.0.0.0/24", "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/95", "::ffff:a00:0/0"})
    void aRangeOfIpv4WithinIpv6CountsTheBitsOfBoth(String text) {
        assertThatThrownBy(() -> AddressRanges.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("96 to 128 bits")
                .hasMessageContaining(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10/8",
                "shop",
                "::/129",
                "10.0.0.0/8,",
                "::ffff:10.0.0.0/129",
                "fe80::%x/64"
            })
    void whatIsNoRangeIsRefused(String text) {
        assertThatThrownBy(() -> AddressRanges.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.0.0.0/8");
        assertThatThrownBy(() -> AddressRanges.parse("10.0.0.0/8,".repeat(64) + "10.0.0.0/8"))
                .hasMessageContaining("64");
    }

    @Test
    void aHostNameIsInNoRange() {
        assertThatThrownBy(() -> read("tcp://shop-1.internal:1", AddressRanges.parse("0.0.0.0/0,::/0")))
                .hasMessageContaining("may mean any address");
    }

    @Test
    void eachIsPassedOverAloneByFollowersDeskAndWatchers() {
        RedisConfig config = redis.config()
                .allow(AddressRanges.parse("10.0.0.0/8,192.168.0.0/16"))
                .build();
        try (RedisStage stage = new RedisStage(config.toBuilder(), redis)) {
            RedisKeys keys = stage.hand.keys();
            Map<String, String> bad = new LinkedHashMap<>();
            bad.put("zeros", "tcp://0.0.0.0:1");
            bad.put("group", "tcp://224.0.0.1:1");
            bad.put("self", "tcp://127.0.0.1:22");
            bad.put("cloud", "tcp://169.254.169.254:80");
            bad.put("name", "tcp://shop.example:80");
            bad.forEach((uuid, address) -> put(keys, uuid, address));
            put(keys, "good", "tcp://10.0.0.7:1");
            put(keys, "near", "tcp://192.168.7.7:1");

            RedisRegistry reader = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            reader.subscribe(ORDERS, listener);
            listener.await(SOON, Instances.lists("good", "near"), "the two that may be called");
            assertThat(reader.badEntries()).isEqualTo(bad.size());
            Set<String> all = new java.util.HashSet<>(bad.keySet());
            all.addAll(Set.of("good", "near"));
            assertThat(done(new RedisWatchStore(stage.hand).read(all)))
                    .as("what a watcher may probe")
                    .containsOnlyKeys("good", "near");
            assertThat(done(new OperatorDesk(stage.hand).instances(ORDERS)))
                    .filteredOn(report -> report.problem() != null)
                    .extracting(InstanceReport::uuid)
                    .containsExactlyInAnyOrderElementsOf(bad.keySet());
            assertThatThrownBy(() -> stage.open().register(at("127.0.0.1")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("127.0.0.1 may not be announced")
                    .hasMessageContaining("10.0.0.0/8,192.168.0.0/16");
            Registry.Registration registration = stage.open().register(at("10.0.0.8"));
            done(registration.registered());
            assertThatThrownBy(() -> registration.update(at("10.0.0.8").toBuilder()
                            .addresses(List.of(new Address.Tcp("shop", 1)))
                            .build()))
                    .hasMessageContaining("shop");
        }
    }

    private static Instance at(String host) {
        return Instance.builder("of-mine", "shop")
                .addresses(List.of(new Address.Tcp(host, 1)))
                .exports(List.of(new ServiceExport(ORDERS, Set.of(), "")))
                .build();
    }

    private static void put(RedisKeys keys, String uuid, String address) {
        redis.call("HSET", keys.processes(), uuid, text(uuid, address));
        redis.call("HSET", keys.revisions(), uuid, "1");
        redis.call("HSET", keys.members(ORDERS), uuid, "");
    }
}
