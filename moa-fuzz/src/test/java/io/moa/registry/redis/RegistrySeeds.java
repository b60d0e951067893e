package io.moa.registry.redis;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.fuzz.SeedFiles;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Letter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One entry of each kind, with the number by which the target chooses its reader, and addresses as people write them. */
public final class RegistrySeeds {

    private static final String REGISTRY = "io.moa.registry.redis.RegistryFuzzTest";
    private static final String ADDRESSES = "io.moa.registry.redis.AddressFuzzTest";

    private RegistrySeeds() {}

    /** Writes them. */
    public static void write() {
        Instance instance = SeedFiles.instance(new ServiceId("orders", "east", "2"));
        entry("instance", 0, new InstanceRecord(instance, true).write(AddressRanges.ANY));
        entry("decision", 1, new DecisionRecord(new OperatorState(true, 3, "t"), "a", "ada", 7).write());
        entry(
                "evidence",
                2,
                EvidenceRecord.write(new Evidence(
                        "a",
                        Change.REMOVE,
                        "w",
                        3,
                        7,
                        1_700_000_000_000L,
                        "its lease has lapsed",
                        12_000,
                        List.of("refused"),
                        List.of("w2 did not reach it"),
                        "1 of 4")));
        entry("question", 3, LetterRecord.write(new Letter.Question("w", "x", "a")));
        entry("answer", 3, LetterRecord.write(new Letter.Answer("w", "x", "a", true, "answered in 2 ms")));
        entry("mark", 4, MarkRecord.write(Liveness.SUSPECT));
        entry("revision", 5, text("1700000000001-0000000a.12"));
        entry("other-edition", 0, text("{\"v\":2,\"uuid\":\"4f1c\",\"application\":\"s\"}"));
        entry("twice", 0, text("{\"v\":1,\"uuid\":\"4f1c\",\"uuid\":\"4f1c\",\"application\":\"s\"}"));
        entry("deep", 0, text("{\"v\":1,\"x\":" + "[".repeat(20) + "]".repeat(20) + "}"));
        int number = 0;
        for (String address : List.of(
                "127.0.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "1.2.3",
                "0x7f.1",
                "010.0.0.1",
                "2130706433",
                "::",
                "::1",
                "fe80::1%eth0",
                "::ffff:127.0.0.1",
                "64:ff9b::192.0.2.1",
                "1:2:3:4:5:6:7:8",
                "[::1]",
                "10.0.0.0/8,fd00::/8",
                "::ffff:10.0.0.0/104",
                "tcp://10.0.0.7:9000",
                "tcp://[::ffff:0.0.0.0]:1",
                "unix:/run/s",
                "tcp://h:65536")) {
            SeedFiles.write(ADDRESSES, "addresses", String.format("written-%02d", number++), text(address));
        }
    }

    private static void entry(String name, int kind, byte[] entry) {
        SeedFiles.write(REGISTRY, "registry", name, SeedFiles.bytes(kind), entry);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
