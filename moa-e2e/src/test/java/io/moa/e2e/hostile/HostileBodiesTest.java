package io.moa.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.LeakCheck;
import java.util.Arrays;
import java.util.HexFormat;
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
                    "a string of 1 MiB and 1", "[\"" + "x".repeat((1 << 20) + 1) + "\"]",
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
