package io.moa.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bodies that ask for too much, or in the wrong tongue: refused before anything runs, and the connection lives. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HostileBodiesTest {

    private static final int HESSIAN = 1;
    private static final int JSON = 2;
    private static final int PROTOBUF = 3;

    /** RELIABILITY F7. */
    @Test
    void jsonThatIsTooDeepTooLongOrNamesThingsTwiceIsRefused() {
        try (OpenVault vault = new OpenVault("json", "hessian");
                HostileCaller caller = vault.caller()) {
            Map<String, String> bodies = Map.of(
                    "100,000 arrays", "[" + "[".repeat(100_000),
                    "100,000 objects", "[" + "{\"a\":".repeat(100_000),
                    "33 levels, closed", "[".repeat(33) + "]".repeat(33),
                    "a string of 4 MiB and 1", "[\"" + "x".repeat((4 << 20) + 1) + "\"]",
                    "a number of 101 digits", "[" + "9".repeat(101) + "]",
                    "an exponent of a billion", "[{\"a\":1e1000000000,\"b\":" + "9".repeat(101) + "}]",
                    "a name of 2,000 characters", "[{\"" + "k".repeat(2_000) + "\":1}]",
                    "a name twice", "[{\"a\":1,\"a\":2}]",
                    "a million tokens", "[[" + "1,".repeat(1_000_000) + "1]]");
            bodies.forEach((name, body) -> refused(caller.call(Vault.METHOD_ANY, JSON, body), name));
            refused(
                    caller.call(Vault.METHOD_COIN, JSON, "[{\"value\":1,\"value\":2,\"mint\":\"a\"}]"),
                    "a field twice");
            refused(caller.call(Vault.METHOD_COIN, JSON, "[{\"value\":1e400,\"mint\":\"a\"}]"), "an int of 400 digits");
            assertThat(vault.runs).hasValue(0);
            assertThat(caller.call(Vault.METHOD_ANY, JSON, "[" + "[".repeat(31) + "]".repeat(31) + "]"))
                    .as("32 levels are within the limit")
                    .isInstanceOf(Reply.Value.class);
            stillTheFirstConnection(vault, caller);
        }
    }

    /** RELIABILITY S1, S3 and S4: counts and nesting without end, keys that take for ever to hash, classes that do harm. */
    @Test
    void hessianThatWouldKillAReaderIsRefused() {
        try (OpenVault vault = new OpenVault("hessian", "json");
                HostileCaller caller = vault.caller()) {
            Map<String, byte[]> bodies = new LinkedHashMap<>();
            bodies.put("a class of two billion fields", HexFormat.of().parseHex("430178497fffffff"));
            bodies.put("an array of two billion ints", HexFormat.of().parseHex("56045b696e74497fffffff"));
            bodies.put("a list of two billion", HexFormat.of().parseHex("58497fffffff"));
            bodies.put("200,000 open lists", filled(0x57));
            bodies.put("200,000 open maps", filled('H'));
            bodies.put("200,000 descriptions", filled('C'));
            bodies.put("keys of 2^40 values", foldedKeys());
            for (String name : List.of(
                    "java.lang.ProcessBuilder",
                    "java.security.SignedObject",
                    "javax.management.BadAttributeValueExpException",
                    "com.sun.rowset.JdbcRowSetImpl",
                    "org.springframework.beans.factory.ObjectFactory")) {
                String text = HexFormat.of().toHexDigits((byte) (0x30 + (name.length() >> 8)))
                        + HexFormat.of().toHexDigits((byte) name.length())
                        + HexFormat.of().formatHex(name.getBytes(StandardCharsets.US_ASCII));
                bodies.put("an object of " + name, HexFormat.of().parseHex("43" + text + "90" + "60"));
                bodies.put("a map of " + name, HexFormat.of().parseHex("4d" + text + "5a"));
                bodies.put("a list of " + name, HexFormat.of().parseHex("71" + text + "4e"));
            }
            bodies.forEach((name, body) -> {
                refused(caller.call(Vault.METHOD_ANY, HESSIAN, body), name);
                assertThat(caller.call(Vault.METHOD_ANY, HESSIAN, new byte[] {'N'}))
                        .as("a good call after %s", name)
                        .isInstanceOf(Reply.Value.class);
            });
            assertThat(vault.runs).hasValue(bodies.size());
            stillTheFirstConnection(vault, caller);
        }
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[200_000];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** A list of (a list of (…), and that list once more), and in the same list a map with such a key that ends in the list. */
    private static byte[] foldedKeys() {
        int levels = 20;
        StringBuilder hex = new StringBuilder("57");
        int ref = folded(hex, 1, levels, "90");
        hex.append("48");
        folded(hex, ref + 1, levels, "5190");
        return HexFormat.of().parseHex(hex.append("4e5a5a"));
    }

    private static int folded(StringBuilder hex, int ref, int levels, String leaf) {
        if (levels == 0) {
            hex.append("79").append(leaf);
            return ref + 1;
        }
        hex.append("7a");
        int next = folded(hex, ref + 1, levels - 1, leaf);
        hex.append("5149").append(HexFormat.of().toHexDigits(ref + 1));
        return next;
    }

    /** RELIABILITY S16: deep messages and groups of unknown fields, in bodies. In headers, groups are refused at all. */
    @Test
    void protobufThatNestsIsRefused() {
        try (OpenVault vault = new OpenVault("hessian");
                HostileCaller caller = vault.caller(Mint.SERVICE)) {
            Value deep = Value.newBuilder().setNumberValue(1).build();
            for (int i = 0; i < 40; i++) { // two levels each
                deep = Value.newBuilder()
                        .setStructValue(Struct.newBuilder().putFields("k", deep))
                        .build();
            }
            byte[] groups = new byte[100_000];
            Arrays.fill(groups, (byte) 0x53); // field 10, start of a group
            byte[] closedGroups = new byte[200];
            Arrays.fill(closedGroups, 0, 100, (byte) 0x53);
            Arrays.fill(closedGroups, 100, 200, (byte) 0x54);
            for (byte[] body : List.of(
                    Struct.newBuilder().putFields("k", deep).build().toByteArray(),
                    groups,
                    closedGroups,
                    HexFormat.of().parseHex("54"), // ends a group that never began
                    HexFormat.of().parseHex("0affffffff07"), // a field of 2 GiB
                    HexFormat.of().parseHex("0affffffffffffffffff01"), // of a negative length
                    HexFormat.of().parseHex("ffffffffffffffffffff01"))) { // a tag of more than ten bytes
                String name = HexFormat.of().formatHex(body, 0, Math.min(8, body.length)) + "…";
                refused(caller.call(Mint.METHOD_STRUCT, PROTOBUF, body), name);
            }
            assertThat(vault.runs).hasValue(0);
            byte[] unknownGroup = HexFormat.of().parseHex("53080154");
            assertThat(caller.call(Mint.METHOD_STRUCT, PROTOBUF, unknownGroup)).isInstanceOf(Reply.Value.class);
            stillTheFirstConnection(vault, caller);
        }
    }

    private static void refused(Reply reply, String what) {
        assertThat(reply).as(what).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).as(what).isEqualTo(Status.INVALID_ARGUMENT);
            assertThat(failure.executed()).as(what).isEqualTo(Executed.NO);
        });
    }

    private static void stillTheFirstConnection(OpenVault vault, HostileCaller caller) {
        assertThat(caller.connected()).isTrue();
        assertThat(vault.connections()).isEqualTo(1);
    }

    /** RELIABILITY S5. */
    @Test
    void onlyTheSerializersOfTheExportDecode() {
        byte[] body = {'N'}; // null in Hessian, which is the one configured
        try (OpenVault vault = new OpenVault("hessian");
                HostileCaller caller = vault.caller()) {
            List<Integer> ran = IntStream.range(0, 256)
                    .filter(id -> runsWith(caller, vault, id, body))
                    .boxed()
                    .collect(Collectors.toList());
            assertThat(ran).containsExactly(HESSIAN);
            stillTheFirstConnection(vault, caller);
        }
    }

    private static boolean runsWith(HostileCaller caller, OpenVault vault, int serializer, byte[] body) {
        long before = vault.runs.get();
        Reply reply = caller.call(Vault.METHOD_ANY, serializer, body);
        boolean ran = vault.runs.get() > before;
        if (!ran) {
            assertThat(((Reply.Failure) reply).status())
                    .as("serializer %s", serializer)
                    .isEqualTo(Status.UNSUPPORTED);
        }
        return ran;
    }
}
