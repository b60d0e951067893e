package io.moa.node.doctor;

import static io.moa.node.doctor.Finding.Level.FAIL;
import static io.moa.node.doctor.Finding.Level.OK;
import static io.moa.node.doctor.Finding.Level.WARN;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.disk.DiskConfig;
import io.moa.registry.redis.RedisCheckup;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRole;
import io.moa.server.network.NetworkCard;
import io.moa.server.network.NetworkCard.CardAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {

    private static final RedisConfig CONFIG =
            RedisConfig.standalone("redis-1", 6379).password("secret").build();
    private static final Map<String, String> WELL = Map.of(
            "redis_version", "7.0.15",
            "maxmemory", "0",
            "maxmemory_policy", "noeviction",
            "maxclients", "10000",
            "connected_clients", "12");

    @TempDir
    private Path folder;

    private static RedisCheckup checkup(String role, Map<String, String> changed) {
        Map<String, String> info = new HashMap<>(WELL);
        info.putAll(changed);
        info.values().removeIf(String::isEmpty);
        return new RedisCheckup(
                "redis-1:6379", List.of(1_000_000L, 2_000_000L), 3L, role, info, List.of(), List.of(), List.of());
    }

    private static Finding finding(String subject, RedisCheckup checkup) {
        List<Finding> all = RegistryChecks.of(CONFIG, RedisRole.PROCESS, checkup);
        assertThat(all).allSatisfy(one -> {
            assertThat(one.level() == OK).isEqualTo(one.why().isEmpty());
            assertThat(one.todo().isEmpty()).isEqualTo(one.why().isEmpty());
            assertThat(one.toString()).doesNotContain("secret");
        });
        return all.stream()
                .filter(one -> one.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRedisThatIsWellHasNothingAgainstIt() {
        assertThat(RegistryChecks.of(CONFIG, RedisRole.PROCESS, checkup("master", Map.of())))
                .hasSize(7)
                .allMatch(one -> one.level() == OK);
    }

    @Test
    void whatIsWrongWithARedisIsSaid() {
        assertThat(finding("registry", checkup("slave", Map.of())).level()).isEqualTo(FAIL);
        assertThat(finding("registry", checkup("master", Map.of("redis_version", "4.0.9")))
                        .level())
                .isEqualTo(FAIL);
        assertThat(finding("registry", checkup("master", Map.of("redis_version", "5.0.1")))
                        .level())
                .isEqualTo(WARN);
        assertThat(finding("registry", checkup("master", Map.of("redis_version", "")))
                        .why())
                .contains("may not run INFO");
        Map<String, String> lru = Map.of("maxmemory", "1000000", "maxmemory_policy", "allkeys-lru");
        assertThat(finding("memory", checkup("master", lru)).level()).isEqualTo(FAIL);
        assertThat(finding("memory", checkup("master", lru)).why()).contains("records and leases");
        assertThat(finding("memory", checkup("master", Map.of("maxmemory_policy", "allkeys-lru")))
                        .level())
                .as("without a limit nothing is thrown away")
                .isEqualTo(OK);
        assertThat(finding("connections", checkup("master", Map.of("connected_clients", "8000")))
                        .level())
                .isEqualTo(WARN);
        RedisCheckup bad = new RedisCheckup(
                "redis-1:6379",
                List.of(1_000_000L, 300_000_000L),
                -5_000L,
                "master",
                WELL,
                List.of(),
                List.of("SET l", "PUBLISH h"),
                List.of("WRONGTYPE no hash: {moa}:p"));
        assertThat(finding("latency", bad).level()).isEqualTo(FAIL);
        assertThat(finding("clocks", bad).what()).isEqualTo("Redis's clock is 5000 ms behind this host's");
        assertThat(finding("clocks", bad).level()).isEqualTo(WARN);
        assertThat(finding("rights", bad).what()).isEqualTo("this user may not: SET l, PUBLISH h");
        assertThat(finding("keys", bad).level()).isEqualTo(FAIL);
        assertThat(finding("keys", bad).what()).contains("{moa}:p");
        assertThat(RegistryChecks.away(CONFIG, "refused").what())
                .contains("redis-1")
                .doesNotContain("secret");
    }

    private static NetworkCard card(String name, int index, boolean loopback, String ip, int bits) throws IOException {
        return new NetworkCard(
                name, index, true, loopback, false, false, List.of(new CardAddress(InetAddress.getByName(ip), bits)));
    }

    private static List<Finding.Level> network(
            @Nullable String route, Map<String, String> settings, NetworkCard... cards) throws IOException {
        return HostChecks.network(
                        List.of(cards),
                        route == null ? null : InetAddress.getByName(route),
                        settings::get,
                        name -> null)
                .stream()
                .map(Finding::level)
                .toList();
    }

    @Test
    void theNetworkIsLookedAtWithTheSettingsThatHold() throws IOException {
        NetworkCard lo = card("lo", 1, true, "127.0.0.1", 8);
        NetworkCard eth0 = card("eth0", 2, false, "10.1.0.5", 16);
        assertThat(network(null, Map.of(), lo, eth0)).containsExactly(OK, OK);
        assertThat(network("10.1.0.5", Map.of(), lo, eth0))
                .as("a registry elsewhere, and servers that only this host reaches")
                .containsExactly(OK, WARN);
        assertThat(network("10.1.0.5", Map.of("moa.server.host", "auto"), lo, eth0))
                .containsExactly(OK, OK);
        assertThat(network(null, Map.of("moa.server.host", "10.9.9.9"), lo, eth0))
                .containsExactly(OK, FAIL);
        assertThat(network(null, Map.of("moa.server.health", "yes"), lo, eth0)).containsExactly(OK, FAIL);
        assertThat(network(null, Map.of("moa.server.unix", "relative"), lo, eth0))
                .containsExactly(OK, FAIL);
        assertThat(network(null, Map.of(), lo)).containsExactly(WARN, OK);
    }

    @Test
    void theHostIsLookedAt() throws IOException {
        assertThat(HostChecks.files(100, 10).level()).isEqualTo(FAIL);
        assertThat(HostChecks.files(1_024, 10).level()).isEqualTo(WARN);
        assertThat(HostChecks.files(1_024, 10).what()).contains("up to 512 connections");
        assertThat(HostChecks.files(65_536, 10).level()).isEqualTo(OK);
        assertThat(HostChecks.hostId("").level()).isEqualTo(WARN);
        assertThat(HostChecks.hostId("abc").level()).isEqualTo(OK);
        assertThat(HostChecks.steadiness(1_000, 1_010).level()).isEqualTo(OK);
        assertThat(HostChecks.steadiness(3_601_000, 1_000).what()).contains("jumped by 3600000 ms");
        assertThat(HostChecks.snapshots(DiskConfig.in(folder.resolve("new"))).level())
                .isEqualTo(OK);
        assertThat(folder).as("nothing is left behind").isEmptyDirectory();
        assertThat(HostChecks.snapshots(DiskConfig.in(folder)).level()).isEqualTo(OK);
        assertThat(folder).isEmptyDirectory();
        assertThat(HostChecks.snapshots(DiskConfig.OFF).level()).isEqualTo(WARN);
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(HostChecks.snapshots(DiskConfig.in(file)).level()).isEqualTo(FAIL);
    }
}
